"""Ten comparable years: each test is one way in which reports of one company differ."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from engine.compiling.compile import compile_statement
from engine.compiling.values import CompileRequest
from engine.concepts.taxonomy import load_taxonomy
from engine.errors import BadInput
from engine.kinds import CheckOutcome, CompiledView, GapReason, RestatementKind, RowKind
from engine.values import Period
from tests.engine.compiling.made_reports import BS, CF, IS, Line, day, known, report, year

Y20, Y21, Y22, Y23 = (date(n, 12, 31) for n in (2020, 2021, 2022, 2023))
P21, P22, P23 = date(2022, 3, 1), date(2023, 3, 1), date(2024, 3, 1)


def compiled(vintages, reports=(), statement=IS, **options):
    return compile_statement(vintages, reports, CompileRequest(statement, **options), load_taxonomy())


def row(statement, key):
    found = [row for row in statement.rows if row.key == key]
    assert len(found) == 1, f"{key} stands {len(found)} times among {[r.key for r in statement.rows]}"
    return found[0]


def values(statement, key):
    return [cell.value for cell in row(statement, key).cells]


def millions(*figures):
    return [None if figure is None else Decimal(str(figure)) * 1_000_000 for figure in figures]


def two_reports():
    """Revenue of four years in two reports; the later renames the line and restates 2021."""
    return [
        *report(
            "r21",
            P21,
            [year(Y21), year(Y20)],
            [
                Line("Net sales", "is.revenue", (500, 450)),
                Line("Cost of sales", "is.cost_of_sales", (-300, -280)),
            ],
        ),
        *report(
            "r22",
            P22,
            [year(Y22), year(Y21)],
            [
                Line("Revenue", "is.revenue", (560, 490)),
                Line("Cost of sales", "is.cost_of_sales", (-330, -300)),
            ],
        ),
    ]


def test_years_of_several_reports_stand_side_by_side():
    statement = compiled(two_reports())
    assert [period.end for period in statement.periods] == [Y22, Y21, Y20]
    assert values(statement, "is.revenue") == millions(560, 490, 450)
    assert values(statement, "is.cost_of_sales") == millions(-330, -300, -280)
    assert statement.currency == "EUR"
    assert row(statement, "is.revenue").label == "Revenue"
    assert row(statement, "is.revenue").labels == ("Revenue", "Net sales")
    assert row(statement, "is.revenue").cells[0].source == "r22/0/2022-12-31"
    assert row(statement, "is.revenue").cells[2].source == "r21/0/2020-12-31"


def test_the_original_view_takes_the_first_publication():
    statement = compiled(two_reports(), view=CompiledView.ORIGINAL)
    assert values(statement, "is.revenue") == millions(560, 500, 450)


def test_the_view_as_of_a_day_knows_nothing_later():
    statement = compiled(two_reports(), view=CompiledView.AS_OF, as_of=date(2022, 12, 31))
    assert [period.end for period in statement.periods] == [Y21, Y20]
    assert values(statement, "is.revenue") == millions(500, 450)
    assert statement.restatements == ()


def test_the_view_as_of_no_day_is_refused():
    with pytest.raises(BadInput, match="Give `as_of`"):
        compiled(two_reports(), view=CompiledView.AS_OF)


def test_only_a_different_value_is_a_restatement():
    (only,) = compiled(two_reports()).restatements
    assert (only.row_key, only.period.end) == ("is.revenue", Y21)
    assert (only.old_value, only.new_value) == (Decimal(500_000_000), Decimal(490_000_000))
    assert only.delta == Decimal(-10_000_000)
    assert only.kind is RestatementKind.SILENT
    assert (only.old_source, only.new_source) == ("r21/0/2021-12-31", "r22/0/2021-12-31")
    assert "gives EUR 490,000,000" in only.explanation
    assert "2.0 % less" in only.explanation
    cells = row(compiled(two_reports()), "is.revenue").cells
    assert [cell.restated for cell in cells] == [False, True, False]


def test_a_marked_column_declares_its_restatements():
    vintages = report("a", P21, [year(Y21)], [Line("Revenue", "is.revenue", (500,))])
    vintages += report(
        "b", P22, [year(Y22), year(Y21)], [Line("Revenue", "is.revenue", (560, 490))], restated=(False, True)
    )
    assert [r.kind for r in compiled(vintages).restatements] == [RestatementKind.DECLARED]


def test_a_figure_moved_between_lines_is_a_reclassification():
    vintages = report(
        "a",
        P21,
        [year(Y21)],
        [Line("Selling", "is.selling", (-120,)), Line("Administration", "is.admin", (-80,))],
    )
    vintages += report(
        "b",
        P22,
        [year(Y22), year(Y21)],
        [Line("Selling", "is.selling", (-130, -105)), Line("Administration", "is.admin", (-90, -95))],
    )
    found = compiled(vintages).restatements
    assert [(r.row_key, r.delta, r.kind) for r in found] == [
        ("is.selling", Decimal(15_000_000), RestatementKind.RECLASSIFICATION),
        ("is.admin", Decimal(-15_000_000), RestatementKind.RECLASSIFICATION),
    ]


def test_the_same_digits_with_another_sign_look_like_an_error():
    vintages = report("a", P21, [year(Y21)], [Line("Other", "is.other_op", (12.5,))])
    vintages += report("b", P22, [year(Y22), year(Y21)], [Line("Other", "is.other_op", (3, -12.5))])
    assert [r.kind for r in compiled(vintages).restatements] == [RestatementKind.SUSPECTED_ERROR]


def test_thousands_and_millions_meet_without_a_cliff_and_without_a_restatement():
    vintages = report(
        "a",
        P21,
        [year(Y21), year(Y20)],
        [Line("Revenue", "is.revenue", (500_412, 450_388)), Line("Tax", "is.tax", (-31_499, -28_501))],
        scale=1000,
    )
    vintages += report(
        "b",
        P22,
        [year(Y22), year(Y21)],
        [Line("Revenue", "is.revenue", (560, 500)), Line("Tax", "is.tax", (-33, -31))],
    )
    statement = compiled(vintages)
    assert values(statement, "is.revenue") == [
        Decimal(560_000_000),
        Decimal(500_000_000),
        Decimal(450_388_000),
    ]
    assert statement.restatements == ()
    assert statement.warnings == ()


def test_the_most_precise_figure_of_one_day_wins():
    vintages = report("summary", P21, [year(Y21)], [Line("Revenue", "is.revenue", (500,))])
    vintages += report("report", P21, [year(Y21)], [Line("Revenue", "is.revenue", (500_412,))], scale=1000)
    assert values(compiled(vintages), "is.revenue") == [Decimal(500_412_000)]


def test_one_unit_of_the_last_digit_is_rounding():
    vintages = report("a", P21, [year(Y21)], [Line("Revenue", "is.revenue", (500,))])
    vintages += report("b", P22, [year(Y22), year(Y21)], [Line("Revenue", "is.revenue", (560, 501))])
    statement = compiled(vintages)
    assert [r.kind for r in statement.restatements] == [RestatementKind.ROUNDING]
    assert [cell.restated for cell in row(statement, "is.revenue").cells] == [False, False]


def test_a_renamed_company_line_keeps_its_row_and_a_mapping_reaches_other_years():
    vintages = report(
        "r21",
        P21,
        [year(Y21), year(Y20)],
        [
            Line("Revenue", "is.revenue", (500, 450)),
            Line("Store preparation", None, (-17.3, -15.1)),
            Line("Trading outcome", None, (61.7, 58.2)),
        ],
    )
    vintages += report(
        "r22",
        P22,
        [year(Y22), year(Y21)],
        [
            Line("Revenue", "is.revenue", (560, 500)),
            Line("Preopening expenses", None, (-19.9, -17.3)),
            Line("Operating profit", "is.operating_profit", (70.4, 61.7)),
        ],
    )
    statement = compiled(vintages)
    assert values(statement, "company:preopening-expenses") == millions(-19.9, -17.3, -15.1)
    assert row(statement, "company:preopening-expenses").labels == (
        "Preopening expenses",
        "Store preparation",
    )
    assert values(statement, "is.operating_profit") == millions(70.4, 61.7, 58.2)
    assert row(statement, "is.operating_profit").labels == ("Operating profit", "Trading outcome")
    assert [r.key for r in statement.rows if r.concept is None] == ["company:preopening-expenses"]


def test_opposite_lines_are_never_merged_however_alike_their_figures():
    vintages = report(
        "r21", P21, [day(Y21)], [Line("Other current receivables", None, (77.7,))], statement=BS
    )
    vintages += report(
        "r22",
        P22,
        [day(Y22), day(Y21)],
        [Line("Other non-current receivables", None, (80.1, 77.7))],
        statement=BS,
    )
    statement = compiled(vintages, statement=BS)
    assert values(statement, "company:other-current-receivables") == [None, Decimal(77_700_000)]
    assert values(statement, "company:other-non-current-receivables") == millions(80.1, 77.7)


def test_a_rename_without_a_common_word_keeps_a_concept_in_one_row():
    vintages = report(
        "r21", P21, [year(Y21), year(Y20)], [Line("Impairment and integration", "is.impairment", (0, -306))]
    )
    vintages += report(
        "r22",
        P22,
        [year(Y22), year(Y21), year(Y20)],
        [Line("Impairment, integration and restructuring", "is.restructuring", (-41, 0, -306))],
    )
    statement = compiled(vintages)
    assert values(statement, "is.restructuring") == millions(-41, 0, -306)
    assert [row.key for row in statement.rows if row.labels] == ["is.restructuring"]


def test_two_concepts_that_one_report_prints_side_by_side_stay_two_rows():
    vintages = report("r21", P21, [year(Y21)], [Line("Impairment", "is.impairment", (-306,))])
    vintages += report(
        "r22",
        P22,
        [year(Y22), year(Y21)],
        [
            Line("Restructuring", "is.restructuring", (-41, -306)),
            Line("Impairment", "is.impairment", (-5, -306)),
        ],
    )
    statement = compiled(vintages)
    assert values(statement, "is.impairment") == millions(-5, -306)
    assert values(statement, "is.restructuring") == millions(-41, -306)


def test_the_line_that_most_reports_print_keeps_a_concept_that_two_lines_claim():
    def repayments(name, published, end, long_term, short_term=None):
        lines = [
            Line("Repayments of long-term debt", "cf.debt_repaid" if short_term is None else None, long_term)
        ]
        if short_term is not None:
            lines.insert(0, Line("Repayments of short-term borrowings", "cf.debt_repaid", short_term))
        return report(name, published, [year(end), year(end.replace(year=end.year - 1))], lines, statement=CF)

    statement = compiled(
        [
            *repayments("r21", P21, Y21, (-121, -300)),
            *repayments("r22", P22, Y22, (-716, -121)),
            *repayments("r23", P23, Y23, (-80, -716), short_term=(-87, -144)),
        ],
        statement=CF,
    )
    assert values(statement, "cf.debt_repaid") == millions(-80, -716, -121, -300)
    assert values(statement, "company:repayments-of-short-term-borrowings") == millions(-87, -144, None, None)
    assert statement.restatements == ()


def test_what_a_person_said_of_a_line_goes_before_what_most_reports_print():
    def told(vintages, label, concept):
        return [replace(v, concept=concept, confirmed=True) if v.label == label else v for v in vintages]

    older = report(
        "r21", P21, [year(Y21), year(Y20)], [Line("Long-term", "cf.debt_repaid", (-121, -300))], statement=CF
    )
    newer = report(
        "r22",
        P22,
        [year(Y22), year(Y21)],
        [Line("Short-term", None, (-87, -144)), Line("Long-term", None, (-716, -121))],
        statement=CF,
    )
    statement = compiled([*older, *told(newer, "Short-term", "cf.debt_repaid")], statement=CF)
    assert values(statement, "cf.debt_repaid") == millions(-87, -144, None)
    assert values(statement, "company:long-term") == millions(-716, -121, -300)
    # A person may also say that a line has no concept: then it gets none from another year.
    statement = compiled([*older, *told(newer, "Long-term", None)], statement=CF)
    assert values(statement, "company:long-term") == millions(-716, -121, -300)


def test_figures_in_a_label_do_not_part_a_row():
    def preferred(name, published, end):
        label = (
            f"Preferred stock, $0.001 par value; 10,000,000 shares authorized at December 31, {end.year} and "
            f"{end.year - 1}; none issued"
        )
        return report(
            name,
            published,
            [day(end), day(end.replace(year=end.year - 1))],
            [Line(label, None, (0, 0))],
            statement=BS,
        )

    vintages = [*preferred("r21", P21, Y21), *preferred("r22", P22, Y22)]
    assert [r.labels for r in compiled(vintages, statement=BS).rows if r.concept is None] == [
        (vintages[2].label, vintages[0].label)
    ]


def test_a_line_that_alone_has_its_wording_is_restated_and_not_another_line():
    vintages = report("r21", P21, [year(Y21)], [Line("Loss on disposal", None, (-118,), section="of which")])
    vintages += report("r22", P22, [year(Y22), year(Y21)], [Line("Loss on disposal", None, (-138, -123))])
    statement = compiled(vintages)
    assert values(statement, "company:loss-on-disposal") == millions(-138, -123)
    assert [(r.old_value, r.new_value) for r in statement.restatements] == [tuple(millions(-118, -123))]


def test_full_years_that_end_on_one_day_are_one_whatever_start_is_supposed():
    weeks_53 = Period(year(Y21).kind, date(2019, 5, 27), date(2020, 5, 31))
    supposed = Period(year(Y21).kind, date(2019, 6, 1), date(2020, 5, 31))
    before = Period(year(Y21).kind, date(2018, 5, 28), date(2019, 5, 26))
    after = Period(year(Y21).kind, date(2020, 6, 1), date(2021, 5, 30))
    vintages = report("r20", date(2020, 7, 1), [weeks_53, before], [Line("Sales", "is.revenue", (500, 480))])
    vintages += report("r21", date(2021, 7, 1), [after, supposed], [Line("Sales", "is.revenue", (560, 490))])
    statement = compiled(vintages)
    assert statement.periods == (after, weeks_53, before)
    assert values(statement, "is.revenue") == millions(560, 490, 480)


def test_a_line_below_a_heading_or_a_total_stands_with_what_follows():
    lines = [
        Line("Inventories", "bs.inventories", (5,), section="Current assets"),
        Line("Total current assets", "bs.total_ca", (5,), section="Current assets", kind=RowKind.TOTAL),
        Line("Regulatory assets", None, (3,), section="Other assets"),
        Line("Seller promissory note", None, (2,), section="Other assets"),
        Line("Goodwill", "bs.goodwill", (1,), section="Other assets"),
        Line("Deferred charges", None, (4,), section="Other assets"),
        Line("Total assets", "bs.total_assets", (15,), kind=RowKind.TOTAL),
        Line("Common stock", None, (6,), section="Equity"),
        Line("Paid-in capital", "bs.share_capital", (9,), section="Equity"),
    ]
    printed = [
        r for r in compiled(report("a", P21, [day(Y21)], lines, statement=BS), statement=BS).rows if r.labels
    ]
    assert [row.label for row in printed] == [line.label for line in lines]


def test_figures_per_share_of_the_companys_own_stand_with_those_of_the_standard():
    lines = [
        Line("Net income", "is.net_income", (55,)),
        Line("From continuing operations", None, (1.2,), kind=RowKind.PER_SHARE),
        Line("Basic", "is.eps_basic", (1.1,), kind=RowKind.PER_SHARE),
        Line("Dividends declared per share", None, (0.4,), kind=RowKind.PER_SHARE),
    ]
    vintages = report("a", P21, [year(Y21)], lines)
    assert [row.label for row in compiled(vintages).rows if row.labels] == [
        "Net income",
        "From continuing operations",
        "Earnings per share, basic",
        "Dividends declared per share",
    ]


def test_a_late_report_of_an_old_year_does_not_displace_a_newer_year():
    vintages = report("r23", P23, [year(Y23)], [Line("Revenue", "is.revenue", (600,))])
    vintages += report(
        "late", date(2025, 6, 1), [year(Y22), year(Y21)], [Line("Net sales", "is.revenue", (555, 490))]
    )
    statement = compiled(vintages)
    assert [period.end for period in statement.periods] == [Y23, Y22, Y21]
    assert values(statement, "is.revenue") == millions(600, 555, 490)


def test_a_changed_label_does_not_let_an_older_value_win():
    older = report("r21", P21, [year(Y21)], [Line("Zz net sales", "is.revenue", (500,))])
    newer = report("r22", P22, [year(Y22), year(Y21)], [Line("Aa revenue", "is.revenue", (560, 490))])
    for vintages in (older + newer, newer + older):
        statement = compiled(vintages)
        assert values(statement, "is.revenue") == millions(560, 490)
        assert row(statement, "is.revenue").label == "Aa revenue"


def test_gaps_say_why():
    vintages = report("r20", date(2021, 3, 1), [year(Y20)], [Line("Revenue", "is.revenue", (450,))])
    vintages += report(
        "r23", P23, [year(Y23)], [Line("Revenue", "is.revenue", (600,)), Line("Tax", "is.tax", ("?",))]
    )
    reports = [
        known("r20", Y20, date(2021, 3, 1)),
        known("r22", Y22, P22, read=False),
        known("r23", Y23, P23),
    ]
    statement = compiled(vintages, reports)
    assert [period.end for period in statement.periods] == [Y23, Y22, Y21, Y20]
    assert [(c.value, c.gap) for c in row(statement, "is.revenue").cells] == [
        (Decimal(600_000_000), None),
        (None, GapReason.NOT_READ),
        (None, GapReason.NO_REPORT),
        (Decimal(450_000_000), None),
    ]
    assert [c.gap for c in row(statement, "is.tax").cells] == [
        GapReason.UNREADABLE,
        GapReason.NOT_READ,
        GapReason.NO_REPORT,
        GapReason.NOT_DISCLOSED,
    ]
    assert statement.warnings == ("No report covers the year 2021; its last day, 2021-12-31, is supposed.",)


def test_a_template_says_which_lines_do_not_apply():
    vintages = report("r23", P23, [day(Y23)], [Line("Total assets", "bs.total_assets", (900,))], statement=BS)
    statement = compiled(vintages, statement=BS, template="insurer")
    assert row(statement, "bs.total_ca").cells[0].gap is GapReason.NOT_APPLICABLE
    assert row(statement, "bs.insurance_liab").cells[0].gap is GapReason.NOT_DISCLOSED
    assert "bs.insurance_liab" not in [r.key for r in compiled(vintages, statement=BS).rows]
    with pytest.raises(BadInput, match="Use one of commercial, bank, insurer, reit"):
        compiled(vintages, statement=BS, template="circus")


def test_a_total_is_derived_only_where_its_parts_are_printed_and_says_so():
    vintages = report(
        "r22",
        P22,
        [year(Y22), year(Y21)],
        [
            Line("Revenue", "is.revenue", (560, 500)),
            Line("Cost of sales", "is.cost_of_sales", (-330, None)),
        ],
    )
    cells = row(compiled(vintages), "is.gross_profit").cells
    assert cells[0].value == Decimal(230_000_000)
    assert cells[0].formula == "is.revenue + is.cost_of_sales"
    assert cells[0].derived_from == ("r22/0/2022-12-31", "r22/1/2022-12-31")
    assert cells[0].source is None
    assert (cells[1].value, cells[1].gap) == (None, GapReason.NOT_DISCLOSED)


def test_a_printed_dash_is_nil_and_a_blank_is_a_gap():
    vintages = report("r22", P22, [year(Y22), year(Y21)], [Line("Impairment", "is.impairment", (0, None))])
    vintages += report("r22b", P22, [year(Y21)], [Line("Revenue", "is.revenue", (500,))])
    cells = row(compiled(vintages), "is.impairment").cells
    assert (cells[0].value, cells[0].nil, cells[0].gap) == (Decimal(0), True, None)
    assert (cells[1].value, cells[1].nil, cells[1].gap) == (None, False, GapReason.NOT_DISCLOSED)


def test_company_lines_follow_the_line_above_them_in_their_newest_report():
    vintages = report(
        "r22",
        P22,
        [year(Y22)],
        [
            Line("Revenue", "is.revenue", (560,)),
            Line("of which licences", None, (41,)),
            Line("of which services", None, (37,)),
            Line("Cost of sales", "is.cost_of_sales", (-330,)),
            Line("Preopening expenses", None, (-11,)),
        ],
    )
    keys = [r.key for r in compiled(vintages).rows]
    assert keys[:5] == [
        "is.revenue",
        "company:of-which-licences",
        "company:of-which-services",
        "is.cost_of_sales",
        "company:preopening-expenses",
    ]
    assert keys.index("is.gross_profit") == 5


def test_a_report_a_thousand_times_off_is_set_aside():
    lines = [
        Line("Revenue", "is.revenue", (560, 500)),
        Line("Cost", "is.cost_of_sales", (-330, -300)),
        Line("Tax", "is.tax", (-33, -31)),
    ]
    older = [Line(line.label, line.concept, (line.figures[1], line.figures[1] - 7)) for line in lines]
    newer = [Line(line.label, line.concept, (line.figures[0] + 9, line.figures[0])) for line in lines]
    vintages = report("r22", P22, [year(Y22), year(Y21)], lines, scale=1000)
    vintages += report("r21", P21, [year(Y21), year(Y20)], older)
    vintages += report("r21b", P21, [year(Y21), year(Y20)], older)
    vintages += report("r23", P23, [year(Y23), year(Y22)], newer)
    statement = compiled(vintages, [known("r22", Y22, P22)])
    assert values(statement, "is.revenue") == millions(569, 560, 500, 493)
    (warning,) = statement.warnings
    assert warning.startswith("The figures of r22 are 1,000 times off those of ")
    assert statement.restatements == ()


def test_one_report_against_one_sets_both_aside():
    lines = [
        Line(c, c, (n, n)) for n, c in ((560, "is.revenue"), (-330, "is.cost_of_sales"), (-33, "is.tax"))
    ]
    vintages = report("r22", P22, [year(Y22), year(Y21)], lines)
    vintages += report("r21", P21, [year(Y21), year(Y20)], lines, scale=1000)
    statement = compiled(vintages, [known("r22", Y22, P22), known("r21", Y21, P21)])
    assert values(statement, "is.revenue") == [None, None, None]
    assert row(statement, "is.revenue").cells[0].gap is GapReason.NOT_READ
    assert statement.warnings[0].startswith("The figures of r21, r22 are 1,000 times off one another on 3 ")


def test_figures_in_another_currency_are_left_out_and_said_so():
    vintages = report("r21", P21, [year(Y21)], [Line("Revenue", "is.revenue", (500,))], currency="USD")
    vintages += report("r22", P22, [year(Y22)], [Line("Revenue", "is.revenue", (560,))])
    statement = compiled(vintages)
    assert statement.currency == "EUR"
    assert values(statement, "is.revenue") == [Decimal(560_000_000), None]
    assert statement.warnings == (
        "Figures printed in USD are left out of this statement in EUR: they are not converted.",
    )


def test_a_year_of_53_weeks_and_one_of_52_are_two_columns_named_after_their_own_year():
    long, short = date(2021, 1, 2), date(2022, 1, 1)
    first = Period(year(long).kind, date(2019, 12, 29), long)
    second = Period(year(short).kind, date(2021, 1, 3), short)
    vintages = report("a", date(2022, 2, 1), [second, first], [Line("Revenue", "is.revenue", (560, 500))])
    statement = compiled(vintages)
    assert statement.periods == (second, first)
    assert [period.fiscal_year for period in statement.periods] == [2021, 2020]
    assert values(statement, "is.revenue") == millions(560, 500)


def test_a_column_of_unknown_start_is_the_full_year_that_ends_with_it():
    unknown = Period(year(Y21).kind, None, Y21)
    vintages = report("r21", P21, [unknown], [Line("Revenue", "is.revenue", (500,))])
    vintages += report("r22", P22, [year(Y22), year(Y21)], [Line("Revenue", "is.revenue", (560, 500))])
    statement = compiled(vintages)
    assert statement.periods == (year(Y22), year(Y21))
    assert row(statement, "is.revenue").cells[1].source == "r22/0/2021-12-31"


def test_interims_stay_out_and_a_transition_period_has_its_own_column():
    quarter = Period(year(Y22).kind, date(2022, 10, 1), Y22)
    transition_end = date(2023, 6, 30)
    transition = Period(year(Y22).kind, date(2023, 1, 1), transition_end)
    vintages = report("r22", P22, [year(Y22), quarter], [Line("Revenue", "is.revenue", (560, 150))]) + report(
        "r23", date(2023, 9, 1), [transition], [Line("Revenue", "is.revenue", (290,))]
    )
    reports = [known("r22", Y22, P22), known("r23", transition_end, date(2023, 9, 1))]
    statement = compiled(vintages, reports)
    assert statement.periods == (transition, year(Y22))
    assert values(statement, "is.revenue") == millions(290, 560)


def test_ten_years_are_shown_unless_asked_otherwise():
    vintages = [
        vintage
        for n in range(2010, 2024)
        for vintage in report(
            f"r{n}",
            date(n + 1, 3, 1),
            [year(date(n, 12, 31))],
            [Line("Revenue", "is.revenue", (400 + n,))],
        )
    ]
    assert [p.end.year for p in compiled(vintages).periods] == list(range(2023, 2013, -1))
    assert [p.end.year for p in compiled(vintages, years=3).periods] == [2023, 2022, 2021]
    with pytest.raises(BadInput, match="at least one"):
        compiled(vintages, years=0)


def test_identities_are_tested_on_compiled_figures():
    vintages = report(
        "r22",
        P22,
        [day(Y22), day(Y21)],
        [
            Line("Total assets", "bs.total_assets", (900, 800)),
            Line("Total liabilities", "bs.total_liab", (500, 450)),
            Line("Total equity", "bs.total_equity", (400, 340)),
        ],
        statement=BS,
    )
    statement = compiled(vintages, statement=BS)
    assert [(c.identity, c.period.end, c.outcome) for c in statement.checks] == [
        ("B4", Y22, CheckOutcome.HOLDS),
        ("B4", Y21, CheckOutcome.FAILS),
    ]
    failing = statement.checks[1]
    assert (failing.left, failing.right) == (Decimal(790_000_000), Decimal(800_000_000))


def test_a_line_of_the_companys_own_among_the_parts_fails_no_identity():
    lines = [
        Line("Profit before tax", "is.pbt", (131.1, 78.3)),
        Line("Income tax", "is.tax", (-57.9, -38.3)),
        Line("Loss from equity method investment, net of tax", None, (-7.7, -11.3)),
        Line("Net income", "is.profit_cont", (65.5, 30.0), kind=RowKind.TOTAL),
    ]
    statement = compiled(report("a", P22, [year(Y22), year(Y21)], lines))
    checks = [(c.identity, c.period.end, c.outcome, c.left) for c in statement.checks]
    assert checks == [
        ("I4", Y22, CheckOutcome.HOLDS, Decimal(65_500_000)),
        ("I4", Y21, CheckOutcome.FAILS, Decimal(40_000_000)),
    ]
    assert statement.checks[0].explanation.startswith("Holds with the company's own lines between")


def test_a_flow_of_the_companys_own_beside_the_three_fails_no_identity():
    lines = [
        Line("Net operating cash flow", "cf.cfo", (-39,), kind=RowKind.SUBTOTAL),
        Line("Purchase of equipment", None, (-3,)),
        Line("Net investing cash flow", "cf.cfi", (-3,), kind=RowKind.SUBTOTAL),
        Line("Net cash from discontinued investing activities", None, (440,), kind=RowKind.SUBTOTAL),
        Line("Net financing cash flow", "cf.cff", (-408,), kind=RowKind.SUBTOTAL),
        Line("Net change in cash", "cf.net_change", (-10,), kind=RowKind.SUBTOTAL),
    ]
    statement = compiled(report("a", P22, [year(Y22)], lines, statement=CF), statement=CF)
    assert [(c.identity, c.outcome) for c in statement.checks] == [("C2", CheckOutcome.HOLDS)]


def test_opening_and_closing_cash_stand_in_the_year_of_their_flows():
    vintages = report(
        "r22",
        P22,
        [year(Y22), year(Y21)],
        [Line("Net change", "cf.net_change", (10, 20)), Line("Cash at end", "cf.cash_close", (90, 80))],
        statement=CF,
    )
    vintages += report("r21", P21, [day(Y21)], [Line("Cash at end", "cf.cash_close", (80,))], statement=CF)
    statement = compiled(vintages, statement=CF)
    assert statement.periods == (year(Y22), year(Y21))
    assert values(statement, "cf.cash_close") == millions(90, 80)


def test_figures_per_share_keep_their_cents_and_a_speaking_label():
    vintages = report("r22", P22, [year(Y22)], [Line("Basic", "is.eps_basic", ("1.27",), RowKind.PER_SHARE)])
    found = row(compiled(vintages), "is.eps_basic")
    assert found.cells[0].value == Decimal("1.27")
    assert found.label == "Earnings per share, basic"
    assert found.kind is RowKind.PER_SHARE


def test_equal_content_has_an_equal_hash_whatever_the_keys_and_the_order():
    first = compiled(two_reports())
    renamed = [
        type(v)(**{f: getattr(v, f) for f in v.__slots__} | {"source": f"x{n}", "document": f"d{v.document}"})
        for n, v in enumerate(reversed(two_reports()))
    ]
    second = compiled(renamed)
    assert second.content_hash == first.content_hash
    assert len(first.content_hash) == 64
    changed = compiled(two_reports(), years=2)
    assert changed.content_hash != first.content_hash


def test_nothing_gives_an_empty_statement():
    statement = compiled([])
    assert statement.periods == ()
    assert statement.currency is None
    assert row(statement, "is.revenue").cells == ()


def test_a_concept_follows_the_figures_when_two_reports_give_it_to_different_lines():
    vintages = report(
        "r21",
        P21,
        [year(Y21), year(Y20)],
        [
            Line("Proceeds from short-term borrowings", "cf.debt_issued", (51, 68)),
            Line("Proceeds from issuance of long-term debt", None, (1125, 117)),
        ],
        statement=CF,
    )
    vintages += report(
        "r22",
        P22,
        [year(Y22), year(Y21)],
        [
            Line("Proceeds from short-term borrowings", None, (44, 51)),
            Line("Proceeds from issuance of long-term debt", "cf.debt_issued", (185, 1125)),
        ],
        statement=CF,
    )
    statement = compiled(vintages, statement=CF)
    assert values(statement, "cf.debt_issued") == millions(185, 1125, 117)
    assert values(statement, "company:proceeds-from-short-term-borrowings") == millions(44, 51, 68)
    assert statement.restatements == ()
