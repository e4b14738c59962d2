"""How a token is sent: `Authorization: Bearer TOKEN`. Apart from the views, which load the framework
that loads this."""

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.plumbing import build_bearer_security_scheme_object
from knox.auth import TokenAuthentication
from rest_framework.authentication import get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request


class BearerAuthentication(TokenAuthentication):
    """The library's, which takes a header that is no text for a defect of ours."""

    def authenticate(self, request: Request):
        if not get_authorization_header(request).isascii():
            raise AuthenticationFailed("Invalid token.")
        return super().authenticate(request)


class _BearerScheme(OpenApiAuthenticationExtension):
    """How the description of the API names it."""

    target_class = BearerAuthentication
    name = "token"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return build_bearer_security_scheme_object(header_name="Authorization", token_prefix="Bearer")  # noqa: S106
