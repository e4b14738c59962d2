"""The tasks of the text of documents: process, batch, index, summary."""

import io

import pytest

from documents.models import Document, DocumentSummary, DocumentText, Passage
from documents.upload import accept_upload
from extraction.tasks.texts import MOST_DOCUMENTS
from jobs.execute import execute
from jobs.launch import launch
from jobs.models import TaskRun
from jobs.states import State
from tests.documents.texts import company
from tests.engine.text.made_report import made_report

pytestmark = pytest.mark.django_db(transaction=True)

TEXT = (
    "OUTLOOK\nNet sales were $12.5 million in 2023."
    " We expect that net sales of the group will rise again next year.\n"
    "A loss of members could adversely affect our results.\n"
)
HTML = """<html><head><title>x</title><style>p {}</style></head><body><h1>RESULTS</h1>
<p>Revenue was &euro; 3.2 million in 2022.</p><p style="display: none">Buy our shares.</p>
<script>alert(1)</script></body></html>"""


def work(task, **arguments):
    """Run a task and what it starts, to the end."""
    run = launch(task, **arguments).run
    for _ in range(10):
        waiting = list(TaskRun.objects.filter(state=State.QUEUED))
        if not waiting:
            break
        for one in waiting:
            execute(one.pk)
    run.refresh_from_db()
    return run


@pytest.fixture
def northwind():
    return company("Northwind")


@pytest.fixture
def document(files, northwind):
    return accept_upload(northwind, io.BytesIO(made_report()), "report.pdf").document


def sent(content=TEXT, **metadata):
    return {"content": content, "metadata": {"company": "northwind", **metadata}}


def test_a_content_becomes_a_document_with_what_was_said_of_it(files, northwind):
    data = sent(document_type="results_release", filing_date="2024-02-01", period="2023-12-31", source="wire")
    run = work("documents.process_document", document_data=data)
    assert run.state == State.SUCCEEDED
    document = Document.objects.get(pk=run.result["document_id"])
    assert (document.document_type, document.type_decided_by, document.fiscal_year) == (
        "results_release", "person", 2023,
    )  # fmt: skip
    assert str(document.published_on) == "2024-02-01"
    assert document.current_version.media_type == "text/plain"
    assert (run.result["chunks"], run.result["hidden_text"]) == (1, [])
    insights = run.result["insights"]
    assert [(f["measure"], f["value"], f["year"], f["page"]) for f in insights["key_figures"]] == [
        ("net sales", "12500000", 2023, 1)
    ]
    assert [one["sentence"][:9] for one in insights["guidance_sentences"]] == ["We expect"]
    assert [one["sentence"][:6] for one in insights["risk_sentences"]] == ["A loss"]


def test_the_same_content_is_the_same_document(files, northwind):
    first = work("documents.process_document", document_data=sent())
    again = work("documents.process_document", document_data=sent(title="Another title"))
    assert first.result["document_id"] == again.result["document_id"]
    assert (first.result["is_new"], again.result["is_new"]) == (True, False)
    assert Document.objects.count() == 1


def test_html_is_read_as_it_is_shown_and_handed_out_as_plain_text(files, northwind):
    run = work("documents.process_document", document_data={**sent(HTML), "content_type": "text/html"})
    (passage,) = Passage.objects.all()
    assert (passage.headings, passage.text) == ("RESULTS", "Revenue was € 3.2 million in 2022.")
    assert Document.objects.get(pk=run.result["document_id"]).current_version.media_type == "text/plain"


def test_a_stored_report(document):
    run = work("documents.process_document", document_data={"document_id": document.pk})
    assert (run.state, run.result["chunks"], run.result["hidden_text"]) == (State.SUCCEEDED, 4, [2])
    assert run.result["insights"]["key_figures"][0]["text"] == "$149.4 billion"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ({}, "bad_document_data"),
        ({"document_id": 99}, "document_not_found"),
        ({"document_id": "1"}, "bad_document_data"),
        ({"content": "Text", "metadata": {"company": "nobody"}}, "company_not_found"),
        ({"content": "Text", "metadata": {"company": "northwind", "filing_date": "soon"}},
         "bad_document_data"),
        ({"content": "Text", "metadata": {"company": "northwind", "document_type": "x"}},
         "bad_document_data"),
        ({"content": "%", "content_type": "application/pdf", "metadata": {"company": "northwind"}},
         "bad_document_data"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_said_and_nothing_is_kept(files, northwind, data, code):
    run = work("documents.process_document", document_data=data)
    assert (run.state, run.error_code) == (State.FAILED, code)
    assert run.attempt == 1
    assert Document.objects.count() == 0


def test_a_batch_reports_each_in_order_and_one_bad_stops_no_other(files, northwind, document):
    data = [
        sent("First text."),
        {"content": ""},
        {"document_id": document.pk},
        sent("First text."),
        {"document_id": 999},
    ]
    run = work("batch_process_documents", documents_data=data)
    assert run.state == State.PARTIAL
    counts = [run.result[name] for name in ("total_documents", "processed_successfully", "failed_documents")]
    assert counts == [5, 3, 2]
    processed = run.result["processed_docs"]
    assert [one["index"] for one in processed] == [0, 2, 3]
    assert processed[0]["document_id"] == processed[2]["document_id"] != processed[1]["document_id"]
    assert [(one["index"], one["code"]) for one in run.result["failed_docs"]] == [
        (1, "bad_document_data"), (4, "document_not_found"),
    ]  # fmt: skip


def test_a_batch_of_a_thousand_and_one_more(files, northwind):
    data = [{"document_id": 1_000_000 + number} for number in range(MOST_DOCUMENTS)]
    data[500] = sent()
    run = work("batch_process_documents", documents_data=data)
    assert (run.state, run.result["total_documents"], run.result["failed_documents"]) == (
        State.PARTIAL,
        1000,
        999,
    )
    assert [one["index"] for one in run.result["processed_docs"]] == [500]
    assert [one["index"] for one in run.result["failed_docs"]] == [n for n in range(1000) if n != 500]
    run = work("batch_process_documents", documents_data=[*data, sent()])
    assert (run.state, run.error_code) == (State.PARTIAL, "too_many")


def test_bringing_an_index_up_to_date_twice_does_nothing_the_second_time(document, northwind):
    first = work("update_document_index", company_id=northwind.pk)
    assert (first.state, first.result["updated_documents"]) == (State.SUCCEEDED, [document.pk])
    ids = list(Passage.objects.values_list("pk", flat=True))
    made_at = DocumentText.objects.get().made_at
    again = work("update_document_index", company_id=northwind.pk)
    assert (again.state, again.error_code, again.result["kept"]) == (State.SKIPPED, "unchanged", 1)
    assert list(Passage.objects.values_list("pk", flat=True)) == ids
    assert DocumentText.objects.get().made_at == made_at


def test_an_index_forgets_what_is_no_longer_looked_at(document, northwind):
    work("update_document_index", company_id=northwind.pk)
    Document.objects.update(status="ignored")
    run = work("update_document_index", company_id=northwind.pk)
    assert (run.state, run.result["removed"], Passage.objects.count()) == (State.SUCCEEDED, 4, 0)


def test_a_file_that_cannot_be_read_makes_the_index_partial(document, northwind, files):
    broken = accept_upload(northwind, io.BytesIO(b"%PDF-1.4 cut off %%EOF"), "x.pdf").document
    run = work("update_document_index", company_id=northwind.pk)
    assert (run.state, run.error_code) == (State.PARTIAL, "unreadable")
    assert run.result["updated_documents"] == [document.pk]
    assert [one["document_id"] for one in run.result["failed"]] == [broken.pk]


def test_a_summary_quotes_and_is_kept(document):
    run = work("generate_document_summary", document_id=document.pk, max_sentences=3)
    assert run.state == State.SUCCEEDED
    pages = {page.number: " ".join(page.text.split()) for page in document.text.pages.all()}
    assert run.result["summary"]
    for one in run.result["summary"]:
        assert one["sentence"] in pages[one["page"]]
    again = work("generate_document_summary", document_id=document.pk, max_sentences=3)
    assert (again.result["summary"], again.result["is_new"]) == (run.result["summary"], False)
    assert DocumentSummary.objects.count() == 1


def test_a_summary_of_another_text_is_made_again(document):
    work("generate_document_summary", document_id=document.pk)
    DocumentSummary.objects.update(text_hash="0" * 64)
    assert work("generate_document_summary", document_id=document.pk).result["is_new"]
