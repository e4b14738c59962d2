"""Every endpoint and every action of the admin that changes something leaves its event in the trail, one
for each object; what is not allowed and what only looks leaves none. Endpoints come from the table of
access, actions from the admin itself, so that a new one without its line here fails."""

import math
from collections.abc import Callable
from copy import copy
from datetime import date
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission, User
from django.core.cache import cache
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from analysis.models import SentimentSentence
from audit.chain import verify
from documents.models import DocumentVersion, ReplacedFile
from extraction.models import ExternalSource
from jobs.launch_mixin import LaunchMixin
from jobs.models import TaskRun
from jobs.states import State
from market.models import BreakerState, PriceFinding, PriceProvider, ProviderKind, ProviderState
from monitoring.models import AlertDelivery, DeliveryState, NotificationChannel, RetentionPolicy
from monitoring.retention.clean import ensure_policies
from tests.access.cases import CASES
from tests.access.world import World
from tests.analysis.training.made import WORSE, a_model
from tests.audit.trail import events

CHANGING = ("post", "put", "patch", "delete")
# Where it is not "started a run".
LEAVES: dict[str, list[str]] = {
    "company-list": ["added"],
    "company-detail": ["changed"],
    "token-revoke": ["token_revoked"],
    "token-revoke-all": ["token_revoked"],
    "task-status": ["cancelled"],
    "background-task": ["cancelled"],
    "anomaly-decide": ["decided"],
    "alert-acknowledge": ["decided"],
    "alert-snooze": ["decided"],
    "alert-resolve": ["decided"],
    # A document and the run that processes it
    "document-list": ["added", "launched"],
    "document-several": ["added", "launched"],
    "review-accept": ["decided"],
    "review-reject": ["decided"],
    # The question, the correction that answers it, and the run that puts the figures right
    "review-correct": ["corrected", "decided", "launched"],
    "correction-list": ["corrected", "launched"],
    "correction-undo": ["corrected", "launched"],
    # Changes nothing: a look ahead, a decision that was not made yet, a correction that is in force, a
    # workbook in which nothing was changed
    "correction-preview": [],
    "review-undo": [],
    "correction-restore": [],
    "workbooks": [],
}


@pytest.fixture
def world(db: None, files: object, monkeypatch: pytest.MonkeyPatch) -> World:
    cache.clear()
    monkeypatch.setattr("jobs.broker._closed_until", math.inf)
    return World()


def _changing_calls() -> list[tuple[str, str]]:
    return [
        (name, verb)
        for name, case in sorted(CASES.items())
        for verb in CHANGING
        if 200 <= case.answers(verb)[2] < 300
    ]


def test_every_exception_of_the_table_is_an_endpoint() -> None:
    assert set(LEAVES) <= {name for name, _verb in _changing_calls()}


@pytest.mark.parametrize(("name", "verb"), _changing_calls())
def test_an_endpoint_leaves_one_event_for_each_object(world: World, name: str, verb: str) -> None:
    case = CASES[name]
    address = reverse(name, kwargs={part: world.part(key) for part, key in case.at.items()}) + case.query
    body = world.body(case.body)
    is_a_form = any(hasattr(value, "read") for value in body.values())
    client, before = world.client("staff"), events().count()
    answer = getattr(client, verb)(address, body, format="multipart" if is_a_form else "json")
    assert answer.status_code == case.answers(verb)[2], answer.content
    left = list(events()[before:])
    assert sorted(event.action for event in left) == LEAVES.get(name, ["launched"])
    assert {event.person for event in left} <= {"stella"}
    assert {event.address for event in left} <= {"127.0.0.1"}
    objects = [(event.object_type, event.object_id) for event in left]
    assert len(set(objects)) == len(objects)
    assert verify().broken_at is None


@pytest.mark.parametrize(("name", "verb"), _changing_calls())
def test_whoever_may_not_leaves_none(world: World, name: str, verb: str) -> None:
    case = CASES[name]
    if case.answers(verb)[1] < 400:
        pytest.skip("Everybody may do this for themselves.")
    address = reverse(name, kwargs={part: world.part(key) for part, key in case.at.items()}) + case.query
    client, before = world.client("other"), events().count()
    assert getattr(client, verb)(address, {}, format="json").status_code == case.answers(verb)[1]
    assert events().count() == before


# Actions of the admin, by list and name: what they leave and on which object.
Made = Callable[[World], Any]


def _replaced(world: World) -> ReplacedFile:
    version = DocumentVersion.objects.get(document=world.document)
    before = copy(version)
    before.pk, before.sha256 = None, "0" * 64
    before.save()
    return ReplacedFile.objects.create(
        document=world.document, before=before, after=version, found_at=timezone.now()
    )


def _finding(world: World) -> PriceFinding:
    source = PriceProvider.objects.create(code="files", name="Files", kind="file", priority=1)
    return PriceFinding.objects.create(
        instrument=world.instrument, provider=source, day=date(2026, 1, 2), kind="gap",
        found_at=timezone.now(),
    )  # fmt: skip


def _paused(_world: World) -> PriceProvider:
    source = PriceProvider.objects.create(
        code="paused", name="Paused", kind=ProviderKind.TEMPLATE, priority=1
    )
    ProviderState.objects.create(
        provider=source, breaker=BreakerState.OPEN, failures=3, retry_at=timezone.now()
    )
    return source


def _schedule(enabled: bool) -> Made:
    def made(_world: World) -> PeriodicTask:
        every = IntervalSchedule.objects.create(every=5, period=IntervalSchedule.MINUTES)
        return PeriodicTask.objects.create(
            name="Files", task="check_known_files", interval=every, enabled=enabled
        )

    return made


def _failed_delivery(_world: World) -> AlertDelivery:
    channel = NotificationChannel.objects.create(name="Mail", kind="email", recipients="a@example.org")
    return AlertDelivery.objects.create(
        channel=channel, state=DeliveryState.FAILED, created_at=timezone.now()
    )


def _ended(world: World) -> TaskRun:
    TaskRun.objects.filter(pk=world.run.pk).update(state=State.FAILED, finished_at=timezone.now())
    return world.run


def _sentence(world: World) -> SentimentSentence:
    return world.tone.sentences.earliest("pk")


def _labelled(world: World) -> SentimentSentence:
    sentence = _sentence(world)
    SentimentSentence.objects.filter(pk=sentence.pk).update(
        reviewer_label="positive", reviewed_at=timezone.now()
    )
    return sentence


def _decided(world: World) -> Any:
    type(world.anomaly).objects.filter(pk=world.anomaly.pk).update(
        state="confirmed", decided_at=timezone.now()
    )
    return world.anomaly


def _policy(_world: World) -> RetentionPolicy:
    ensure_policies()
    return RetentionPolicy.objects.earliest("pk")


def _source(_world: World) -> ExternalSource:
    return ExternalSource.objects.get(code="ecb")


ACTIONS: dict[tuple[str, str], tuple[Made, list[str]]] = {
    ("documents.Document", "ignore"): (lambda world: world.document, ["changed"]),
    ("documents.ReplacedFile", "mark_as_seen"): (_replaced, ["decided"]),
    ("django_celery_beat.PeriodicTask", "switch_on"): (_schedule(False), ["changed"]),
    ("django_celery_beat.PeriodicTask", "switch_off"): (_schedule(True), ["changed"]),
    ("django_celery_beat.PeriodicTask", "start_now"): (_schedule(True), ["launched"]),
    ("jobs.TaskRun", "cancel_selected"): (lambda world: world.run, ["cancelled"]),
    ("jobs.TaskRun", "repeat_selected"): (_ended, ["launched"]),
    ("market.PriceFinding", "resolve"): (_finding, ["decided"]),
    ("market.PriceProvider", "ask_again"): (_paused, ["changed"]),
    ("extraction.ExternalSource", "ask_now"): (_source, ["launched"]),
    ("extraction.ExternalSource", "ask_everything"): (_source, ["launched"]),
    ("extraction.ReviewItem", "accept"): (lambda world: world.question, ["decided"]),
    ("extraction.ReviewItem", "reject"): (lambda world: world.question, ["decided"]),
    ("analysis.Anomaly", "confirm"): (lambda world: world.anomaly, ["decided"]),
    ("analysis.Anomaly", "reject"): (lambda world: world.anomaly, ["decided"]),
    ("analysis.Anomaly", "open_again"): (_decided, ["decided"]),
    ("analysis.SentimentSentence", "call_positive"): (_sentence, ["decided"]),
    ("analysis.SentimentSentence", "call_neutral"): (_sentence, ["decided"]),
    ("analysis.SentimentSentence", "call_negative"): (_sentence, ["decided"]),
    ("analysis.SentimentSentence", "take_back"): (_labelled, ["decided"]),
    ("analysis.TrainedModel", "use"): (lambda _world: a_model(against_baseline=WORSE), ["changed"]),
    ("analysis.TrainedModel", "go_back"): (lambda _world: a_model(), ["changed"]),
    ("monitoring.Alert", "acknowledge"): (lambda world: world.alert, ["decided"]),
    ("monitoring.Alert", "snooze_a_day"): (lambda world: world.alert, ["decided"]),
    ("monitoring.Alert", "snooze_a_week"): (lambda world: world.alert, ["decided"]),
    ("monitoring.Alert", "resolve"): (lambda world: world.alert, ["decided"]),
    ("monitoring.AlertDelivery", "again"): (_failed_delivery, ["launched"]),
    ("audit.AuditEvent", "export"): (lambda world: events().last(), ["exported"]),
}
# The actions that start a task for each object go through one function, which these stand for.
LAUNCHING: dict[tuple[str, str], Made] = {
    ("companies.Company", "recompile"): lambda world: world.company,
    ("documents.Document", "classify"): lambda world: world.document,
    ("market.Instrument", "update"): lambda world: world.instrument,
    ("monitoring.RetentionPolicy", "count_old"): _policy,
}
_ALL = [(*key, made, leaves) for key, (made, leaves) in ACTIONS.items()]
_ALL += [(*key, made, ["launched"]) for key, made in LAUNCHING.items()]


def test_every_action_of_the_admin_is_here() -> None:
    request = RequestFactory().get("/")
    request.user = User(is_superuser=True, is_active=True, is_staff=True)
    found, without_permission = set(), set()
    for model, page in admin.site._registry.items():
        launching = {offer.name for offer in page.all_offers()} if isinstance(page, LaunchMixin) else set()
        for name, (function, *_rest) in page.get_actions(request).items():
            if name == "delete_selected" or name in launching:
                continue  # kept by the admin itself; by `launch`, which looks at the permission to start
            found.add((model._meta.label, name))
            if not getattr(function, "allowed_permissions", None):
                without_permission.add((model._meta.label, name))
    assert found == set(ACTIONS)
    assert without_permission == set()


def _address(label: str) -> str:
    return reverse("admin:{}_{}_changelist".format(*label.lower().split(".")))


@pytest.mark.parametrize(("label", "name", "made", "leaves"), _ALL, ids=[f"{a[0]}-{a[1]}" for a in _ALL])
def test_an_action_leaves_one_event_for_each_object(
    world: World, client: Client, label: str, name: str, made: Made, leaves: list[str]
) -> None:
    client.force_login(world.staff)
    chosen = made(world)
    before = events().count()
    answer = client.post(_address(label), {"action": name, "_selected_action": [chosen.pk]})
    assert answer.status_code in (200, 302)
    left = list(events()[before:])
    assert [event.action for event in left] == leaves
    assert {event.person for event in left} == {"stella"}
    assert verify().broken_at is None


@pytest.mark.parametrize(("label", "name", "made", "leaves"), _ALL, ids=[f"{a[0]}-{a[1]}" for a in _ALL])
def test_who_may_only_look_can_do_nothing_to_an_object(
    world: World, client: Client, label: str, name: str, made: Made, leaves: list[str]
) -> None:
    """A forged form of somebody who sees the list and may not change it."""
    looker = User.objects.create_user("vera", is_staff=True)
    looker.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    client.force_login(looker)
    chosen = made(world)
    before, runs = events().count(), TaskRun.objects.count()
    values = type(chosen)._base_manager.filter(pk=chosen.pk).values().get()
    client.post(_address(label), {"action": name, "_selected_action": [chosen.pk]})
    assert type(chosen)._base_manager.filter(pk=chosen.pk).values().get() == values
    assert (events().count(), TaskRun.objects.count()) == (before, runs)
