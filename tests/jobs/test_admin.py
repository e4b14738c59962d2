"""The pages of runs, and starting work from other pages."""

import pytest
from django.contrib import admin, messages
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.contrib.messages.storage.fallback import FallbackStorage
from django.test import RequestFactory
from django.urls import reverse

from jobs.execute import execute
from jobs.launch import launch
from jobs.launch_mixin import LaunchMixin
from jobs.models import TaskRun
from jobs.states import State, Trigger
from tests.jobs.test_fanout import fanned_out

pytestmark = pytest.mark.django_db

LIST = "/admin/jobs/taskrun/"


@pytest.fixture
def viewer(db):
    """Staff who may look at runs and nothing else."""
    person = get_user_model().objects.create_user("vera", is_staff=True)
    person.user_permissions.add(Permission.objects.get(codename="view_taskrun"))
    return person


def test_the_list_shows_state_progress_subject_and_reason(client, olivia, victor) -> None:
    run = launch("tests.any_end", subject=victor, how="partial").run
    execute(run.pk)
    client.force_login(olivia)
    page = client.get(LIST).content.decode()
    assert "tests.any_end" in page
    assert "One page of two could be read." in page
    assert f'href="{reverse("admin:auth_user_change", args=[victor.pk])}"' in page
    assert 'aria-valuenow="100"' in page


def test_the_list_asks_the_same_number_of_questions_for_many_runs(
    client, olivia, victor, django_assert_max_num_queries
) -> None:
    client.force_login(olivia)
    for value in range(30):
        launch("tests.echo", subject=victor, by=victor, value=value)
    client.get(LIST)
    with django_assert_max_num_queries(10):
        assert client.get(LIST).status_code == 200


def test_filters_and_search_of_the_list(client, olivia, victor) -> None:
    failed = launch("tests.any_end", subject=victor, how="raise").run
    execute(failed.pk)
    launch("tests.echo", value=1)
    client.force_login(olivia)
    for query in (
        "state__exact=failed",
        "task=tests.any_end",
        "trigger__exact=system",
        f"q={failed.pk}",
        "q=victor",
    ):
        answer = client.get(f"{LIST}?{query}")
        assert answer.status_code == 200, query
        assert failed in answer.context["cl"].result_list, query
    assert len(client.get(f"{LIST}?task=tests.echo").context["cl"].result_list) == 1


def test_the_page_of_a_run_folds_its_traceback_away(client, olivia) -> None:
    run = launch("tests.any_end", how="raise").run
    execute(run.pk)
    client.force_login(olivia)
    page = client.get(run.get_absolute_url()).content.decode()
    assert "internal_error" in page
    assert "<summary>" in page
    assert "ZeroDivisionError: secret detail" in page


def test_the_page_of_a_parent_links_its_parts(client, olivia) -> None:
    run = fanned_out(2)
    client.force_login(olivia)
    page = client.get(run.get_absolute_url()).content.decode()
    for part in run.children():
        assert f'href="{part.get_absolute_url()}"' in page


def test_what_a_run_says_is_shown_as_text_and_not_as_markup(client, olivia) -> None:
    run = launch("tests.echo", value=1).run
    TaskRun.objects.filter(pk=run.pk).update(
        message="<script>alert(1)</script>", subject_label="<b>x</b>", result={"<i>": "<script>2</script>"}
    )
    client.force_login(olivia)
    for address in (LIST, run.get_absolute_url()):
        page = client.get(address).content.decode()
        assert "<script>alert(1)" not in page
        assert "<script>2" not in page
        assert "<b>x</b>" not in page


def test_runs_are_not_made_changed_or_deleted_by_hand(client, olivia) -> None:
    run = launch("tests.echo", value=1).run
    client.force_login(olivia)
    assert client.get(f"{LIST}add/").status_code == 403
    assert client.post(f"{LIST}{run.pk}/delete/", {"post": "yes"}).status_code == 403
    client.post(run.get_absolute_url(), {"state": "succeeded"})
    run.refresh_from_db()
    assert run.state == State.QUEUED


def post_action(client, action: str, runs) -> None:
    client.post(LIST, {"action": action, "_selected_action": [str(run.pk) for run in runs]}, follow=True)


def test_cancel_and_repeat(client, olivia) -> None:
    runs = [launch("tests.echo", value=value).run for value in range(2)]
    client.force_login(olivia)
    post_action(client, "cancel_selected", runs)
    assert set(TaskRun.objects.values_list("state", flat=True)) == {State.CANCELLED}
    post_action(client, "repeat_selected", runs[:1])
    again = TaskRun.objects.get(state=State.QUEUED)
    assert (again.arguments, again.requested_by, again.trigger) == ({"value": 0}, olivia, Trigger.ADMIN)


def test_whoever_only_looks_can_neither_cancel_nor_repeat(client, viewer) -> None:
    run = launch("tests.echo", value=1).run
    client.force_login(viewer)
    assert client.get(LIST).status_code == 200
    post_action(client, "cancel_selected", [run])
    run.refresh_from_db()
    assert (run.state, run.cancel_requested_at) == (State.QUEUED, None)
    execute(run.pk)
    post_action(client, "repeat_selected", [run])
    assert TaskRun.objects.count() == 1


def test_a_running_page_can_be_watched_and_cancelled(client, olivia) -> None:
    run = fanned_out(2)
    client.force_login(olivia)
    page = client.get(run.get_absolute_url()).content.decode()
    live = f"{LIST}{run.pk}/live/"
    assert f'data-live="{live}"' in page
    assert f'action="{LIST}{run.pk}/cancel/"' in page
    assert f'href="/admin/flower/task/{run.pk}"' in page
    execute(run.children().first().pk)
    part = client.get(live).content.decode()
    assert 'aria-valuenow="25"' in part
    assert "1 queued, 1 succeeded" in part
    assert " data-over" not in part
    assert client.get(f"{LIST}{run.pk}/cancel/").status_code == 405
    answer = client.post(f"{LIST}{run.pk}/cancel/", follow=True)
    assert "2 runs are asked to stop." in answer.content.decode()
    run.refresh_from_db()
    assert (run.state, run.cancel_requested_by) == (State.CANCELLED, olivia)
    assert " data-over" in client.get(live).content.decode()
    answer = client.post(f"{LIST}{run.pk}/repeat/")
    again = TaskRun.objects.get(task="tests.family", state=State.QUEUED)
    assert answer["Location"] == again.get_absolute_url()


def test_the_steps_of_a_task_are_shown_with_where_it_is(client, olivia) -> None:
    run = launch("tests.flaky", failures=0).run
    client.force_login(olivia)
    live = f"{LIST}{run.pk}/live/"
    TaskRun.objects.filter(pk=run.pk).update(
        state=State.RUNNING, step="storing", current=3, total=40, message="<b>row</b>"
    )
    page = client.get(live).content.decode()
    assert '<li class="tf-step-done">trying</li>' in page
    assert '<li class="tf-step-now" aria-current="step">storing</li>' in page
    assert "&lt;b&gt;row&lt;/b&gt; <span>3 of 40</span>" in page


def test_the_standing_of_many_parts_takes_few_questions(
    client, olivia, django_assert_max_num_queries
) -> None:
    run = fanned_out(150)
    client.force_login(olivia)
    client.get(f"{LIST}{run.pk}/live/")
    with django_assert_max_num_queries(6):
        page = client.get(f"{LIST}{run.pk}/live/").content.decode()
    assert page.count("tf-parts-bar") == 100
    assert "The first 100 of 150" in page


def test_the_standing_is_for_those_who_may_see_runs(client, victor) -> None:
    run = launch("tests.echo", by=victor, value=1).run
    live = f"{LIST}{run.pk}/live/"
    assert client.get(live).status_code == 302
    victor.is_staff = True
    victor.save()
    client.force_login(victor)
    assert client.get(live).status_code == 403


@pytest.mark.parametrize("verb", ["cancel", "repeat"])
def test_the_buttons_are_for_those_who_may(client, viewer, verb: str) -> None:
    run = launch("tests.echo", value=1).run
    if verb == "repeat":
        execute(run.pk)
    client.force_login(viewer)
    assert f"{run.pk}/{verb}/" not in client.get(run.get_absolute_url()).content.decode()
    assert client.post(f"{LIST}{run.pk}/{verb}/").status_code == 403
    run.refresh_from_db()
    assert (TaskRun.objects.count(), run.cancel_requested_at) == (1, None)


def test_the_buttons_need_the_token_of_the_page(olivia) -> None:
    from django.test import Client

    run = launch("tests.echo", value=1).run
    client = Client(enforce_csrf_checks=True)
    client.force_login(olivia)
    assert client.post(f"{LIST}{run.pk}/cancel/").status_code == 403
    run.refresh_from_db()
    assert run.state == State.QUEUED


def test_staff_without_permission_and_strangers_see_nothing(client, victor) -> None:
    run = launch("tests.echo", by=victor, value=1).run
    client.force_login(victor)
    assert client.get(LIST).status_code == 302
    victor.is_staff = True
    victor.save()
    assert client.get(LIST).status_code == 403
    assert client.get(run.get_absolute_url()).status_code == 403


def test_other_pages_start_work_for_what_is_selected(olivia, victor, stella) -> None:
    class PeoplePage(LaunchMixin, admin.ModelAdmin):
        pass

    page = PeoplePage(get_user_model(), admin.site)
    request = RequestFactory().post("/")
    request.user, request.session = olivia, {}
    request._messages = FallbackStorage(request)
    people = get_user_model().objects.filter(pk__in=[victor.pk, stella.pk])
    launch("tests.echo", subject=victor, value=victor.pk)
    page.launch_for_selected(request, people, "tests.echo", argument="value")
    assert TaskRun.objects.count() == 2
    run = TaskRun.objects.get(trigger=Trigger.ADMIN)
    assert (run.subject, run.arguments, run.requested_by) == (stella, {"value": stella.pk}, olivia)
    told = [str(message) for message in messages.get_messages(request)]
    assert told == [
        '1 run is queued. 1 was under way already. <a href="/admin/jobs/taskrun/?task=tests.echo"'
        ' class="underline">Watch</a>'
    ]


def test_work_that_cannot_be_started_is_said_and_not_raised(olivia, victor) -> None:
    request = RequestFactory().post("/")
    request.user, request.session = olivia, {}
    request._messages = FallbackStorage(request)
    LaunchMixin().launch_for_selected(request, get_user_model().objects.all(), "tests.unheard_of")
    assert [str(message) for message in messages.get_messages(request)] == [
        "There is no task named 'tests.unheard_of'."
    ]


def test_many_are_asked_about_first_with_an_estimate(client, olivia) -> None:
    from companies.models import Company

    client.force_login(olivia)
    companies = [Company.objects.create(name=f"C {number}", slug=f"c{number}") for number in range(25)]
    form = {
        "action": "recompile",
        "_selected_action": [company.pk for company in companies],
    }
    address = "/admin/companies/company/"
    page = client.post(address, form).content.decode()
    assert TaskRun.objects.count() == 0
    assert "recompile_company_statements for 25 companies" in page
    assert "How long one takes is not known: none of this kind has ended yet." in page
    assert page.count('name="_selected_action"') == 25
    client.post(address, {**form, "launch_confirmed": "yes"})
    assert TaskRun.objects.filter(task="recompile_company_statements", requested_by=olivia).count() == 25
    client.post(address, {"action": "recompile", "_selected_action": [companies[0].pk]})
    assert TaskRun.objects.count() == 25  # under way already, and not many


def test_many_objects_are_asked_about_and_all_of_a_list_stays_all_of_it(client, olivia) -> None:
    from companies.models import Company

    Company.objects.bulk_create(
        [Company(name=f"Company {number:03}", slug=f"company-{number}") for number in range(130)]
    )
    client.force_login(olivia)
    address = "/admin/companies/company/"
    first = [str(pk) for pk in Company.objects.values_list("pk", flat=True)[:2]]
    asked = {"action": "recompile", "_selected_action": first, "select_across": "1"}
    page = client.post(address, asked).content.decode()
    assert "recompile_company_statements for 130 companies" in page
    assert "Start 130 runs" in page
    assert "<li>Company 000</li>" in page
    assert "<li>and 120 more</li>" in page
    assert page.count('name="_selected_action"') == 1
    assert TaskRun.objects.count() == 0
    client.post(address, {**asked, "launch_confirmed": "yes"})
    assert TaskRun.objects.count() == 130


def test_every_task_that_takes_an_object_is_offered_to_those_who_may_start_it(client, olivia) -> None:
    from companies.models import Company
    from documents.models import Document
    from jobs.registry import definitions

    for model, argument, elsewhere in (
        (Company, "company_id", set()),
        # A note is asked for on the company, whose reports it compares.
        (Document, "document_id", {"write_delta_note"}),
    ):
        page = admin.site._registry[model]
        offered = {offer.task for offer in page.all_offers()}
        taking = {name for name, definition in definitions().items() if definition.accepts(argument)}
        assert offered >= {name for name in taking if not name.startswith("tests.")} - elsewhere
        names = [offer.name for offer in page.all_offers()]
        assert len(names) == len(set(names))


def test_cancelling_and_repeating_many_is_asked_about_first(client, olivia) -> None:
    runs = [launch("tests.echo", value=value).run for value in range(25)]
    client.force_login(olivia)
    asked = {"action": "cancel_selected", "_selected_action": [str(run.pk) for run in runs]}
    page = client.post(LIST, asked).content.decode()
    assert "Cancel 25 runs" in page
    assert TaskRun.objects.filter(state=State.QUEUED).count() == 25
    client.post(LIST, {**asked, "launch_confirmed": "yes"})
    assert TaskRun.objects.filter(state=State.CANCELLED).count() == 25
    asked["action"] = "repeat_selected"
    assert "Repeat 25 runs" in client.post(LIST, asked).content.decode()
    client.post(LIST, {**asked, "launch_confirmed": "yes"})
    assert TaskRun.objects.filter(state=State.QUEUED).count() == 25
