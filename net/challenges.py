"""Pages that ask for a human being instead of answering.

They come with any status, 200 included. Each mark is written by the protecting service itself, so
that an article which merely talks about such pages is not mistaken for one.
"""

from collections.abc import Mapping

HEADER_MARKS = (
    ("cf-mitigated", "challenge"),
    ("x-amzn-waf-action", "challenge"),
    ("x-amzn-waf-action", "captcha"),
)

BODY_MARKS = (
    b"_cf_chl_opt",
    b"/cdn-cgi/challenge-platform/h/",
    b"cf-browser-verification",
    b"Incapsula incident ID",
    b"_Incapsula_Resource?SWUDNSAI",
    b"geo.captcha-delivery.com",
    b"window._pxAppId",
    b"AwsWafIntegration.checkForceRefresh",
    b"/_sec/cp_challenge/",
)


def is_challenge(status: int, headers: Mapping[str, str], head: bytes) -> bool:
    """True where a protecting service stands between the caller and the site.

    `headers` has lower-case names; `head` are the first kilobytes of the body. A normal page may
    carry a protecting service's script, so a mark in the body counts only on a refusal.
    """
    if any(headers.get(name, "").lower() == value for name, value in HEADER_MARKS):
        return True
    return status >= 400 and any(mark in head for mark in BODY_MARKS)
