"""A model's text of a summary, where one is set up: asked within the budget, kept only where it holds."""

from contextlib import nullcontext

from django.conf import settings

from documents.models import DocumentSummary
from engine.errors import BadInput
from engine.text.rewriting import accepted, question_about
from extraction.second_reader.model_client import Asker, ModelUnavailable
from jobs.models import TaskRun
from jobs.run import Storing

LONGEST_REASON = 500  # characters


def rewrite_summary(
    summary: DocumentSummary, *, task_run: TaskRun | None = None, storing: Storing = nullcontext
) -> DocumentSummary:
    """Have the sentences of a summary joined. Without a model, or with a text already, nothing is done.

    What the model brings in by itself makes its text refused, and the summary says why; while the model
    is away or the money spent, the sentences stand by themselves.
    """
    if not settings.SECOND_READER or summary.rewrite or not summary.sentences:
        return summary
    sentences = [one["sentence"] for one in summary.sentences]
    ask = Asker(document=summary.document, content=summary.text_hash, task_run=task_run)
    text, refused = "", ""
    try:
        completion = ask(question_about(sentences))
        if completion.truncated:
            refused = "What the model wrote was cut off."
        else:
            text = accepted(completion.text, sentences)
    except BadInput as error:
        refused = error.message
    except ModelUnavailable as error:
        refused = error.message
    with storing():
        summary.rewrite = text
        summary.rewrite_model = settings.MODEL_NAME[:100] if text else ""
        summary.rewrite_refused = refused[:LONGEST_REASON]
        summary.save(update_fields=["rewrite", "rewrite_model", "rewrite_refused"])
    return summary
