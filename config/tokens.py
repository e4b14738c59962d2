"""API tokens: given for a name and a password, taken back by whoever holds them.

Only the hash of a token is kept, and it ends by itself. `config.bearer` is how it is sent.
"""

from typing import Any

from django.db import transaction
from drf_spectacular.utils import extend_schema, inline_serializer
from knox.views import LoginView, LogoutAllView, LogoutView
from rest_framework import serializers
from rest_framework.authentication import BasicAuthentication
from rest_framework.request import Request
from rest_framework.response import Response

from audit.actions import Action
from audit.record import record
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
        with transaction.atomic():
            return super().post(request, format=format)

    def create_token(self) -> Any:
        made: Any = super().create_token()
        record(
            Action.TOKEN_CREATED,
            self.request.user,
            by=self.request.user,
            after={"begins_with": made[0].token_key, "expiry": made[0].expiry},
        )
        return made

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

    def post(self, request: Request, format: str | None = None) -> Response:
        with transaction.atomic():
            token: Any = request.auth
            holder: Any = request.user
            begins_with = token.token_key
            answer = super().post(request, format=format)
            record(Action.TOKEN_REVOKED, holder, before={"begins_with": begins_with})
            return answer


@_takes_back
class RevokeAllView(LogoutAllView):
    """No token of this account is valid any longer."""

    authentication_classes = [BearerAuthentication]

    def post(self, request: Request, format: str | None = None) -> Response:
        with transaction.atomic():
            holder: Any = request.user
            all_of_them = sorted(holder.auth_token_set.values_list("token_key", flat=True))
            answer = super().post(request, format=format)
            record(Action.TOKEN_REVOKED, holder, before={"begins_with": all_of_them})
            return answer
