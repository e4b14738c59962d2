"""API tokens: given for a name and a password, taken back by whoever holds them."""

from drf_spectacular.utils import extend_schema, inline_serializer
from knox.views import LoginView, LogoutAllView, LogoutView
from rest_framework import serializers
from rest_framework.authentication import BasicAuthentication
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import SimpleRateThrottle
from rest_framework.views import APIView

_NEW_TOKEN = inline_serializer(
    "NewToken", {"token": serializers.CharField(), "expiry": serializers.DateTimeField()}
)


class PerAddress(SimpleRateThrottle):
    """Counts attempts of one address, whoever it says it is."""

    scope = "token"

    def get_cache_key(self, request: Request, view: APIView) -> str:
        return self.cache_format % {"scope": self.scope, "ident": self.get_ident(request)}


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


@_takes_back
class RevokeAllView(LogoutAllView):
    """No token of this account is valid any longer."""
