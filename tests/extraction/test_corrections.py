"""What a person corrected is laid over every reading, and nothing is ever overwritten."""

import io
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from django.contrib.auth.models import User

from companies.models import Company
from documents.models import Document, DocumentVersion, VersionSource
from documents.storage import store_content
from documents.upload import accept_upload
from engine.kinds import CorrectionAction
from engine.reading import read
from engine.statement import Reading
from extraction.errors import WrongCorrection
from extraction.extract import extract
from extraction.models import (
    CompiledChange,
    CompiledStatement,
    Correction,
    CorrectionEvent,
    ExtractionRun,
    Fact,
    KeptReading,
    Observation,
    ReviewItem,
    StatementRow,
    StatementTable,
)
from extraction.provenance import verify_provenance
from extraction.review.correct import Place, Wanted, apply_to, correct, drafted, restore, undo
from extraction.review.preview import preview_of
from extraction.review.replay import replay_company
from extraction.store import store_reading
from jobs.states import State, Trigger
from tests.engine.makepdf import INCOME, PROSE, YEARS, balance, cash_flow, income, report
from tests.extraction.made import a_company, a_document, a_reading
from tests.extraction.working import work_off

pytestmark = pytest.mark.django_db

# The gross profit is printed with one digit wrong, as if a scan had been misread.
MISPRINTED = [
    (label, note, "634.5", text) if label == "Gross profit" else (label, note, first, text)
    for label, note, first, text in (row for row in INCOME if len(row) > 1)
]


def the_report(
    rows: Sequence[Sequence[str]] = tuple(MISPRINTED), *, lower: int = 0, cover: str = PROSE
) -> bytes:
    """`lower` puts so many lines more above the income statement."""
    lines = ("for the year ended 30 June 2023", *["Audited."] * lower)
    return report([cover, income(rows=rows, lines=lines, heads=YEARS), balance(), cash_flow()])


@pytest.fixture
def company() -> Company:
    return a_company(fiscal_year_end_month=6, fiscal_year_end_day=30)


@pytest.fixture
def anna() -> User:
    return User.objects.create_user("anna")


@pytest.fixture
def document(company: Company, files: Path) -> Document:
    document = uploaded(company, the_report())
    extract(document)
    return document


def uploaded(company: Company, content: bytes) -> Document:
    document = accept_upload(company, io.BytesIO(content), "annual-report-2023.pdf").document
    document.document_type, document.fiscal_year = "annual_report", 2023
    document.save()
    return document


def standing(label: str, year: int = 2023) -> Fact:
    return Fact.objects.get(label=label, period_end__year=year, superseded_at__isnull=True)


def figure(label: str, year: int = 2023) -> Place:
    return Place.of_figure(standing(label, year).observation)


def line(label: str) -> Place:
    row = StatementRow.objects.get(label=label, table__run__is_current=True)
    return Place(row.table, row)


def number(text: str, **more: object) -> Wanted:
    return Wanted(CorrectionAction.NUMBER, number=Decimal(text), **more)  # type: ignore[arg-type]


def corrected(label: str, text: str, by: User) -> Correction:
    """The figure corrected and laid over what was read."""
    correction = correct(figure(label), number(text), by=by)
    replay_company(correction.company)
    correction.refresh_from_db()
    return correction


def history(correction: Correction) -> list[str]:
    return list(correction.events.values_list("kind", flat=True))


def test_it_works(document: Document, anna: User) -> None:
    assert standing("Gross profit").value == Decimal("634500000")
    correction = correct(figure("Gross profit"), number("534.5", reason="One digit."), by=anna)
    # Until it is replayed nothing has changed.
    assert standing("Gross profit").value == Decimal("634500000")
    assert replay_company(document.company).changed == (document.pk,)
    fact = standing("Gross profit")
    assert (fact.value, fact.method, fact.correction) == (Decimal("534500000"), "correction", correction)
    # A sum proves it now, which says more than one who looked.
    assert fact.confidence == 0.999
    # What is printed is still said.
    seen = fact.observation
    assert (seen.text, seen.number, seen.value) == ("634.5", Decimal("634.5"), Decimal("634500000"))
    assert history(correction) == ["made", "applied"]
    # The identities are those of the corrected figures, and what was asked is no longer asked.
    failing = StatementTable.objects.get(run__is_current=True, statement="income_statement").checks
    assert failing.filter(outcome="fails").count() == 0
    assert ReviewItem.objects.get(kind="identity_fails").state == "obsolete"
    # Every stored figure stands where it is said to stand.
    assert [one.misses for one in verify_provenance()] == [()]
    # Nothing is done a second time.
    assert replay_company(document.company).changed == ()


def test_a_number_that_is_not_on_the_page_was_entered_by_a_person(document: Document, anna: User) -> None:
    correction = corrected("Gross profit", "534.5", anna)
    assert correction.printed_at is None
    assert standing("Gross profit").entered is True


def test_a_number_that_is_on_the_page_keeps_its_place(document: Document, anna: User) -> None:
    correction = corrected("Gross profit", "-500.0", anna)
    assert correction.printed_at is not None
    assert correction.printed_at["text"] == "500.0"
    fact = standing("Gross profit")
    assert (fact.value, fact.entered) == (Decimal("-500000000"), False)


def test_a_correction_survives_another_version_of_the_engine(
    document: Document, anna: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    correction = corrected("Gross profit", "534.5", anna)
    monkeypatch.setattr("extraction.extract.ENGINE_VERSION", "another")
    before = ExtractionRun.objects.get(is_current=True)
    run = extract(document).run
    assert run.pk != before.pk
    assert (standing("Gross profit").value, standing("Gross profit").correction) == (
        Decimal("534500000"),
        correction,
    )
    assert standing("Gross profit").observation.row.table.run == run
    assert history(correction) == ["made", "applied", "applied"]
    correction.refresh_from_db()
    assert correction.state == "active"


def test_a_correction_is_found_again_where_its_anchor_has_moved(
    document: Document, anna: User, settings: object
) -> None:
    """A newer reading of the same file measures the page otherwise, and cuts the label another way."""
    correction = corrected("Gross profit", "534.5", anna)
    moved = shifted(read(the_report()), 40.0)
    store_reading(document.current_version, moved, options_digest="newer", task_run=None)
    assert standing("Gross profit").value == Decimal("534500000")
    assert history(correction) == ["made", "applied", "refound"]
    assert ReviewItem.objects.filter(kind="correction_conflict").count() == 0


def shifted(reading: Reading, down: float) -> Reading:
    def box(old):  # type: ignore[no-untyped-def]
        return replace(old, y0=old.y0 + down, y1=old.y1 + down)

    statements = []
    for entry in reading.statements:
        rows = tuple(
            replace(
                row,
                box=box(row.box),
                cells=tuple(None if cell is None else replace(cell, box=box(cell.box)) for cell in row.cells),
            )
            for row in entry.table.rows
        )
        statements.append(replace(entry, table=replace(entry.table, rows=rows)))
    return replace(reading, statements=tuple(statements))


def test_a_correction_survives_a_file_that_is_deleted_and_comes_again(
    company: Company, document: Document, anna: User
) -> None:
    correction = corrected("Gross profit", "534.5", anna)
    document.delete()
    correction.refresh_from_db()
    assert (correction.document, Fact.objects.count()) == (None, 0)
    again = uploaded(company, the_report())
    assert again.pk != document.pk
    extract(again)
    assert standing("Gross profit").value == Decimal("534500000")
    assert standing("Gross profit").document == again
    assert history(correction) == ["made", "applied", "applied"]


def test_a_correction_is_found_again_in_a_file_that_replaced_its_own(document: Document, anna: User) -> None:
    correction = corrected("Gross profit", "534.5", anna)
    replaced_by(document, the_report(lower=3))
    assert standing_in(document, "Gross profit").value == Decimal("534500000")
    assert history(correction)[-1] == "refound"


def test_where_the_new_file_prints_something_else_its_figure_stands_and_a_person_is_asked(
    document: Document, anna: User
) -> None:
    correction = corrected("Gross profit", "534.5", anna)
    rows = [(label, *rest[:1], "550.0", rest[2]) if label == "Gross profit" else (label, *rest)
            for label, *rest in MISPRINTED]  # fmt: skip
    replaced_by(document, the_report(rows))
    fact = standing_in(document, "Gross profit")
    assert (fact.value, fact.correction) == (Decimal("550000000"), None)
    question = ReviewItem.objects.get(kind="correction_conflict")
    assert question.reason == (
        "Income statement, Gross profit, 2023 €m: corrected to 534.5. It was 634.5 when somebody corrected"
        " it to 534.5; the file that replaced it prints 550. The figure of the new file stands until"
        " somebody decides."
    )
    assert (question.state, question.correction, question.rank) == ("open", correction, 10)


def replaced_by(document: Document, content: bytes) -> None:
    """Another file under the same address, read."""
    stored = store_content(io.BytesIO(content))
    document.current_version = DocumentVersion.objects.create(
        document=document, sha256=stored.sha256, size=stored.size, storage_name=stored.storage_name,
        source=VersionSource.CRAWL,
    )  # fmt: skip
    document.save()
    extract(document)


def standing_in(document: Document, label: str) -> Fact:
    return Fact.objects.get(
        label=label,
        period_end__year=2023,
        superseded_at__isnull=True,
        observation__row__table__run__version=document.current_version,
    )


LINES = [("Revenue", "is.revenue", 1, ["1,200", "1,100"]), ("Special gain", None, 1, ["30", "20"])]


def read_again(document: Document, lines: Sequence[tuple], digest: str) -> None:
    store_reading(
        document.current_version, a_reading([2024, 2023], lines), options_digest=digest, task_run=None
    )


def test_where_a_newer_reading_of_the_same_file_disagrees_nothing_is_overwritten(anna: User) -> None:
    document = a_document(a_company(), 2024)
    read_again(document, LINES, "one")
    place = Place.of_figure(standing("Revenue", 2024).observation)
    correction = correct(place, number("1250"), by=anna)
    replay_company(document.company)
    newer = [("Revenue", "is.revenue", 1, ["1,280", "1,100"]), LINES[1]]
    read_again(document, newer, "two")
    fact = standing("Revenue", 2024)
    assert (fact.value, fact.correction) == (Decimal("1250000000"), correction)
    assert fact.confidence == 0.5
    assert fact.observation.number == Decimal("1280")
    correction.refresh_from_db()
    assert correction.state == "conflict"
    question = ReviewItem.objects.get(kind="correction_conflict")
    assert question.details["found"] == "1,280"
    assert question.reason.endswith(
        "It was 1,200 when somebody corrected it to 1,250; this reading says 1,280. The correction stands"
        " until somebody decides."
    )
    # A reading that says what the person said settles it.
    read_again(document, [("Revenue", "is.revenue", 1, ["1,250", "1,100"]), LINES[1]], "three")
    correction.refresh_from_db()
    question.refresh_from_db()
    assert (correction.state, question.state) == ("active", "obsolete")
    assert history(correction) == ["made", "applied", "conflict", "agreed"]
    # One that does not find the line keeps the correction and says that it is lost.
    read_again(document, LINES[1:], "four")
    correction.refresh_from_db()
    assert (correction.state, history(correction)[-1]) == ("conflict", "lost")
    assert (
        ReviewItem.objects.filter(kind="correction_conflict", state="open").get().details["outcome"] == "lost"
    )


def test_a_correction_is_undone_and_put_in_force_again(document: Document, anna: User) -> None:
    correction = corrected("Gross profit", "534.5", anna)
    assert undo(correction, by=anna, why="It was right.") is True
    assert undo(correction, by=anna) is False
    replay_company(document.company)
    fact = standing("Gross profit")
    assert (fact.value, fact.method) == (Decimal("634500000"), "reading")
    assert ReviewItem.objects.get(kind="identity_fails").state == "open"
    assert restore(correction, by=anna) is True
    replay_company(document.company)
    assert standing("Gross profit").value == Decimal("534500000")
    assert history(correction) == ["made", "applied", "undone", "restored", "applied"]


def test_a_later_correction_replaces_the_one_at_its_place_and_gives_it_back(
    document: Document, anna: User
) -> None:
    first = corrected("Gross profit", "534.5", anna)
    second = corrected("Gross profit", "535", anna)
    first.refresh_from_db()
    assert (first.state, first.replaced_by) == ("replaced", second)
    assert standing("Gross profit").value == Decimal("535000000")
    # The second is held against what was read, not against the first.
    assert second.said_before == "634.5"
    undo(second, by=anna)
    replay_company(document.company)
    assert standing("Gross profit").value == Decimal("534500000")
    assert restore(second, by=anna) is False


def test_a_line_gets_its_concept_and_the_line_that_had_it_loses_it(document: Document, anna: User) -> None:
    place = line("Other operating income")
    assert place.row is not None
    correct(place, Wanted(CorrectionAction.CONCEPT, concept="is.admin"), by=anna)
    replay_company(document.company)
    rows = StatementRow.objects.filter(table__run__is_current=True)
    named = rows.get(label="Other operating income")
    assert (named.concept, named.mapping_method) == ("is.admin", "confirmed_rule")
    lost = rows.get(label="Administrative expenses")
    assert (lost.concept, lost.mapping_reason) == ("", "a person gave its concept to another line")
    assert standing("Other operating income", 2022).concept == "is.admin"
    assert standing("Other operating income", 2022).method == "correction"
    assert standing("Administrative expenses").method == "reading"


def test_a_concept_goes_for_the_other_years_only_where_it_is_meant_to(anna: User) -> None:
    company = a_company()
    documents = [a_document(company, year) for year in (2023, 2024)]
    for document in documents:
        year = document.fiscal_year
        made = a_reading([year, year - 1], LINES)
        store_reading(document.current_version, made, options_digest="d", task_run=None)
    row = StatementRow.objects.get(label="Special gain", table__run__version__document=documents[0])
    wanted = Wanted(CorrectionAction.CONCEPT, concept="is.other_op")
    alone = correct(Place(row.table, row), wanted, by=anna)
    assert replay_company(company).changed == (documents[0].pk,)
    everywhere = correct(Place(row.table, row), replace(wanted, everywhere=True), by=anna)
    alone.refresh_from_db()
    assert alone.state == "replaced"
    assert replay_company(company).changed == (documents[0].pk, documents[1].pk)
    concepts = Fact.objects.filter(label="Special gain", superseded_at__isnull=True)
    assert {fact.concept for fact in concepts} == {"is.other_op"}
    # A report that is read later hears of it as well.
    later = a_document(company, 2025)
    store_reading(later.current_version, a_reading([2025, 2024], LINES), options_digest="d", task_run=None)
    assert (
        StatementRow.objects.get(label="Special gain", table__run__version__document=later).concept
        == "is.other_op"
    )
    undo(everywhere, by=anna)
    assert set(replay_company(company).changed) == {documents[0].pk, documents[1].pk, later.pk}
    # The narrower correction is in force again in its own report.
    assert {(fact.document, fact.concept) for fact in concepts.all()} == {
        (documents[0], "is.other_op"), (documents[1], ""), (later, ""),
    }  # fmt: skip


def test_a_line_counts_the_other_way_round(anna: User) -> None:
    document = a_document(a_company(), 2024)
    read_again(document, LINES, "one")
    correct(line("Special gain"), Wanted(CorrectionAction.SIGN, factor=-1), by=anna)
    replay_company(document.company)
    assert standing("Special gain", 2024).value == Decimal("-30000000")
    assert standing("Special gain", 2023).value == Decimal("-20000000")
    assert (
        StatementRow.objects.get(label="Special gain", table__run__is_current=True).sign_rule == "correction"
    )


def test_a_statement_gets_the_unit_that_is_not_printed(anna: User) -> None:
    document = a_document(a_company(), 2024)
    made = a_reading([2024], [("Revenue", "is.revenue", 1, ["1,200"])], scale=None)
    store_reading(document.current_version, made, options_digest="d", task_run=None)
    assert Fact.objects.count() == 0
    question = ReviewItem.objects.get(kind="unit_missing")
    table = StatementTable.objects.get()
    correct(Place(table), Wanted(CorrectionAction.UNIT, scale=1_000, currency="EUR"), by=anna)
    replay_company(document.company)
    fact = standing("Revenue", 2024)
    assert (fact.value, fact.currency, fact.method) == (Decimal("1200000"), "EUR", "correction")
    question.refresh_from_db()
    assert question.state == "obsolete"


def test_a_figure_and_a_line_can_be_left_out(anna: User) -> None:
    document = a_document(a_company(), 2024)
    read_again(document, LINES, "one")
    correct(figure("Revenue", 2023), Wanted(CorrectionAction.LEAVE_OUT), by=anna)
    correct(line("Special gain"), Wanted(CorrectionAction.LEAVE_OUT), by=anna)
    replay_company(document.company)
    left = Fact.objects.filter(superseded_at__isnull=True)
    assert list(left.values_list("label", "value")) == [("Revenue", Decimal("1200000000"))]
    # What is printed stays: nothing of the page is forgotten.
    assert Observation.objects.filter(row__table__run__is_current=True).count() == 4


@pytest.mark.parametrize(("wanted", "says"), [
    (Wanted(CorrectionAction.NUMBER, number=Decimal("1200")), "That is what was read: 1,200."),
    (Wanted(CorrectionAction.NUMBER), "Give the number as it should be"),
    (Wanted(CorrectionAction.NUMBER, number=Decimal("NaN")), "Give the number as it should be"),
    (Wanted(CorrectionAction.NUMBER, number=Decimal("1e30")), "is larger than a figure can be"),
    (Wanted(CorrectionAction.NUMBER, number=Decimal("0.1234567")), "more digits than a figure can have"),
    (Wanted(CorrectionAction.SIGN, factor=2), "A sign is that of a line"),
    (Wanted(CorrectionAction.UNIT, scale=7), "The scale has to be one of"),
    (Wanted(CorrectionAction.UNIT, scale=1, currency="eur"), "three capital letters"),
    (Wanted(CorrectionAction.CONCEPT, concept="is.nothing"), "There is no concept is.nothing."),
    (Wanted(CorrectionAction.CONCEPT, concept="bs.cash"), "is not a line of the income statement."),
    (Wanted(CorrectionAction.CONCEPT, concept="is.revenue"), "That is what was read: Revenue."),
])  # fmt: skip
def test_what_cannot_be_meant_is_refused_in_words(anna: User, wanted: Wanted, says: str) -> None:
    document = a_document(a_company(), 2024)
    read_again(document, LINES, "one")
    with pytest.raises(WrongCorrection, match=says):
        correct(figure("Revenue", 2024), wanted, by=anna)
    assert (Correction.objects.count(), CorrectionEvent.objects.count()) == (0, 0)


def test_the_task_replays_and_compiles_and_says_why_the_figures_differ(anna: User) -> None:
    company = a_company()
    document = a_document(company, 2024)
    read_again(document, LINES, "one")
    first = work_off(apply_to(company, by=anna, trigger=Trigger.ADMIN))
    assert (first.state, first.result["documents"]) == (State.SUCCEEDED, [])
    correct(figure("Revenue", 2024), number("1250"), by=anna)
    run = work_off(apply_to(company, by=anna, trigger=Trigger.ADMIN))
    assert (run.state, run.result["documents"], run.requested_by) == (State.SUCCEEDED, [document.pk], anna)
    current = CompiledStatement.objects.get(view="latest", is_current=True)
    assert (current.pk in run.result["compiled"], current.version) == (True, 2)
    change = CompiledChange.objects.get(compiled=current)
    assert (change.label, change.old_value, change.new_value, change.cause) == (
        "Revenue", Decimal("1200000000"), Decimal("1250000000"), "override",
    )  # fmt: skip


def test_a_reading_of_before_corrections_were_kept_is_read_again(document: Document, anna: User) -> None:
    KeptReading.objects.all().delete()
    correct(figure("Gross profit"), number("534.5"), by=anna)
    run = work_off(apply_to(document.company, by=anna, trigger=Trigger.ADMIN))
    assert (run.state, run.result["documents"]) == (State.SUCCEEDED, [document.pk])
    assert standing("Gross profit").value == Decimal("534500000")


def test_a_preview_says_what_would_change_and_changes_nothing(document: Document, anna: User) -> None:
    draft = drafted(figure("Gross profit"), number("534.5"), by=anna)
    preview = preview_of(draft)
    assert [
        (change.key, change.period.end.year, change.before, change.after) for change in preview.changes
    ] == [("is.gross_profit", 2023, Decimal("634500000"), Decimal("534500000"))]
    (concerned,) = preview.reports
    assert (concerned.failing_before, concerned.failing_after) == (("I1", "I2"), ())
    assert (Correction.objects.count(), preview.currency) == (0, "EUR")
    assert standing("Gross profit").value == Decimal("634500000")


def test_a_preview_of_a_concept_shows_the_other_years_it_would_go_for(anna: User) -> None:
    company = a_company()
    for year in (2023, 2024):
        made = a_reading([year, year - 1], LINES)
        store_reading(a_document(company, year).current_version, made, options_digest="d", task_run=None)
    row = StatementRow.objects.get(label="Special gain", table__run__version__document__fiscal_year=2023)
    wanted = Wanted(CorrectionAction.CONCEPT, concept="is.other_op", everywhere=True)
    preview = preview_of(drafted(Place(row.table, row), wanted, by=anna))
    assert [report.title for report in preview.reports] == ["Annual report 2023", "Annual report 2024"]
    own = [change for change in preview.changes if change.key != "is.other_op"]
    named = [change for change in preview.changes if change.key == "is.other_op"]
    assert [(change.period.end.year, change.before, change.after) for change in named] == [
        (2024, None, Decimal("30000000")),
        (2023, None, Decimal("20000000")),
        (2022, None, Decimal("20000000")),
    ]
    assert [(change.label, change.after) for change in own] == [("Special gain", None)] * 3
