"""What people do that is kept, as words of the trail."""

from django.db import models


class Action(models.TextChoices):
    """One value for each kind of thing a person does; the subject says to what."""

    ADDED = "added", "Added"
    CHANGED = "changed", "Changed"
    DELETED = "deleted", "Deleted"
    LAUNCHED = "launched", "Started a run"
    CANCELLED = "cancelled", "Cancelled a run"
    DECIDED = "decided", "Decided a question"
    CORRECTED = "corrected", "Corrected a reading"
    LOGGED_IN = "logged_in", "Logged in"
    LOGGED_OUT = "logged_out", "Logged out"
    LOGIN_FAILED = "login_failed", "Failed to log in"
    TOKEN_CREATED = "token_created", "Was given a token"
    TOKEN_REVOKED = "token_revoked", "Gave back a token"
    EXPORTED = "exported", "Exported the audit trail"
