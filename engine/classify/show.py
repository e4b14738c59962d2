"""What a document is, for the command line and for other programs."""

import json

from engine.classify.document import Classification


def classification_to_json(found: Classification) -> str:
    """One object with `kind`, `form`, `fiscal_year`, `period_end`, `language`, `currency`,
    `framework`, `confidence`, `margin` and `evidence`; null or "" where nothing is known."""
    answer = {
        "kind": found.kind.value,
        "form": found.form,
        "fiscal_year": found.fiscal_year,
        "period_end": found.period_end.isoformat() if found.period_end else None,
        "language": found.language,
        "currency": found.currency,
        "framework": found.framework.value if found.framework else None,
        "confidence": found.confidence,
        "margin": found.margin,
        "evidence": [
            {"layer": clue.layer, "topic": clue.topic, "weight": clue.weight, "text": clue.text}
            for clue in found.evidence
        ],
    }
    return json.dumps(answer, ensure_ascii=False, indent=1)


def show_classification(found: Classification) -> str:
    """The same for people."""
    known = (
        ("kind", found.kind.value),
        ("form", found.form),
        ("fiscal year", found.fiscal_year),
        ("period end", found.period_end),
        ("language", found.language),
        ("currency", found.currency),
        ("framework", found.framework.value if found.framework else None),
        ("confidence", found.confidence),
    )
    lines = [f"{name:12} {value}" for name, value in known if value]
    lines += [f"{clue.weight:+7.1f}  {clue.topic:22} {clue.layer}: {clue.text}" for clue in found.evidence]
    return "\n".join(lines)
