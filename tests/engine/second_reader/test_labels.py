"""Concepts that a model gives to lines, and the lines they never change."""

import json
import random

from benchmarks.simulated_readers import PerfectReader, RandomReader, SwappingReader, lines_asked
from engine.concepts.taxonomy import load_taxonomy
from engine.concluding import concluded
from engine.kinds import MappingMethod, StatementKind
from engine.second_reader.labels import left_for_review, named
from engine.second_reader.lines import PrintedLine
from engine.second_reader.question import Completion
from tests.engine.made_tables import table

IS = StatementKind.INCOME_STATEMENT
ROWS = (
    ("Revenue", "1,000", "900"),
    ("Cost of sales", "(600)", "(500)"),
    ("=Gross profit", "400", "400"),
    ("Wonder money", "(50)", "(40)"),
    ("Zest spending", "(30)", "(20)"),
    ("=Operating profit", "320", "340"),
    ("Finance costs", "(20)", "(40)"),
    ("=Profit before tax", "300", "300"),
    ("Income tax expense", "(75)", "(70)"),
    ("=Profit for the year", "225", "230"),
)
TRUTH = ("is.revenue", "is.cost_of_sales", "is.gross_profit", "is.rnd", None, "is.operating_profit",
         "is.finance_costs", "is.pbt", "is.tax", "is.net_income")  # fmt: skip


def first(rows=ROWS):
    return concluded(table(IS, rows), load_taxonomy(), ())


def printed(made):
    """Every row on a line of its own, as if all of it could be seen."""
    return [PrintedLine(1, 0, row.label, (), row.box) for row in made.rows]


def asked(complete, statement=None):
    statement = statement or first()
    return named(statement, printed(statement.table), load_taxonomy(), (), complete)


def answering(*items):
    return lambda question: Completion(json.dumps({"lines": list(items)}))


def known_and(*items):
    known = [{"line": n + 1, "concept": c} for n, c in enumerate(TRUTH) if n not in (3, 4)]
    return answering(*known, *items)


def test_lines_left_for_review_get_their_concepts():
    statement = first()
    assert [statement.table.rows[n].label for n in left_for_review(statement)] == [
        "Wonder money", "Zest spending",
    ]  # fmt: skip
    better, opinion = asked(PerfectReader({IS: TRUTH}))
    assert [mapping.concept for mapping in better.mappings] == list(TRUTH)
    assert better.mappings[3].method is better.mappings[4].method is MappingMethod.SECOND_READER
    assert left_for_review(better) == ()
    assert (opinion.asked, opinion.grounded, opinion.controls, opinion.agreed) == (10, 10, 8, 8)
    assert (opinion.entered, opinion.refused, dict(opinion.dropped)) == (
        ("Wonder money", "Zest spending"),
        "",
        {},
    )


def test_a_name_that_only_a_model_gives_stays_marked_for_a_look():
    better, _ = asked(PerfectReader({IS: TRUTH}))
    assert better.confidences[3] == 0.75  # the sums prove its figures, nothing proves its name
    assert better.confidences[4] > 0.9  # the company's own line, as everybody says
    assert better.confidences[0] == first().confidences[0] > 0.9


def test_a_guess_that_the_second_reader_shares_is_one_no_more():
    rows = [(("Administratve expensess", *row[1:]) if row[0] == "Wonder money" else row) for row in ROWS]
    statement = first(rows)
    assert (statement.mappings[3].concept, statement.mappings[3].method) == (
        "is.admin",
        MappingMethod.SIMILAR_LABEL,
    )
    truth = [*TRUTH[:3], "is.admin", *TRUTH[4:]]
    better, opinion = asked(PerfectReader({IS: truth}), statement)
    assert (better.mappings[3].concept, better.mappings[3].method) == ("is.admin", MappingMethod.AGREED)
    assert better.mappings[3].reason.endswith("; the second reader says the same")
    assert better.confidences[3] > statement.confidences[3]
    assert opinion.entered == ("Administratve expensess", "Zest spending")


def test_no_figure_and_no_accepted_line_changes():
    statement = first()
    better, _ = asked(PerfectReader({IS: TRUTH}))
    assert better.table == statement.table
    for n in set(range(10)) - {3, 4}:
        assert better.mappings[n] == statement.mappings[n]
        assert better.signs[n] == statement.signs[n]


def test_a_reader_that_does_not_know_the_known_lines_is_not_believed():
    for complete in (RandomReader(random.Random(1)), SwappingReader(PerfectReader({IS: TRUTH}))):
        better, opinion = asked(complete)
        assert better == first()
        assert (opinion.entered, opinion.refused) == ((), "known_lines_answered_wrongly")


def test_ids_that_point_at_nothing_are_dropped_and_counted():
    _, opinion = asked(
        known_and(
            {"line": 99, "concept": "is.rnd"},
            {"line": 4, "concept": "is.invented"},
            {"line": 4, "concept": "bs.cash"},
            {"line": 4, "concept": "is.rnd", "value": 999},
            {"line": "4", "concept": "is.rnd"},
            {"line": True, "concept": "is.rnd"},
        )
    )
    assert opinion.grounded == 8
    assert dict(opinion.dropped) == {
        "no_such_line": 1, "no_such_concept": 1, "concept_of_another_statement": 1, "wrong_shape": 3,
    }  # fmt: skip
    assert opinion.entered == ()


def test_a_line_answered_twice_and_a_concept_given_twice_are_worth_nothing():
    better, opinion = asked(
        known_and(
            {"line": 4, "concept": "is.rnd"},
            {"line": 4, "concept": "is.admin"},
            {"line": 5, "concept": "none"},
        )
    )
    assert [better.mappings[n].concept for n in (3, 4)] == [None, None]
    assert opinion.dropped == {"answered_twice": 1}
    better, opinion = asked(known_and({"line": 4, "concept": "is.rnd"}, {"line": 5, "concept": "is.rnd"}))
    assert [better.mappings[n].concept for n in (3, 4)] == [None, None]
    assert opinion.dropped == {"answered_twice": 2}


def test_a_line_cannot_become_a_total_or_a_figure_per_share():
    better, _ = asked(known_and({"line": 4, "concept": "is.tci"}, {"line": 5, "concept": "is.eps_basic"}))
    assert [better.mappings[n].concept for n in (3, 4)] == [None, None]


def test_a_known_line_keeps_its_concept_and_the_contradiction_is_told():
    items = [{"line": n + 1, "concept": c or "none"} for n, c in enumerate(TRUTH)]
    items[6]["concept"] = "is.impairment"
    better, opinion = asked(answering(*items))
    assert better.mappings[6].concept == "is.finance_costs"
    assert opinion.disputed == ("Finance costs",)


def test_guards_veto_the_second_reader_too():
    statement = concluded(table(StatementKind.BALANCE_SHEET, [
        ("Current assets",), ("Inventories", "5", "6"), ("Non-current gizmos", "3", "4"),
        ("=Total current assets", "8", "10"), ("Goodwill", "2", "2"), ("=Total assets", "10", "12"),
        ("Trade payables", "4", "5"), ("Borrowings", "6", "7"),
    ]), load_taxonomy(), ())  # fmt: skip
    gizmos = [row.label for row in statement.table.rows].index("Non-current gizmos")
    assert gizmos in left_for_review(statement)
    concepts = [m.concept or "none" for m in statement.mappings]
    concepts[gizmos] = "bs.other_ca"
    items = [{"line": n + 1, "concept": c} for n, c in enumerate(concepts) if n]
    better, opinion = named(statement, printed(statement.table), load_taxonomy(), (), answering(*items))
    assert opinion.refused == ""
    assert better.mappings[gizmos].concept is None


def test_a_truncated_answer_is_asked_for_in_halves():
    sizes = []

    def complete(question):
        wanted = lines_asked(question)
        sizes.append(len(wanted))
        return Completion("", truncated=True) if len(wanted) > 5 else PerfectReader({IS: TRUTH})(question)

    better, opinion = asked(complete)
    assert sizes == [10, 5, 5]
    assert [mapping.concept for mapping in better.mappings] == list(TRUTH)
    assert opinion.grounded == 10


def test_an_answer_that_stays_truncated_is_given_up_and_counted():
    questions = []

    def complete(question):
        questions.append(question)
        return Completion('{"lines": [{"li', truncated=True)

    better, opinion = asked(complete)
    assert better == first()
    assert (len(questions), dict(opinion.dropped), opinion.refused) == (
        7,
        {"truncated": 10},
        "no_usable_answer",
    )


def test_unusable_answers_change_nothing():
    for text, code in (
        ("", "empty_answer"),
        ("no", "no_json"),
        ('{"lines": [{"line": 1e400}]}', "not_a_number"),
    ):
        better, opinion = asked(lambda question, text=text: Completion(text))
        assert better == first()
        assert (dict(opinion.dropped), opinion.refused) == ({code: 10}, "no_usable_answer")


def test_nothing_is_asked_where_nothing_is_left():
    statement = first([row for row in ROWS if row[0] not in ("Wonder money", "Zest spending")])
    assert asked(None, statement) == (statement, None)


def test_without_known_lines_only_identities_let_an_answer_in():
    rows = [("Alpha", "10", "9"), ("Beta", "5", "4"), ("Gamma", "2", "1")]
    statement = first(rows)
    items = [{"line": 1, "concept": "is.rnd"}, {"line": 2, "concept": "none"}, {"line": 3, "concept": "none"}]
    better, opinion = asked(answering(*items), statement)
    assert better == statement
    assert opinion.refused == "too_few_known_lines"
