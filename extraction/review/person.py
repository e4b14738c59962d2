"""Who decides and corrects."""

from django.contrib.auth.models import AnonymousUser, User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from rest_framework.request import Request


def person_of(request: HttpRequest | Request) -> User:
    """Who asks. Raises PermissionDenied for somebody who is not signed in, whom the permissions of the
    pages keep away before."""
    person = request.user
    if isinstance(person, AnonymousUser):
        raise PermissionDenied("Sign in first.")
    return person
