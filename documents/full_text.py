"""The full-text indexes of the two databases behind one interface.

Both are asked the same: in how many passages a term is, and which passages have all or any of some
terms. What is found is ranked by `documents.search` in the same way for both, so that the databases
need not agree on how good a match is, only on what matches.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from django.db import connection

from engine.text.query import Term

# Passages of PostgreSQL that are weighed at most; of a word that is in more, the newest are.
MOST_WEIGHED = 1500
# Of all passages; of a word that more of them have, the newest are found soonest by going back through them.
LARGE_SHARE = 0.2
# Of all passages; a word that fewer have is looked for before anything else is asked of its passages.
SMALL_SHARE = 0.05
# How many times the passages that are wanted are taken from an index that cannot leave out duplicates.
SPARE = 5
# A term that is in so many passages is as good as everywhere, and is counted no further.
MOST_COUNTED = 20_000


@dataclass(frozen=True, slots=True)
class Filters:
    """Which documents are looked in: ids of companies, fiscal years, kinds of documents, single
    documents. Empty means all."""

    companies: tuple[int, ...] = ()
    years: tuple[int, ...] = ()
    kinds: tuple[str, ...] = ()
    documents: tuple[int, ...] = ()

    def sql(self) -> tuple[str, list[Any]]:
        """A condition on `p` (passages) and `d` (documents), with its parameters."""
        parts = ["d.duplicate_of_id IS NULL"]
        values: list[Any] = []
        for column, wanted in (
            ("d.company_id", self.companies),
            ("d.fiscal_year", self.years),
            ("d.document_type", self.kinds),
            ("p.document_id", self.documents),
        ):
            if wanted:
                parts.append(f"{column} IN ({', '.join(['%s'] * len(wanted))})")
                values += wanted
        return " AND ".join(parts), values


@dataclass(frozen=True, slots=True)
class Match:
    """Passages with all of `all_of`, at least one of `any_of` where there are any, and none of
    `none_of`. Those of `also` count where they are, but need not be there."""

    all_of: tuple[Term, ...] = ()
    any_of: tuple[Term, ...] = ()
    also: tuple[Term, ...] = ()
    none_of: tuple[Term, ...] = ()


class FullText(Protocol):
    """What a database's index can be asked."""

    def frequencies(self, terms: Sequence[Term]) -> Mapping[Term, int]:
        """In how many passages each term is, roughly where it is in very many."""

    def best(
        self, match: Match, filters: Filters, weights: Mapping[Term, float], limit: int, share: float
    ) -> list[int]:
        """Ids of matching passages, those first in which much of the weight is. `share` of all passages is
        thought to match."""


def full_text() -> FullText:
    """The index of the database in use."""
    return PostgresFullText() if connection.vendor == "postgresql" else SqliteFullText()


class SqliteFullText:
    """FTS5 with its own ranking (BM25)."""

    def frequencies(self, terms: Sequence[Term]) -> dict[Term, int]:
        with connection.cursor() as cursor:
            return {term: self._frequency(cursor, term) for term in terms}

    def _frequency(self, cursor: Any, term: Term) -> int:
        table = "documents_passage_terms"
        if term.prefix:
            cursor.execute(
                f"SELECT sum(doc) FROM {table} WHERE term >= %s AND term < %s",  # noqa: S608
                [term.prefix, term.prefix + "\U0010ffff"],
            )
            return cursor.fetchone()[0] or 0
        # The rarest word of a phrase bounds how often the phrase can be.
        counts = []
        for forms in [term.forms] if term.forms else [(word,) for word in term.words]:
            marks = ", ".join(["%s"] * len(forms))
            cursor.execute(f"SELECT sum(doc) FROM {table} WHERE term IN ({marks})", list(forms))  # noqa: S608
            counts.append(cursor.fetchone()[0] or 0)
        return min(counts)

    def best(
        self, match: Match, filters: Filters, weights: Mapping[Term, float], limit: int, share: float
    ) -> list[int]:
        condition, values = filters.sql()
        # Sorted by its own rank, the index need not hand every match to the tables; without a filter few
        # of the first are left out, those of reports that are there twice.
        found = (
            "SELECT rowid, rank FROM documents_passage_index"
            " WHERE documents_passage_index MATCH %s AND rank MATCH 'bm25(2.0, 1.0)'"
        )
        if filters == Filters():
            found += f" ORDER BY rank LIMIT {SPARE * limit:d}"
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT p.id FROM ({found}) f"  # noqa: S608
                " JOIN documents_passage p ON p.id = f.rowid"
                " JOIN documents_document d ON d.id = p.document_id"
                f" WHERE {condition} ORDER BY f.rank, p.id LIMIT %s",
                [_sqlite_expression(match), *values, limit],
            )
            return [row[0] for row in cursor.fetchall()]


def _sqlite_expression(match: Match) -> str:
    parts = [_sqlite_term(term) for term in match.all_of]
    if match.any_of:
        parts.append("(" + " OR ".join(_sqlite_term(term) for term in match.any_of) + ")")
    if match.also:
        # Always true beside the part before it, but now its terms are ranked by as well.
        parts.append("(" + " OR ".join(_sqlite_term(term) for term in (*match.any_of, *match.also)) + ")")
    wanted = " AND ".join(parts)
    without = "".join(f" NOT {_sqlite_term(term)}" for term in match.none_of)
    return f"({wanted}){without}"


def _sqlite_term(term: Term) -> str:
    # Words are letters and digits only, so that nothing in them can end a string.
    if term.prefix:
        return f'"{term.prefix}" *'
    if term.forms:
        return "(" + " OR ".join(f'"{form}"' for form in term.forms) + ")"
    return '"' + " ".join(term.words) + '"'


class PostgresFullText:
    """tsvector with GIN. Its ranking knows nothing of rare words: each term is weighed by itself."""

    def frequencies(self, terms: Sequence[Term]) -> dict[Term, int]:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT greatest(reltuples, 0) FROM pg_class WHERE oid = 'documents_passage'::regclass"
            )
            passages = cursor.fetchone()[0]
            cursor.execute(
                "SELECT word, share FROM pg_stats,"
                " unnest(most_common_elems::text::text[], most_common_elem_freqs[1:cardinality("
                "most_common_elems::text::text[])]) AS common(word, share)"
                " WHERE schemaname = current_schema() AND tablename = 'documents_passage'"
                " AND attname = 'search'"
            )
            common = {word: round(share * passages) for word, share in cursor.fetchall()}
            return {term: self._frequency(cursor, term, common) for term in terms}

    def _frequency(self, cursor: Any, term: Term, common: Mapping[str, int]) -> int:
        known = [
            min((common.get(word, 0) for word in term.words), default=0)
            if len(term.words) > 1
            else max((count for word, count in common.items() if term.matches(word)), default=0)
        ]
        if known[0]:
            return known[0]
        cursor.execute(
            "SELECT count(*) FROM"
            " (SELECT 1 FROM documents_passage WHERE search @@ %s::tsquery LIMIT %s) found",
            [_postgres_term(term), MOST_COUNTED],
        )
        return cursor.fetchone()[0]

    def best(
        self, match: Match, filters: Filters, weights: Mapping[Term, float], limit: int, share: float
    ) -> list[int]:
        condition, values = filters.sql()
        scored = [term for term in (*match.all_of, *match.any_of, *match.also) if weights.get(term, 0) > 0]
        # That a rare word is there at all says more than how often a common one is.
        part = "%s * ((search @@ %s::tsquery)::int + 2 * ts_rank(search, %s::tsquery, 1))"
        score = " + ".join([part] * len(scored)) or "0"
        weighed: list[Any] = []
        for term in scored:
            weighed += [weights[term], _postgres_term(term), _postgres_term(term)]
        # Sorted by anything else than the id itself, the newest come from the index of words. Going back
        # through all passages instead pays where many match, which the database cannot tell of prefixes.
        newest = "p.id" if share > LARGE_SHARE else "p.id + 0"
        # Where few match, the index of words is asked before the documents: the database thinks a look into
        # the words of a passage is cheap, and would rather take one into all passages of a year.
        first = "MATERIALIZED" if share < SMALL_SHARE else "NOT MATERIALIZED"
        with connection.cursor() as cursor:
            cursor.execute(
                f"WITH p AS {first} (SELECT id, document_id, search FROM documents_passage"  # noqa: S608
                " WHERE search @@ %s::tsquery),"
                " found AS (SELECT p.id, p.search FROM p JOIN documents_document d ON d.id = p.document_id"
                f" WHERE {condition} ORDER BY {newest} DESC LIMIT %s),"
                # The words of a passage lie beside its row and would be fetched for each term anew; what is
                # put together here is in memory.
                " fetched AS MATERIALIZED (SELECT id, search || ''::tsvector AS search FROM found)"
                f" SELECT id FROM fetched ORDER BY {score} DESC, id LIMIT %s",
                [_postgres_expression(match), *values, MOST_WEIGHED, *weighed, limit],
            )
            return [row[0] for row in cursor.fetchall()]


def _postgres_expression(match: Match) -> str:
    parts = [_postgres_term(term) for term in match.all_of]
    if match.any_of:
        parts.append("(" + " | ".join(_postgres_term(term) for term in match.any_of) + ")")
    parts += [f"!({_postgres_term(term)})" for term in match.none_of]
    return " & ".join(parts)


def _postgres_term(term: Term) -> str:
    if term.prefix:
        return f"'{term.prefix}':*"
    if term.forms:
        return "(" + " | ".join(f"'{form}'" for form in term.forms) + ")"
    return "(" + " <-> ".join(f"'{word}'" for word in term.words) + ")"
