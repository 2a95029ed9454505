"""Search in the index the database keeps, always within what the reader may see: hits, counts and filters alike."""

# ruff: noqa: S608 - built from this module's own words; what people type travels as parameters

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import EmptyResultSet
from django.core.paginator import Paginator
from django.db import connection
from django.utils.translation import gettext_lazy as _

from portal.models import SearchEntry
from portal.search.sources import Hit, Source, sources, unindexed
from portal.search.variants import VARIANTS
from portal.search.words import Question, Term, Whole, distance, slips_allowed, term_of, understood
from regions.models import Region, Theme
from workflow.engine import may_see
from workflow.listing import FacetView, Option, Pill, WayOut
from workflow.registry import workflow, workflows

SIZE = 25
FARTHEST = 40
"""Pages; beyond them nobody reads, and a word more helps."""
SUGGESTED = 3
"""Words a mistyped one is taken for, at most."""


# --- What exists for the reader ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Reach:
    """The records of one source that exist for the reader, as SQL, and what of them the reader searches."""

    source: Source
    condition: str
    """Of `record_id`."""
    params: tuple
    inside: bool


def _keys(query) -> tuple[str, tuple]:
    """A query as SQL that selects its keys; empty when it can hold none."""
    try:
        return query.order_by().values("pk").query.sql_with_params()
    except EmptyResultSet:
        return "", ()


def reach_of(user) -> list[Reach]:
    """What exists for a reader (None: a visitor), source by source, and what is public besides. The rules are those of
    the pages themselves; what is only public to a reader is searched as a visitor searches it."""
    found = []
    for source in sources():
        own, params = _keys(source.seen(user)) if user is not None else ("", ())
        if own:
            found += _own(source, user, own, params)
        public, others = _keys(source.public()) if source.public else ("", ())
        if public and own:
            found.append(
                Reach(source, f"record_id IN ({public}) AND record_id NOT IN ({own})", (*others, *params), inside=False)
            )
        elif public:
            found.append(Reach(source, f"record_id IN ({public})", others, inside=False))
    return found


def _own(source: Source, user, own: str, params: tuple) -> list[Reach]:
    """What exists for somebody signed in: all searched alike, or some as those inside do and the rest as others do."""
    inside = source.inside(user)
    if isinstance(inside, bool):
        return [Reach(source, f"record_id IN ({own})", params, inside)]
    more, others = _keys(source.seen(user).filter(inside))
    if not more:
        return [Reach(source, f"record_id IN ({own})", params, inside=False)]
    rest = f"record_id IN ({own}) AND record_id NOT IN ({more})"
    return [
        Reach(source, f"record_id IN ({more})", others, inside=True),
        Reach(source, rest, (*params, *others), inside=False),
    ]


def _within(reach: list[Reach]) -> tuple[str, list]:
    """Entries of `matched` that exist for the reader; what fits only inside is left to those inside."""
    parts, params = [], []
    for r in reach:
        gate = "" if r.inside else " AND m.open"
        parts.append(f"SELECT m.* FROM matched m WHERE m.kind = %s{gate} AND {r.condition}")
        params += [r.source.kind, *r.params]
    return "\nUNION ALL\n".join(parts), params


# --- The filters ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Filter:
    """A filter of the search: the SQL of its values, and of the condition they make."""

    name: str
    label: Any
    value: str
    condition: str
    labels: Callable[[list[str]], dict[str, Any]]
    source: str = ""
    """What to join for the values, where an entry has several."""


def _kind_labels(values) -> dict[str, Any]:
    return {s.kind: s.label for s in sources() if s.kind in values}


def _status_labels(values) -> dict[str, Any]:
    """States in the order of their tables, with the table's name where several tables are among them."""
    several = len({value.split(":")[0] for value in values}) > 1
    found = {}
    for flow in (entry.flow for source in sources() if (entry := workflow(source.kind))):
        for state in flow.states:
            if (key := f"{flow.name}:{state.code}") in values:
                found[key] = f"{flow.label}: {state.label}" if several else str(state.label)
    return found


def _region_labels(values) -> dict[str, Any]:
    return {r.code: r.name for r in Region.objects.filter(code__in=values).order_by("code")}


def _theme_labels(values) -> dict[str, Any]:
    return {t.code: t.label for t in Theme.objects.filter(code__in=values)}


def _year_labels(values) -> dict[str, Any]:
    return {value: value for value in sorted(values, reverse=True)}


FILTERS = (
    Filter("kind", _("Kind"), "h.kind", "h.kind = ANY(%s)", _kind_labels),
    Filter(
        "status",
        _("Status"),
        "h.kind || ':' || h.status",
        "h.kind || ':' || h.status = ANY(%s) AND h.status <> ''",
        _status_labels,
    ),
    Filter(
        "region", _("Province"), "v", "h.provinces && %s::varchar[]", _region_labels, ", unnest(h.provinces) AS u(v)"
    ),
    Filter("theme", _("Competency"), "v", "h.themes && %s::varchar[]", _theme_labels, ", unnest(h.themes) AS u(v)"),
    Filter("year", _("Year"), "v::text", "h.years && %s::int2[]", _year_labels, ", unnest(h.years) AS u(v)"),
)
SORTS = {"relevance": _("Best match"), "new": _("Newest first")}

SCORE = """
    ts_rank('{0.1, 0.3, 0.6, 1.0}', CASE WHEN open THEN coalesce(e.open_text, e.full_text) ELSE e.full_text END, q.q, 1)
    + CASE WHEN e.names && q.whole THEN 10 ELSE 0 END
    + CASE WHEN e.kind || ':' || e.status = ANY(%s) THEN 0 ELSE 0.1 END
    - coalesce((%s::jsonb ->> e.kind)::float, 0)
    + 0.1 / (1 + greatest(0, extract(epoch FROM now() - e.at)) / 31536000)
"""
"""How well an entry fits: words in the title before those of the place, the post and the text; the whole name or code
first of all; what is not over yet and what is new a little before the rest. Where the open text fits, it alone counts:
the order never tells what only those inside read."""


def _ended() -> list[str]:
    """kind:STATUS of everything that is over."""
    return [f"{e.flow.name}:{s.code}" for e in workflows() for s in e.flow.states if s.final]


def _behind() -> str:
    """{kind: how far behind} as JSON."""
    return json.dumps({source.kind: source.behind for source in sources() if source.behind})


# --- Asking --------------------------------------------------------------------------------------------------


@dataclass
class Answer:
    """What the database said: counts by filter, and the page of hits as (kind, record id) in their order."""

    any: int
    total: int
    counts: dict[str, dict[str, int]]
    hits: list[tuple[str, int]]


def as_tsquery(question: Question) -> str:
    """The question in the database's own notation, worked out once."""
    sql, params = question.sql()
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT ({sql})::text", params)
        return cursor.fetchone()[0]


def _chosen(chosen: dict[str, list], without: str = "") -> tuple[str, list]:
    parts, params = ["TRUE"], []
    for f in FILTERS:
        if chosen.get(f.name) and f.name != without:
            parts.append(f.condition)
            params.append(chosen[f.name])
    return " AND ".join(parts), params


MATCHED = """
WITH q AS MATERIALIZED (SELECT %s::tsquery AS q, %s::text[] AS whole),
matched AS MATERIALIZED (
    SELECT e.kind, e.record_id, e.status, e.provinces, e.themes, e.years, e.at, open, {score} AS score
    FROM q, portal_searchentry e, LATERAL (SELECT coalesce(e.open_text, e.full_text) @@ q.q OFFSET 0) AS o(open)
    WHERE e.full_text @@ %s::tsquery AND e.kind = ANY(%s)
)"""
"""What fits. Kinds of which nothing exists for the reader are left alone: neither do they tell by the time it takes."""


def ask(reach: list[Reach], question: Question, chosen: dict[str, list], sort: str = "", page: int = 1) -> Answer:
    """One statement: what fits, what of it exists for the reader, the counts of every filter, and one page."""
    tsquery = as_tsquery(question) if reach and question.terms else ""
    if not tsquery:
        return Answer(0, 0, {}, [])
    within, within_params = _within(reach)
    narrowed, narrowed_params = _chosen(chosen)
    parts = [
        "SELECT 'any' AS what, '' AS value, count(*) AS n FROM h",
        f"SELECT 'total', '', count(*) FROM h WHERE {narrowed}",
    ]
    params: list = [*narrowed_params]
    for f in FILTERS:
        others, own = _chosen(chosen, f.name)
        parts.append(f"SELECT '{f.name}', {f.value}, count(*) FROM h{f.source} WHERE {others} GROUP BY 2")
        params += own
        if chosen.get(f.name):
            parts.append(f"SELECT 'without {f.name}', '', count(*) FROM h WHERE {others}")
            params += own
    order = "at DESC NULLS LAST, score DESC" if sort == "new" else "score DESC, at DESC NULLS LAST"
    parts.append(
        f"(SELECT 'hit', kind, record_id FROM h WHERE {narrowed} ORDER BY {order}, kind, record_id LIMIT %s OFFSET %s)"
    )
    params += [*narrowed_params, SIZE, (page - 1) * SIZE]
    sql = f"{MATCHED.format(score=SCORE)},\nh AS MATERIALIZED (\n{within}\n)\n" + "\nUNION ALL\n".join(parts)
    names = [question.whole, question.joined]
    with connection.cursor() as cursor:
        kinds = list({r.source.kind for r in reach})
        cursor.execute(sql, [tsquery, names, _ended(), _behind(), tsquery, kinds, *within_params, *params])
        rows = cursor.fetchall()
    answer = Answer(0, 0, {}, [])
    for what, value, n in rows:
        match what:
            case "any":
                answer.any = n
            case "total":
                answer.total = n
            case "hit":
                answer.hits.append((value, n))
            case _:
                answer.counts.setdefault(what, {})[value] = n
    return answer


def _occur(reach: list[Reach], terms: list[Term]) -> list[bool]:
    """Which terms occur in anything the reader may see."""
    if not reach or not terms:
        return [False] * len(terms)
    exists, params = [], []
    for term in terms:
        sql, values = term.sql()
        kinds = []
        own: list = []
        for r in reach:
            gate = "" if r.inside else " AND coalesce(e.open_text, e.full_text) @@ t.q"
            kinds.append(f"(e.kind = %s{gate} AND {r.condition})")
            own += [r.source.kind, *r.params]
        exists.append(
            f"SELECT EXISTS (SELECT 1 FROM (SELECT {sql}) AS t(q), portal_searchentry e "
            f"WHERE e.full_text @@ t.q AND ({' OR '.join(kinds)}))"
        )
        params += [*values, *own]
    with connection.cursor() as cursor:
        cursor.execute("\nUNION ALL\n".join(f"SELECT {n}, ({sql})" for n, sql in enumerate(exists)), params)
        return [found for _n, found in sorted(cursor.fetchall())]


# --- When nothing fits ---------------------------------------------------------------------------------------


def _alike(word: str) -> list[tuple[int, str]]:
    """(how far, word) of words in the index that a mistyped one may have meant, the nearest first; letters that are
    swapped or wrong are likelier than one too many."""
    if len(word) < 4 or not word.isalpha():
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT word FROM portal_searchword WHERE word %% %s "
            "GROUP BY word ORDER BY similarity(word, %s) DESC, word LIMIT 30",
            [word, word],
        )
        known = [w for (w,) in cursor.fetchall()]
    near = [(distance(word, w), w) for w in dict.fromkeys([*known, *VARIANTS])]
    return sorted((2 * slips + (len(w) != len(word)), w) for slips, w in near if slips <= slips_allowed(word))


def _nearest(reach: list[Reach], word: str) -> list[str]:
    """The nearest words that lead the reader anywhere; of several equally near, a few. A word of the index must itself
    stand in what the reader sees: one that only begins a word there may come from a record that they do not."""
    alike = _alike(word)
    occur = _occur(reach, [Whole(w, VARIANTS.get(w, ())) for _far, w in alike])
    real = [pair for pair, found in zip(alike, occur, strict=True) if found]
    return [w for far, w in real if far == real[0][0]][:SUGGESTED]


def corrected(reach: list[Reach], question: Question) -> Question | None:
    """The question with the words that nothing contains read as the nearest that something does; None: no way."""
    terms = list(question.terms)
    absent = [n for n, found in enumerate(_occur(reach, terms)) if not found]
    made: dict[str, str] = {}
    for n in absent:
        if terms[n].word in made or not terms[n].phrases:
            continue
        if near := _nearest(reach, terms[n].word):
            made[terms[n].word] = near[0]
            terms[n] = _any_of(terms[n].word, near)
        elif pair := _nearest_pair(reach, terms, n):
            first, near = pair
            typed = f"{terms[first].word} {terms[first + 1].word}"
            made[typed] = near[0]
            terms[first : first + 2] = [_any_of(typed, near), Term(typed, ())]
        else:
            return None
    return question.with_terms([t for t in terms if t.phrases], made) if made else None


def _any_of(typed: str, near: list[str]) -> Term:
    """What was typed, read as any of these words and what they may stand for."""
    return Term(typed, tuple(dict.fromkeys(phrase for w in near for phrase in term_of(w).phrases)))


def _nearest_pair(reach, terms: list[Term], n: int) -> tuple[int, list[str]] | None:
    """A word split in two and mistyped: "padang sidempuan" for Padangsidimpuan."""
    for first in (n - 1, n):
        if 0 <= first < len(terms) - 1 and terms[first].phrases and terms[first + 1].phrases:
            if near := _nearest(reach, terms[first].word + terms[first + 1].word):
                return first, near
    return None


def loosened(reach: list[Reach], question: Question) -> Question | None:
    """The question for records that have at least one of the words; None when that asks for nothing new. Numbers do not
    count: a year alone would find everything."""
    words = [t for t in question.terms if len(t.word) > 2 and not t.word.isdigit()]
    if question.is_one_token or len(question.terms) < 2:
        return None
    terms = [t for t, found in zip(words, _occur(reach, words), strict=True) if found]
    return question.loosened(terms) if terms else None


# --- The page ------------------------------------------------------------------------------------------------


def typed(request) -> str:
    """What was typed, as far as it is read."""
    return request.GET.get("q", "").replace("\x00", "").strip()[:100]


class Found:
    """A page of results as the components of a list read it: filters, pills, pages, all in the address."""

    default_sort = "relevance"
    size = SIZE

    def __init__(self, request, user):
        self.request, self.user = request, user
        self.text = typed(request)
        self.sort = request.GET.get("sort") if request.GET.get("sort") in SORTS else self.default_sort
        self.chosen = {f.name: self._values(f) for f in FILTERS}
        self.question = understood(self.text)
        self.reach = reach_of(user) if self.question.terms else []
        self.answer = self._ask()
        self.total = self.answer.total
        self.page = Paginator(range(min(self.total, SIZE * FARTHEST)), SIZE).get_page(request.GET.get("page"))
        if self.page.number > 1:
            self.answer = ask(self.reach, self.question, self.chosen, self.sort, self.page.number)

    def _values(self, f: Filter) -> list:
        values = [v[:60].replace("\x00", "") for v in self.request.GET.getlist(f.name) if v][:40]
        if f.name == "year":
            return [v for v in values if v.isascii() and v.isdecimal() and len(v) <= 4]
        return values

    def _ask(self) -> Answer:
        """As typed; with slips put right when nothing fits; with any of the words when that does not help."""
        answer = ask(self.reach, self.question, self.chosen, self.sort)
        for way in (corrected, loosened):
            if answer.any or not self.question.terms:
                break
            if other := way(self.reach, self.question):
                self.question = other
                answer = ask(self.reach, other, self.chosen, self.sort)
        return answer

    @property
    def understood(self) -> str:
        """What was searched for instead of what was typed; empty when that was found as it stands."""
        return " ".join(self.question.corrected.get(t.word, t.word) for t in self.question.terms)

    @cached_property
    def hits(self) -> list[Hit]:
        """The page's records, ready to show. They are read through the rules once more, never from the index."""
        found: dict[tuple[str, int], Hit] = {}
        for source in sources():
            if keys := [pk for kind, pk in self.answer.hits if kind == source.kind]:
                found |= {(source.kind, record.pk): hit for record, hit in source.found(self.user, keys)}
        return [found[key] for key in self.answer.hits if key in found]

    @cached_property
    def views(self) -> list[FacetView]:
        """The filters with their values and counts; a filter that would not narrow anything is left out."""
        return [view for f in FILTERS if len((view := self._view(f)).options) > 1 or view.active]

    def _view(self, f: Filter) -> FacetView:
        counts = dict(self.answer.counts.get(f.name, {}))
        if f.name == "status":
            counts = {key: n for key, n in counts.items() if not key.endswith(":")}
        for value in self.chosen[f.name]:
            counts.setdefault(value, 0)
        labels = f.labels(list(counts))
        values = [*labels, *(v for v in counts if v not in labels)]
        options = [
            Option(v, str(labels.get(v, v)), counts[v], v in self.chosen[f.name], self._toggled(f.name, v))
            for v in values
        ]
        return FacetView(f.name, f.label, options, len(self.chosen[f.name]))

    def _toggled(self, name: str, value: str) -> str:
        data = self.request.GET.copy()
        values = data.getlist(name)
        data.setlist(name, [v for v in values if v != value] if value in values else [*values, value])
        data.pop("page", None)
        return f"?{data.urlencode()}"

    @property
    def pills(self) -> list[Pill]:
        """The active filters, each with the address that removes it. The words stand in their own field."""
        return [Pill(f"{v.label}: {o.label}", o.url) for v in self.views for o in v.options if o.active]

    @property
    def is_filtered(self) -> bool:
        """Whether any filter is active."""
        return any(self.chosen.values())

    @property
    def clear_url(self) -> str:
        """The address of the same words without any filter."""
        return f"{self.request.path}?{urlencode({'q': self.text})}"

    @property
    def way_out(self) -> WayOut | None:
        """For an empty list: the filter whose removal gives most."""
        best = None
        for view in self.views:
            count = self.answer.counts.get(f"without {view.name}", {}).get("", 0)
            if view.active and count and (best is None or count > best.count):
                data = self.request.GET.copy()
                data.pop(view.name, None)
                data.pop("page", None)
                best = WayOut(", ".join(o.label for o in view.options if o.active), count, f"?{data.urlencode()}")
        return best

    @property
    def sorts(self) -> list[tuple[Any, str, bool]]:
        """(label, address, whether it is in use)."""
        found = []
        for name, label in SORTS.items():
            data = self.request.GET.copy()
            data.pop("page", None)
            data["sort"] = name
            found.append((label, f"?{data.urlencode()}", name == self.sort))
        return found

    def page_url(self, number: int) -> str:
        """The address of another page of the same results."""
        data = self.request.GET.copy()
        data["page"] = str(number)
        return f"?{data.urlencode()}"

    @property
    def next_url(self) -> str:
        """The address of the next page, or an empty string."""
        return self.page_url(self.page.next_page_number()) if self.page.has_next() else ""

    @property
    def previous_url(self) -> str:
        """The address of the previous page, or an empty string."""
        return self.page_url(self.page.previous_page_number()) if self.page.has_previous() else ""


def by_code(user, text: str) -> str:
    """The address of the one record whose whole code or letter number was typed, if the reader may see it."""
    question = understood(text)
    if not question.looks_like_a_code:
        return ""
    known = {source.kind: source for source in sources() if workflow(source.kind)}
    entries = SearchEntry.objects.filter(names__contains=[question.joined], kind__in=known)
    fitting = entries.order_by("pk").values_list("kind", "record_id")[:SIZE]
    found = [hit for kind, pk in fitting for _record, hit in known[kind].found(user, [pk])]
    if len(found) == 1:
        return found[0].url
    return "" if found or user is None else _unindexed(user, question)


def _unindexed(user, question: Question) -> str:
    """Records outside the index open by their code in the form it was given."""
    for entry in unindexed():
        record = entry.model._default_manager.select_related(*entry.related).filter(code__iexact=question.text).first()
        if record is not None and may_see(entry.flow, user, record):
            return record.get_absolute_url()
    return ""
