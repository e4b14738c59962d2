"""Messages reach a real web server signed, and one that fails is tried again so often and no more."""

import hashlib
import hmac
import json
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler

import pytest

from jobs.execute import execute
from jobs.models import TaskRun
from monitoring.alerts import raise_alert
from monitoring.models import Alert, AlertDelivery, NotificationChannel
from tests.http import LocalServer

SECRET = "only-the-desk-knows"


@dataclass
class Receiver(LocalServer):
    """Answers each post with the next of `statuses`, the last one for ever."""

    statuses: list[int]
    posts: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    def __post_init__(self) -> None:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.posts.append(({name.lower(): v for name, v in self.headers.items()}, body))
                waiting = receiver.statuses
                self.send_response(waiting.pop(0) if len(waiting) > 1 else waiting[0])
                self.end_headers()
                self.wfile.write(b"said the receiver")

            def log_message(self, *_arguments: object) -> None:
                """Keeps the test's output clean."""

        self._prepare(Handler)

    @property
    def url(self) -> str:
        return f"http://{self.pair}/alerts"


@pytest.fixture
def channel(db: None, settings, monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    def made(receiver: Receiver) -> NotificationChannel:
        settings.ALLOWED_PRIVATE_HOSTS = frozenset({receiver.pair})
        monkeypatch.setenv("ALERT_SECRET_DESK", SECRET)
        return NotificationChannel.objects.create(
            name="Desk", kind="webhook", url=receiver.url, secret_variable="ALERT_SECRET_DESK"
        )

    return made


def raised_and_tried(times: int) -> TaskRun:
    raise_alert("restatement", title="Two figures restated", text="Revenue was 5 and is 6.")
    run = TaskRun.objects.get(task="deliver_alert")
    for _ in range(times):
        TaskRun.objects.filter(pk=run.pk).update(not_before=None)
        execute(run.pk)
    run.refresh_from_db()
    return run


def test_a_post_is_signed_over_its_time_and_its_body(channel) -> None:  # type: ignore[no-untyped-def]
    with Receiver([204]) as receiver:
        channel(receiver)
        run = raised_and_tried(1)
    assert run.state == "succeeded"
    ((headers, body),) = receiver.posts
    signed = headers["x-tenfold-timestamp"].encode() + b"." + body
    expected = hmac.new(SECRET.encode(), signed, hashlib.sha256).hexdigest()
    assert headers["x-tenfold-signature"] == f"sha256={expected}"
    said = json.loads(body)
    alert = Alert.objects.get()
    assert (said["event"], said["alert"]["id"], said["alert"]["type"]) == ("alert", alert.pk, "restatement")
    assert (said["alert"]["severity"], said["alert"]["count"]) == ("warning", 1)
    assert headers["x-tenfold-delivery"] == str(said["delivery"]) == str(AlertDelivery.objects.get().pk)
    assert SECRET.encode() not in body


def test_a_receiver_that_fails_is_tried_five_times_and_then_left_alone(channel) -> None:  # type: ignore[no-untyped-def]
    with Receiver([503]) as receiver:
        channel(receiver)
        run = raised_and_tried(8)
    assert len(receiver.posts) == 5
    assert (run.state, run.error_code) == ("failed", "http_503")
    delivery = AlertDelivery.objects.get()
    assert (delivery.state, delivery.attempts, delivery.status) == ("failed", 5, 503)
    told = Alert.objects.get(rule__code="channel-failed")
    assert (told.title, told.count) == ("The channel Desk could not be told", 1)


def test_a_receiver_that_comes_back_is_told_once(channel) -> None:  # type: ignore[no-untyped-def]
    with Receiver([503, 429, 200]) as receiver:
        channel(receiver)
        run = raised_and_tried(5)
    assert len(receiver.posts) == 3
    assert run.state == "succeeded"
    delivery = AlertDelivery.objects.get()
    assert (delivery.state, delivery.attempts, delivery.response) == ("sent", 3, "said the receiver")
    assert not Alert.objects.filter(rule__code="channel-failed").exists()


def test_what_cannot_become_better_is_not_repeated(channel) -> None:  # type: ignore[no-untyped-def]
    with Receiver([404]) as receiver:
        channel(receiver)
        run = raised_and_tried(3)
    assert len(receiver.posts) == 1
    assert (run.state, run.error_code) == ("failed", "http_404")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"url": "https://127.0.0.1/alerts"}, "blocked_address"),
        ({"url": "https://169.254.169.254/latest"}, "blocked_address"),
        ({"url": "http://receiver.example.org/"}, "address_in_the_open"),
        ({"secret_variable": "ALERT_SECRET_NOBODY_SET"}, "no_secret"),
        ({"kind": "email", "recipients": "desk@example.org"}, "no_mail_server"),
    ],
)
def test_nothing_leaves_where_it_must_not(channel, settings, change: dict[str, str], code: str) -> None:  # type: ignore[no-untyped-def]
    settings.MAIL_IS_SET_UP = False
    with Receiver([200]) as receiver:
        channel(receiver)
        NotificationChannel.objects.update(**change)
        run = raised_and_tried(2)
    assert receiver.posts == []
    assert (run.state, run.error_code, run.attempt) == ("failed", code, 1)
