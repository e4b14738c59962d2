"""Finding the passage that answers a question, over all documents.

Passages with all the words come first, then those with the rarer of them. Where the question names a
company or a year that there is, its own reports come first: those of that company and year, those of
that company, the others.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from django.db.models import Sum

from companies.models import Company
from documents.full_text import Filters, FullText, Match, full_text
from documents.models import Document, DocumentText, Passage
from engine.text.query import Query, Term, parse_query, search_tokens, without_legal_form
from engine.text.ranking import Mark, Scorer, weight_of

MOST_HITS = 100
LOOKED_AT = 60  # passages whose words are weighed one by one, for each group of documents
ENOUGH = 30  # passages with all the words, so that none with only some is looked for
COMMON = 0.03  # of all passages; a word that more of them have is too common to be looked for by itself
LEAST_COMMON = 2_000  # passages; below, looking costs nothing
LEAST_TELLING, MOST_TELLING = 2, 5  # rarer words of which any will do
LEAST_LETTERS = 4  # of the first word of a company's name that may stand for it
FIRST_YEAR, LAST_YEAR = 1980, 2100


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that was found, with how well it answers and the part of it that shows it."""

    passage: Passage
    score: float
    excerpt: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """What a search gave. `own` names the company whose reports stand first because the question
    names it, `year` the year; `is_relaxed` says that not all words are in every hit."""

    query: Query
    hits: tuple[Hit, ...]
    own: Company | None = None
    year: int | None = None
    is_relaxed: bool = False


@dataclass(frozen=True, slots=True)
class _Group:
    """Documents that are looked in together, and what is looked for in them."""

    filters: Filters
    query: Query


def search(text: str, filters: Filters | None = None, *, limit: int = 20) -> Found:
    """The passages that answer a question best, at most `limit` (1 to 100).

    A question without a word that can be looked for has no hits.
    """
    filters = filters or Filters()
    limit = max(1, min(limit, MOST_HITS))
    query = parse_query(text)
    if not query:
        return Found(query, ())
    index = full_text()
    company = None if filters.companies else _company_named(query)
    year = None if filters.years else _year_named(query)
    frequencies = index.frequencies(query.terms)
    passages = _passage_count()
    weights = {term: weight_of(frequency, passages) for term, frequency in frequencies.items()}
    best: list[tuple[float, int]] = []
    relaxed = False
    for group in _groups(filters, query, company, year):
        if len(best) >= limit:
            break
        known = {pk for _, pk in best}
        found = _candidates(index, group, frequencies, weights, passages)
        ids = [id_ for id_ in found if id_ not in known]
        ranked = _ranked(ids, group.query, weights)[: limit - len(best)]
        relaxed = relaxed or not all(found[pk] for _, pk in ranked)
        best += ranked
    return Found(query, _hits(best, query), company, year, relaxed)


def _passage_count() -> int:
    return DocumentText.objects.aggregate(passages=Sum("passage_count"))["passages"] or 0


def _candidates(
    index: FullText,
    group: _Group,
    frequencies: Mapping[Term, int],
    weights: Mapping[Term, float],
    passages: int,
) -> dict[int, bool]:
    """Passages with all the words (True); where those are few, also some with the rarer words."""
    query = group.query
    common, whole = max(LEAST_COMMON, COMMON * passages), max(passages, 1)
    ids: dict[int, bool] = {}
    if all(frequencies[term] for term in query.terms):
        everything = Match(all_of=query.terms, none_of=query.excluded)
        share = min(frequencies[term] for term in query.terms) / whole
        ids = dict.fromkeys(index.best(everything, group.filters, weights, LOOKED_AT, share), True)
    there = sorted(
        (term for term in query.terms if frequencies[term]),
        key=lambda term: (frequencies[term], term.written),
    )
    if len(ids) >= ENOUGH or len(query.terms) == 1 or not there:
        return ids
    rare = sum(frequencies[term] <= common for term in there)
    telling = there[: min(max(rare, LEAST_TELLING), MOST_TELLING)]
    also = tuple(term for term in there if term not in telling)
    some = Match(any_of=tuple(telling), also=also, none_of=query.excluded)
    share = sum(frequencies[term] for term in telling) / whole
    for id_ in index.best(some, group.filters, weights, LOOKED_AT, share):
        ids.setdefault(id_, False)
    return ids


def _ranked(ids: Sequence[int], query: Query, weights: Mapping[Term, float]) -> list[tuple[float, int]]:
    """Scores with the ids of passages, best first."""
    scorer = Scorer(query, weights)
    forms = Passage.objects.filter(pk__in=ids).values_list("pk", "search_heading", "search_text")
    scored = [(scorer.score(heading, text), pk) for pk, heading, text in forms]
    return sorted(scored, key=lambda entry: (-entry[0], entry[1]))


def _hits(scored: Sequence[tuple[float, int]], query: Query) -> tuple[Hit, ...]:
    shown = Passage.objects.select_related("document__company").defer("search_heading", "search_text")
    passages = shown.in_bulk([pk for _, pk in scored])
    scorer = Scorer(query, {})
    return tuple(
        Hit(passages[pk], round(score, 4), scorer.excerpt(passages[pk].text))
        for score, pk in scored
        if pk in passages
    )


def _groups(filters: Filters, query: Query, company: Company | None, year: int | None) -> list[_Group]:
    """The documents the question names first, then the others. In reports of a company or a year its
    name is not looked for: they hardly say it."""
    groups = [_Group(filters, query)]
    if year is not None:
        groups.insert(0, _Group(replace(filters, years=(year,)), _without(query, [str(year)])))
    if company is not None:
        name = search_tokens(company.name)
        own = [
            _Group(replace(group.filters, companies=(company.pk,)), _without(group.query, name))
            for group in groups
        ]
        groups = [*own, _Group(filters, query)]
    return groups


def _without(query: Query, words: Sequence[str]) -> Query:
    """The query without these words, unless nothing would be left."""
    terms = tuple(term for term in query.terms if not set(term.words) <= set(words))
    return replace(query, terms=terms or query.terms)


def _company_named(query: Query) -> Company | None:
    """The company whose name is among the words: all of it but its legal form; or, written with a
    capital, its first word where no other company's name begins so."""
    words = [word for term in query.terms for word in term.words]
    capitals = {term.words[0] for term in query.terms if term.written[:1].isupper()}
    names = {company: without_legal_form(company.name) for company in Company.objects.only("pk", "name")}
    whole = [company for company, name in names.items() if name and _contains(words, name)]
    if whole:
        return max(whole, key=lambda company: (len(names[company]), -company.pk))
    begun = [
        company
        for company, name in names.items()
        if name and len(name[0]) >= LEAST_LETTERS and name[0] in capitals
    ]
    return begun[0] if len(begun) == 1 else None


def _contains(words: Sequence[str], name: Sequence[str]) -> bool:
    size = len(name)
    return any(list(words[start : start + size]) == list(name) for start in range(len(words) - size + 1))


def _year_named(query: Query) -> int | None:
    years = {
        int(word)
        for term in query.terms
        for word in term.words
        if len(term.words) == 1 and word.isdecimal() and len(word) == 4
    }
    plausible = [year for year in years if FIRST_YEAR <= year <= LAST_YEAR]
    if len(plausible) != 1:
        return None
    return plausible[0] if Document.objects.filter(fiscal_year=plausible[0]).exists() else None
