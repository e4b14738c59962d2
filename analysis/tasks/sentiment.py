"""Doorbells of the tone of documents. Repeating any of them is harmless: what is known is kept."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.utils import timezone

from analysis.models import SentimentAnalysis
from analysis.sentiment.analyze import analyze
from analysis.sentiment.compare import compare_companies
from analysis.sentiment.load import companies_with_scores
from analysis.sentiment.spans import begins
from analysis.sentiment.trends import update_trends
from companies.models import Company
from documents.models import Document
from engine.kinds import Topic
from jobs.base import Child, FanOut, Outcome, Run, partial, skipped, success, tracked_task
from jobs.states import State

ANALYZE = "analyze_document_sentiment"
TRENDS = "update_sentiment_trends"
NAMES_TOLD = 20
SENTENCES_TOLD = 10
LONGEST_TOLD = 300
MOST_DOCUMENTS = 2000


@tracked_task(ANALYZE, steps=("reading_text", "storing_text", "judging_sentences"))
def analyze_document_sentiment(run: Run, document_id: int, force: bool = False) -> Outcome:
    """Judge the tone of a document.

    Gives the overall score (null without evidence), that of each of eight topics, the strongest sentences
    with their pages, the change since the document of the same kind before.
    """
    document = Document.objects.select_related("company", "current_version").filter(pk=document_id).first()
    if document is None:
        return skipped("The document is gone.", code="document_not_found")
    analysed = analyze(document, force=force, report=run.report, storing=run.storing)
    analysis = analysed.analysis
    return success(
        **_told(analysis),
        is_new=analysed.is_new,
        trend_delta=analysed.trend_delta,
        warnings=[] if analysis.score is not None else [_no_evidence(analysis)],
    )


@tracked_task("batch_sentiment_analysis")
def batch_sentiment_analysis(run: Run, document_ids: list[int], force: bool = False) -> Outcome | FanOut:
    """Judge the tone of many documents.

    Gives for each document, in the order in which they were named, its score or what stood in the way.
    """
    wanted = list(dict.fromkeys(document_ids))
    if not wanted:
        return skipped("No documents were named.", code="nothing_to_do")
    if len(wanted) > MOST_DOCUMENTS:
        return skipped(
            f"No more than {MOST_DOCUMENTS} documents are judged at once. Name fewer.", code="too_many"
        )
    if run.stage == "":
        documents = Document.objects.in_bulk(wanted)
        children = [
            Child(ANALYZE, documents[key], {"document_id": key, **({"force": True} if force else {})})
            for key in wanted
            if key in documents
        ]
        return run.fan_out(stage="summary", children=children)
    return _summary(run, wanted)


@tracked_task(TRENDS)
def update_sentiment_trends(run: Run, company_id: int | None = None, window: str = "24M") -> Outcome | FanOut:
    """Follow the tone of a company's documents over time, or that of every company with scored documents.

    Gives the counts of points and lines and the shifts that were not known before; for all companies
    how many were followed, how many shifts are new, and which failed.
    """
    if company_id is None:
        return _follow_all(run, window)
    company = Company.objects.filter(pk=company_id).first()
    if company is None:
        return skipped("The company is gone.", code="company_not_found")
    updated = update_trends(company, window, today=timezone.localdate(), storing=run.storing)
    fields: dict[str, Any] = {
        "company_id": company.pk,
        "window": window,
        "points": updated.points,
        "lines": updated.lines,
        "new_shifts": [
            {
                "document_id": shift.document_id,
                "topic": shift.topic,
                "score": shift.score,
                "usual": shift.usual,
                "deviations": shift.deviations,
            }
            for shift in updated.new_shifts
        ],
        "documents_without_a_day": list(updated.without_day),
    }
    if not updated.points:
        return skipped(
            "No document of the window has a score. Judge the tone of documents first.",
            code="no_scores",
            **fields,
        )
    return success(**fields)


@tracked_task("compare_company_sentiment")
def compare_company_sentiment(
    run: Run, company_ids: list[int], timeframe: str = "1Y", start: str = "", end: str = ""
) -> Outcome:
    """Compare the tone of companies' documents, also against each company's own history.

    Gives the ranking with intervals, the differences of each pair, the companies with too few documents.
    """
    companies = list(Company.objects.filter(pk__in=company_ids).order_by("pk"))
    comparison = compare_companies(
        companies,
        timeframe,
        today=timezone.localdate(),
        start=date.fromisoformat(start) if start else None,
        end=date.fromisoformat(end) if end else None,
        by=run.by,
        storing=run.storing,
    )
    gone = sorted(set(company_ids) - {company.pk for company in companies})
    fields = {"comparison_id": comparison.pk, "companies_gone": gone, **comparison.result}
    if len(comparison.result["ranking"]) < 2:
        return partial(
            "Fewer than two of the companies have two documents with a score in this time. Judge more"
            " documents, or compare over a longer time.",
            code="insufficient",
            **fields,
        )
    return success(**fields)


def _follow_all(run: Run, window: str) -> Outcome | FanOut:
    if run.stage == "":
        begins(window, timezone.localdate())
        children = [
            Child(TRENDS, company, {"company_id": company.pk, "window": window})
            for company in companies_with_scores()
        ]
        if not children:
            return skipped("No document has a score. Judge the tone of documents first.", code="no_scores")
        return run.fan_out(stage="summary", children=children)
    children_ = list(run.children())
    failed = [child for child in children_ if child.state not in (State.SUCCEEDED, State.SKIPPED)]
    fields: dict[str, Any] = {
        "companies": len(children_),
        "followed": sum(child.state == State.SUCCEEDED for child in children_),
        "new_shifts": sum(len((child.result or {}).get("new_shifts", ())) for child in children_),
        "failed": [child.subject_label for child in failed[:NAMES_TOLD]],
    }
    if failed:
        first = failed[0]
        return partial(
            f"The tone of {len(failed)} of {len(children_)} companies could not be followed. The first:"
            f" {first.subject_label}: {first.error_message or first.message}",
            code="children_incomplete",
            **fields,
        )
    return success(**fields)


def _told(analysis: SentimentAnalysis) -> dict[str, Any]:
    scores = {one.topic: one for one in analysis.topic_scores.all()}
    strongest = sorted(
        analysis.sentences.exclude(terms=[]), key=lambda sentence: (-abs(sentence.score), sentence.number)
    )
    return {
        "document_id": analysis.document_id,
        "analysis_id": analysis.pk,
        "model": f"{analysis.model} {analysis.model_version}",
        "overall": None
        if analysis.score is None
        else {
            "score": analysis.score,
            "polarity": analysis.polarity,
            "confidence": analysis.confidence,
            "sentences": analysis.n_evidence,
        },
        "topics": {
            topic.value: None
            if topic.value not in scores
            else {"score": scores[topic.value].score, "sentences": scores[topic.value].n}
            for topic in Topic
        },
        "axes": analysis.axes,
        "sentences": [
            {
                "text": sentence.text[:LONGEST_TOLD],
                "page": sentence.page,
                "score": sentence.score,
                "terms": [term["text"] for term in sentence.terms],
            }
            for sentence in strongest[:SENTENCES_TOLD]
        ],
    }


def _no_evidence(analysis: SentimentAnalysis) -> str:
    if analysis.left_out.get("other_language"):
        return "The tone of English text alone is judged, and the document holds too little of it."
    return "No sentence of the document says anything good or bad, so that it has no score."


def _summary(run: Run, wanted: Sequence[int]) -> Outcome:
    children = {child.arguments["document_id"]: child for child in run.children()}
    results = []
    for key in wanted:
        child = children.get(key)
        if child is None:
            results.append({"document_id": key, "status": "failed", "code": "document_not_found"})
        elif child.state == State.SUCCEEDED:
            overall = (child.result or {}).get("overall")
            results.append({"document_id": key, "status": "success", "score": overall and overall["score"]})
        else:
            code = child.error_code or child.state
            results.append({"document_id": key, "status": "failed", "code": code, "run_id": str(child.pk)})
    failed = sum(one["status"] == "failed" for one in results)
    fields: dict[str, Any] = {
        "total": len(results),
        "analysed": len(results) - failed,
        "without_evidence": sum(one["status"] == "success" and one["score"] is None for one in results),
        "failed": failed,
        "results": results,
    }
    if failed:
        return partial(
            f"{failed} of {len(results)} documents could not be judged.", code="children_incomplete", **fields
        )
    return success(**fields)
