"""The closed lists of the field, once. Model fields take their choices from here."""

from enum import StrEnum


class StatementKind(StrEnum):
    """The three primary statements."""

    INCOME_STATEMENT = "income_statement"
    BALANCE_SHEET = "balance_sheet"
    CASH_FLOW_STATEMENT = "cash_flow_statement"


class DocumentKind(StrEnum):
    """What a published document is. Unknown is an answer, not a failure."""

    ANNUAL_REPORT = "annual_report"
    HALF_YEAR_REPORT = "half_year_report"
    QUARTERLY_REPORT = "quarterly_report"
    RESULTS_RELEASE = "results_release"
    INVESTOR_PRESENTATION = "investor_presentation"
    PROSPECTUS = "prospectus"
    SUSTAINABILITY_REPORT = "sustainability_report"
    ESEF_PACKAGE = "esef_package"
    OTHER = "other"
    UNKNOWN = "unknown"


class PeriodKind(StrEnum):
    """A balance is struck at an instant, a flow runs over a duration."""

    INSTANT = "instant"
    DURATION = "duration"


class Scope(StrEnum):
    """Whose figures: the group with its subsidiaries, or the parent company alone."""

    CONSOLIDATED = "consolidated"
    PARENT = "parent"


class CellState(StrEnum):
    """What stands in a cell. An absent cell has no object at all: its place holds None."""

    VALUE = "value"
    NIL = "nil"  # a printed dash: the issuer says zero or nothing
    TEXT = "text"  # words instead of a figure, such as "n/a" or "nm"
    NOT_READ = "not_read"  # something is printed and it could not be read


class RowKind(StrEnum):
    """What a line of a statement is for."""

    HEADING = "heading"
    LINE = "line"
    SUBTOTAL = "subtotal"
    TOTAL = "total"
    PER_SHARE = "per_share"
    SHARES = "shares"


class SectorTemplate(StrEnum):
    """Which shape of statement an issuer's industry prescribes."""

    COMMERCIAL = "commercial"
    BANK = "bank"
    INSURER = "insurer"
    REIT = "reit"


class Framework(StrEnum):
    """The accounting framework a report follows."""

    IFRS = "ifrs"
    US_GAAP = "us_gaap"
    OTHER = "other"


class MappingMethod(StrEnum):
    """How a printed row came to its concept, strongest first."""

    CONFIRMED_RULE = "confirmed_rule"
    EXACT_SYNONYM = "exact_synonym"
    VALUE_OVERLAP = "value_overlap"
    SIMILAR_LABEL = "similar_label"
    SUBTOTAL_POSITION = "subtotal_position"
    AGREED = "agreed"  # a guess that the second reader shares
    SECOND_READER = "second_reader"
    UNMAPPED = "unmapped"


class CheckOutcome(StrEnum):
    """The verdict of an identity. Not applicable is neither good nor bad."""

    HOLDS = "holds"
    FAILS = "fails"
    NOT_APPLICABLE = "not_applicable"


class CompiledView(StrEnum):
    """Which publication of a figure wins."""

    LATEST = "latest"
    ORIGINAL = "original"
    AS_OF = "as_of"


class ReportingPeriod(StrEnum):
    """How long the periods of a compile are. A year to date runs from the first day of the fiscal year."""

    FULL_YEAR = "full_year"
    HALF_YEAR = "half_year"
    QUARTER = "quarter"
    YEAR_TO_DATE = "year_to_date"


class GapReason(StrEnum):
    """Why a compiled cell holds no number."""

    NO_REPORT = "no_report"  # no report that covers the period is known
    NOT_READ = "not_read"  # a report is known and its statement was not read
    NOT_DISCLOSED = "not_disclosed"  # the statement was read and does not print the line
    NOT_APPLICABLE = "not_applicable"  # the issuer's template has no such line
    UNREADABLE = "unreadable"  # the line is printed and its figure could not be read
    NOT_COMPARABLE = "not_comparable"  # it could be derived, had its operands not different bases
    NO_RATE = "no_rate"  # the figure is known, the exchange rate to convert it is not


class RestatementKind(StrEnum):
    """How two publications of one figure differ."""

    ROUNDING = "rounding"
    DECLARED = "declared"
    RECLASSIFICATION = "reclassification"
    CURRENCY_CHANGE = "currency_change"
    FRAMEWORK_CHANGE = "framework_change"
    SUSPECTED_ERROR = "suspected_error"
    SILENT = "silent"


class ChangeKind(StrEnum):
    """What became of a row or cell between two versions of a compile."""

    ADDED = "added"
    CHANGED = "changed"
    REMOVED = "removed"


class ChangeCause(StrEnum):
    """Why a row or cell differs from the version before, strongest evidence first."""

    NEW_DOCUMENT = "new_document"  # its report was not there before
    DOCUMENT_GONE = "document_gone"  # its report is no longer compiled
    OVERRIDE = "override"  # a person's rule decides what the line is
    ENGINE_VERSION = "engine_version"  # another version of the engine read or compiled it
    RE_READING = "re_reading"  # the same report was read again by the same engine
    CHOICE = "choice"  # another of the known publications wins, such as after a date was entered


class RatioUnit(StrEnum):
    """What a ratio is counted in. A share of 0.25 is 25 %."""

    SHARE = "share"
    TIMES = "times"
    DAYS = "days"
    MONEY = "money"
    PER_SHARE = "per_share"
    SCORE = "score"


class RatioStatus(StrEnum):
    """What became of a ratio in one year: only VALUE has a number."""

    VALUE = "value"
    UNAVAILABLE = "unavailable"  # an operand is not there; the explanation names it
    NOT_MEANINGFUL = "not_meaningful"  # the divisor is next to nothing, or negative where that says nothing
    NOT_APPLICABLE = "not_applicable"  # the ratio says nothing of issuers of this industry


class Polarity(StrEnum):
    """Whether news is good or bad for those who own or lend to a company."""

    POSITIVE = "positive"
    NEUTRAL = "neutral"
    NEGATIVE = "negative"


class CorrectionAction(StrEnum):
    """What a person's correction says of a place on a page."""

    NUMBER = "number"  # the figure is another
    SIGN = "sign"  # the line counts the other way round
    UNIT = "unit"  # the statement is in another unit or currency
    CONCEPT = "concept"  # the line is another concept, or one of the company's own
    LEAVE_OUT = "leave_out"  # the figure or line is none of this statement


class ReplayOutcome(StrEnum):
    """What became of a correction when its file, or another one of the document, was read again."""

    APPLIED = "applied"  # the place is as it was when the correction was made
    REFOUND = "refound"  # the place has moved and was found again by its words
    AGREED = "agreed"  # the new reading says what the person said
    CONFLICT = "conflict"  # the new reading says neither what it said then nor what the person said
    LOST = "lost"  # the line, column or statement was not found again


class Topic(StrEnum):
    """What the sentences of a report speak of."""

    FINANCIAL_PERFORMANCE = "financial_performance"
    GROWTH_PROSPECTS = "growth_prospects"
    MARKET_CONDITIONS = "market_conditions"
    COMPETITIVE_POSITION = "competitive_position"
    OPERATIONS = "operations"
    MANAGEMENT = "management"
    RISK_FACTORS = "risk_factors"
    REGULATORY_ENVIRONMENT = "regulatory_environment"


class PatternKind(StrEnum):
    """What is unusual about a stretch of a long series."""

    SPIKE = "spike"
    LEVEL_SHIFT = "level_shift"
    UNUSUAL_WINDOW = "unusual_window"
    VOLATILITY = "volatility"
    STUCK = "stuck"


class Frequency(StrEnum):
    """How often a metric has a value."""

    ANNUAL = "annual"
    QUARTERLY = "quarterly"


class Severity(StrEnum):
    """How much a finding matters."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


class SetAside(StrEnum):
    """Why a point is explained before anything is called an anomaly."""

    RESTATEMENT = "restatement"
    SCALE_DOUBT = "scale_doubt"
    TRANSITION_PERIOD = "transition_period"
    ACQUISITION = "acquisition"
    CURRENCY_CHANGE = "currency_change"
    FRAMEWORK_CHANGE = "framework_change"
    SPLIT = "split"
    CONFIRMED = "confirmed"  # a person looked at it already


class MarketPattern(StrEnum):
    """What is unusual about a stretch of prices or volumes."""

    CHANGE_POINT = "change_point"
    VOLATILITY_REGIME = "volatility_regime"
    VOLUME_SPIKE = "volume_spike"
    CORRELATION_BREAK = "correlation_break"
    DISCORD = "discord"


class SummaryStyle(StrEnum):
    """What a summary of a report is to tell."""

    KEY_POINTS = "key_points"
    OUTLOOK = "outlook"
    RISKS = "risks"
