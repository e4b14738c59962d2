"""Who gets which answer from which endpoint: the table, one entry for each name of the router.

An entry says where the parts of the address come from (keys of `World`) and what each verb answers
to the owner, another person, staff and a stranger. Verbs that are not named are not offered: 405 for
people, 401 for strangers. A new read-only list needs one line: `"thing-list": viewed()`, or
`Case(get=READ)` where everybody who is signed in may read it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

# owner, another person, staff, a stranger
Answers = tuple[int, int, int, int]

READ: Answers = (200, 200, 200, 401)
OWN: Answers = (200, 404, 200, 401)
NOT_OFFERED: Answers = (405, 405, 405, 401)
NOBODY: Answers = (401, 401, 401, 401)


@dataclass(frozen=True)
class Case:
    """What one endpoint answers. `at` names the parts of its address, `body` a body of `World`;
    `refused` is the answer to every verb that is not named."""

    get: Answers | None = None
    post: Answers | None = None
    put: Answers | None = None
    patch: Answers | None = None
    delete: Answers | None = None
    at: Mapping[str, str] = field(default_factory=dict)
    body: str = ""
    query: str = ""
    refused: Answers = NOT_OFFERED
    options: Answers = READ

    def answers(self, verb: str) -> Answers:
        """What the four get."""
        if verb == "options":
            return self.options
        named = self.get if verb == "head" else getattr(self, verb)
        return self.refused if named is None else named


# What needs the permission to look at it; the owner of these tests has that, the other person has not.
_VIEWED: Answers = (200, 403, 200, 401)
_VIEWED_ONLY: Answers = (403, 403, 405, 401)


def viewed(**at: str) -> Case:
    """Read-only, for those who may look at these things in the admin too."""
    return Case(get=_VIEWED, at=at, refused=_VIEWED_ONLY)


# The permission of a change is looked at before whether the endpoint offers it.
_NO_CHANGE: Answers = (403, 403, 405, 401)
_FOR_STAFF_201: Answers = (403, 403, 201, 401)
_LAUNCHES: Answers = (403, 403, 202, 401)
_CANCELS: Answers = (202, 404, 202, 401)


def decided(body: str = "", **at: str) -> Case:
    """What is only sent to, by those who may change these things in the admin."""
    return Case(post=(403, 403, 200, 401), at=at, body=body, get=(405, 403, 405, 401), refused=_VIEWED_ONLY)


CASES: dict[str, Case] = {
    "api-index": Case(get=READ),
    "schema": Case(get=READ),
    "docs": Case(get=READ, options=NOT_OFFERED),
    # Tokens: given for a name and a password alone, taken back by a token
    "token": Case(post=NOBODY, refused=NOBODY, options=NOBODY),
    "token-revoke": Case(post=(204, 204, 204, 401)),
    "token-revoke-all": Case(post=(204, 204, 204, 401)),
    # Companies and documents
    "company-list": Case(get=READ, post=_FOR_STAFF_201, body="a_company", put=_NO_CHANGE, patch=_NO_CHANGE,
                         delete=_NO_CHANGE),
    "company-detail": Case(get=READ, patch=(403, 403, 200, 401), at={"pk": "company"}, body="a_name",
                           post=_NO_CHANGE, put=_NO_CHANGE, delete=_NO_CHANGE),
    "company-ticker": Case(get=READ, at={"ticker": "ticker"}, post=_NO_CHANGE, put=_NO_CHANGE,
                           patch=_NO_CHANGE, delete=_NO_CHANGE),
    "company-coverage": viewed(pk="company"),
    "document-list": Case(get=READ, post=_FOR_STAFF_201, body="an_upload"),
    "document-several": Case(post=_LAUNCHES, body="several"),
    "document-detail": Case(get=READ, at={"pk": "document"}),
    "document-file": Case(get=READ, at={"pk": "document"}),
    "search": Case(get=READ, query="?q=report"),
    "background-document-process": Case(post=_LAUNCHES, body="a_text"),
    "background-document-batch": Case(post=_LAUNCHES, body="texts"),
    "background-document-index": Case(post=_LAUNCHES, body="the_company"),
    "background-document-summary": Case(post=_LAUNCHES, body="the_document"),
    # Readings, facts, compiled years
    "extraction-list": viewed(),
    "extraction-detail": viewed(pk="reading"),
    "fact-list": viewed(),
    "fact-detail": viewed(pk="fact"),
    "fact-provenance": viewed(pk="fact"),
    "restatement-list": viewed(),
    "restatement-detail": viewed(pk="restatement"),
    "compiled-statement-list": viewed(),
    "compiled-statement-detail": viewed(pk="compiled"),
    "compiled-statement-changes": viewed(pk="compiled"),
    # Questions and corrections
    "review-list": viewed(),
    "review-detail": viewed(pk="question"),
    "review-accept": decided(pk="question"),
    "review-reject": decided(pk="question"),
    "review-correct": decided(body="a_correction", pk="question"),
    "review-undo": decided(pk="question"),
    "correction-list": Case(get=_VIEWED, post=_FOR_STAFF_201, body="a_correction", refused=_VIEWED_ONLY),
    "correction-detail": viewed(pk="correction"),
    "correction-preview": decided(body="a_correction"),
    "correction-undo": decided(pk="correction"),
    "correction-restore": decided(pk="correction"),
    "workbooks": Case(post=(403, 403, 200, 401), body="a_workbook"),
    "taxonomy-list": Case(get=READ),
    "taxonomy-detail": Case(get=READ, at={"code": "concept"}),
    # Facts from outside
    "external-source-list": viewed(),
    "external-source-detail": viewed(pk="source"),
    "sync-run-list": viewed(),
    "sync-run-detail": viewed(pk="visit"),
    "tagged-report-list": viewed(),
    "tagged-report-detail": viewed(pk="tagged_report"),
    "tagged-fact-list": viewed(),
    "tagged-fact-detail": viewed(pk="tagged_fact"),
    "cross-check-list": viewed(),
    "cross-check-detail": viewed(pk="compared"),
    "background-sync-external": Case(post=_LAUNCHES),
    "background-process-reports": Case(post=_LAUNCHES, body="the_company_by_id"),
    # Prices
    "instrument-list": viewed(),
    "instrument-detail": viewed(pk="instrument"),
    # Without a share: who may ask is told which parameter is missing
    "price-list": Case(get=(400, 403, 400, 401), refused=_VIEWED_ONLY),
    "background-update-market": Case(post=_LAUNCHES),
    # How good the data are, and what is old
    "quality-report-list": viewed(),
    "quality-report-detail": viewed(pk="quality_report"),
    "quality-finding-list": viewed(),
    "quality-finding-detail": viewed(pk="quality_finding"),
    "system-report-list": viewed(),
    "system-report-detail": viewed(pk="system_report"),
    "system-report-file": viewed(pk="system_report", extension="extension"),
    "delta-note-list": viewed(),
    "delta-note-detail": viewed(pk="delta_note"),
    "delta-note-file": viewed(pk="delta_note", extension="extension"),
    "background-quality-check": Case(post=_LAUNCHES),
    "background-cleanup": Case(post=_LAUNCHES, body="old_pages", refused=_VIEWED_ONLY,
                               options=(403, 403, 200, 401)),
    # The tone of documents
    "forecast-list": viewed(),
    "forecast-detail": viewed(pk="forecast"),
    "forecast-evaluation-list": viewed(),
    "forecast-evaluation-detail": viewed(pk="evaluation"),
    "forecast-generate": Case(post=_LAUNCHES, body="a_share"),
    "forecast-generate-lines": Case(post=_LAUNCHES, body="a_companys_lines"),
    "forecast-batch-generate": Case(post=_LAUNCHES),
    "forecast-update-models": Case(post=_LAUNCHES),
    "forecast-evaluate": Case(post=_LAUNCHES, body="a_share"),
    "metric-list": viewed(),
    "metric-detail": viewed(pk="metric"),
    "background-metrics": Case(post=_LAUNCHES, body="a_companys_ratios"),
    # What looks wrong
    "anomaly-list": viewed(),
    "anomaly-detail": viewed(pk="anomaly"),
    "anomaly-decide": decided(body="a_decision", pk="anomaly"),
    "anomaly-baseline-list": viewed(),
    "anomaly-baseline-detail": viewed(pk="baseline"),
    "risk-assessment-list": viewed(),
    "risk-assessment-detail": viewed(pk="assessment"),
    "systemic-risk-list": viewed(),
    "systemic-risk-detail": viewed(pk="systemic_risk"),
    "anomaly-detect": Case(post=_LAUNCHES, body="a_trend"),
    "anomaly-detect-patterns": Case(post=_LAUNCHES, body="a_trend"),
    "anomaly-baselines": Case(post=_LAUNCHES, body="a_trend"),
    "anomaly-systemic-risk": Case(post=_LAUNCHES),
    "sentiment-list": viewed(),
    "sentiment-detail": viewed(pk="tone"),
    "sentiment-trend-list": viewed(),
    "sentiment-trend-detail": viewed(pk="trend"),
    "sentiment-shift-list": viewed(),
    "sentiment-shift-detail": viewed(pk="shift"),
    "sentiment-comparison-list": viewed(),
    "sentiment-comparison-detail": viewed(pk="comparison"),
    "sentiment-analyze": Case(post=_LAUNCHES, body="a_judgement"),
    "sentiment-batch-analyze": Case(post=_LAUNCHES, body="judgements"),
    "sentiment-trends-start": Case(post=_LAUNCHES, body="a_trend"),
    "sentiment-compare": Case(post=_LAUNCHES, body="a_comparison"),
    # Trained models
    "trained-model-list": viewed(),
    "trained-model-detail": viewed(pk="trained_model"),
    "model-retrain-sentiment": Case(post=_LAUNCHES),
    "model-retrain-forecasting": Case(post=_LAUNCHES, body="a_share"),
    "model-retrain-anomaly": Case(post=_LAUNCHES),
    "model-optimize": Case(post=_LAUNCHES, body="a_search"),
    "alert-list": viewed(),
    "alert-detail": viewed(pk="alert"),
    "alert-acknowledge": decided(pk="alert"),
    "alert-snooze": decided("a_time", pk="alert"),
    "alert-resolve": decided(pk="alert"),
    "monitoring-alerts": Case(post=_LAUNCHES),
    "monitoring-health-check": Case(post=_LAUNCHES),
    "monitoring-performance": Case(post=_LAUNCHES),
    "monitoring-report": Case(post=_LAUNCHES, body="report_body"),
    "monitoring-cleanup": Case(post=_LAUNCHES),
    "monitoring-cache-warming": Case(post=_LAUNCHES),
    # Starting work
    "company-task": Case(post=_LAUNCHES, at={"pk": "company", "verb": "company_verb"}),
    "document-task": Case(post=_LAUNCHES, at={"pk": "document", "verb": "document_verb"}),
    # Runs, in both families: one's own, and all of them for staff
    "task-list": Case(get=READ),
    "task-status": Case(get=OWN, delete=_CANCELS, at={"task_id": "run"}),
    "background-task-status": Case(get=OWN, at={"task_id": "run"}),
    "background-task": Case(delete=_CANCELS, at={"task_id": "run"}),
    "background-tasks-active": Case(get=READ),
    "background-workers-stats": Case(get=READ),
    # The tests of this table run without a broker, which these two say.
    "background-queue-lengths": Case(get=(503, 503, 503, 401)),
    "background-health": Case(get=(503, 503, 503, 503), refused=(405, 405, 405, 405),
                              options=(200, 200, 200, 200)),
}  # fmt: skip
