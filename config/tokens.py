"""API tokens: given for a name and a password, taken back by whoever holds them.

Only the hash of a token is kept, and it ends by itself. `config.bearer` is how it is sent.
"""

from drf_spectacular.utils import extend_schema, inline_serializer
from knox.views import LoginView, LogoutAllView, LogoutView
from rest_framework import serializers
from rest_framework.authentication import BasicAuthentication
from rest_framework.request import Request
from rest_framework.response import Response

from config.bearer import BearerAuthentication
from jobs.api.throttles import PerAddress

_NEW_TOKEN = inline_serializer(
    "NewToken", {"token": serializers.CharField(), "expiry": serializers.DateTimeField()}
)


class TokenView(LoginView):
    """A new token for a name and password, sent once as HTTP basic authentication."""

    authentication_classes = [BasicAuthentication]
    throttle_classes = [PerAddress]

    @extend_schema(request=None, responses=_NEW_TOKEN)
    def post(self, request: Request, format: str | None = None) -> Response:
        return super().post(request, format=format)

    def perform_authentication(self, request: Request) -> None:
        # Before the password is looked at, so that wrong ones count as well.
        super().check_throttles(request)
        super().perform_authentication(request)

    def check_throttles(self, request: Request) -> None:
        """Done before authentication."""


_takes_back = extend_schema(request=None, responses={204: None})


@_takes_back
class RevokeView(LogoutView):
    """The token of this request is valid no longer."""

    authentication_classes = [BearerAuthentication]


@_takes_back
class RevokeAllView(LogoutAllView):
    """No token of this account is valid any longer."""

    authentication_classes = [BearerAuthentication]
