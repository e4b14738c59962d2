"""The API as pages to click through, for development; production answers with JSON alone."""

from collections.abc import Mapping
from typing import Any

from rest_framework.renderers import BrowsableAPIRenderer


class BrowsablePages(BrowsableAPIRenderer):
    """The framework's pages. They hold styles, which the content security policy forbids everywhere
    else, and no scripts."""

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> Any:
        if renderer_context is not None:
            renderer_context["response"]._csp_update = {"style-src": ["'unsafe-inline'"]}
        return super().render(data, accepted_media_type, renderer_context)
