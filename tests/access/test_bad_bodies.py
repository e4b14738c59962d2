"""Bodies nobody should send: refused with a reason, nothing started, never a fault of ours."""

import json

import pytest
from django.test import RequestFactory

from config.bodies import FORM_BYTES, LargestBody
from jobs.models import TaskRun
from tests.access.test_access import world  # noqa: F401
from tests.access.world import World

DEEP = "[" * 100_000 + "]" * 100_000
MEGABYTE = 1024 * 1024


def sent(world: World, body: bytes, content_type: str = "application/json", path: str = "") -> int:  # noqa: F811
    path = path or f"/api/v1/tasks/companies/{world.company.pk}/extract"
    return world.client("staff").generic("POST", path, body, content_type=content_type).status_code


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (DEEP.encode(), "application/json", 400),
        (b'{"a":' * 50_000 + b"1" + b"}" * 50_000, "application/json", 400),
        (b"{", "application/json", 400),
        (b'{"interim": NaN}', "application/json", 400),
        (b"\xff\xfe\x00", "application/json", 400),
        (b'{"interim": ' + b"9" * 5000 + b"}", "application/json", 400),
        (b'"text"', "application/json", 400),
        (b"<xml/>", "application/xml", 415),
        (b"no form at all", "multipart/form-data", 400),
        (b"x" * (6 * MEGABYTE), "application/json", 413),
        (b"x" * (6 * MEGABYTE), "application/x-www-form-urlencoded", 413),
    ],
)
def test_a_body_that_cannot_be_used_starts_nothing(
    world: World,  # noqa: F811
    body: bytes,
    content_type: str,
    status: int,
) -> None:
    assert sent(world, body, content_type) == status
    assert TaskRun.objects.count() == 0


@pytest.mark.parametrize(
    ("length", "content_type", "status"),
    [
        (str(5 * MEGABYTE), "application/json", 200),
        (str(5 * MEGABYTE + 1), "application/json", 413),
        (str(200 * MEGABYTE + FORM_BYTES), "multipart/form-data; boundary=x", 200),
        (str(200 * MEGABYTE + FORM_BYTES + 1), "multipart/form-data; boundary=x", 413),
        ("-1", "application/json", 413),
        ("many", "application/json", 413),
        ("", "", 200),
    ],
)
def test_the_length_decides_before_anything_is_read(length: str, content_type: str, status: int) -> None:
    from django.http import HttpResponse

    request = RequestFactory().post("/", b"x", content_type=content_type or "text/plain")
    request.META["CONTENT_LENGTH"] = length
    answer = LargestBody(lambda request: HttpResponse())(request)
    assert answer.status_code == status
    if status == 413:
        assert json.loads(answer.content)["code"] == "too_large"


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/tasks?cursor=garbage",
        "/api/v1/tasks?page_size=-1&state=PENDING",
        "/api/v1/tasks?name=%00",
        "/api/v1/tasks?ordering=requested_by__password",
        "/api/v1/tasks/11111111-2222-4333-8444-55555555555",
        "/api/v1/tasks/companies/9999999999999999999/extract",
        "/api/v1/tasks/companies/-1/extract",
        "/api/v1/companies/?page=99999999999999999999",
        "/api/v1/companies/%F0%9F%98%80/",
        "/api/v1/documents/9223372036854775808/",
    ],
)
def test_an_address_that_means_nothing_is_never_a_fault(world: World, path: str) -> None:  # noqa: F811
    answer = world.client("staff").get(path)
    assert answer.status_code in (200, 400, 404, 405), answer.content
