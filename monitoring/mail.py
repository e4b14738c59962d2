"""Handing one mail to the mail server, and what its refusals mean."""

import smtplib
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage


class NotDelivered(Exception):
    """The message did not arrive. Says whether trying again helps, and when the other side asked for it."""

    def __init__(
        self,
        code: str,
        message: str,
        *,
        retryable: bool,
        retry_after: float | None = None,
        status: int | None = None,
    ) -> None:
        super().__init__(message)
        self.code, self.message, self.retryable = code, message, retryable
        self.retry_after, self.status = retry_after, status


def send(mail: EmailMessage) -> None:
    """Hand it over.

    Raises:
        NotDelivered: the server did not take it.
    """
    if not settings.MAIL_IS_SET_UP:
        raise NotDelivered(
            "no_mail_server",
            "No mail server is named. Set EMAIL_URL and start again; trying again does not help before.",
            retryable=False,
        )
    try:
        mail.send()
    except smtplib.SMTPRecipientsRefused as error:
        again = all(400 <= code < 500 for code, _said in error.recipients.values())
        raise NotDelivered(
            "recipients_refused", "The mail server refused every recipient.", retryable=again
        ) from None
    except smtplib.SMTPResponseException as error:
        raise NotDelivered(
            "mail_refused",
            f"The mail server answered {error.smtp_code}: {_said(error.smtp_error)}",
            retryable=400 <= error.smtp_code < 500,
        ) from None
    except (OSError, smtplib.SMTPException) as error:
        raise NotDelivered(
            "mail_server_away", f"The mail server could not be used: {error}.", retryable=True
        ) from None


def host() -> str:
    """The name of this site, for the ids of messages."""
    return urlsplit(settings.PUBLIC_URL).hostname or "localhost"


def _said(error: bytes | str) -> str:
    return error.decode("utf-8", "replace") if isinstance(error, bytes) else error
