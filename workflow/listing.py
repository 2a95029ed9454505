"""Lists: filters with counts, pills, search, sort and pages, all in the address, for any query a room hands over."""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Count, F, Func, IntegerField, JSONField, Q, Value
from django.http import QueryDict

PAGE_SIZES = (25, 50, 100)
LONG = 1000
"""Rows from which on a list is long: what its filters would give is then counted once a minute for all who may see the
same rows."""
KEPT_FOR = 60


@dataclass(frozen=True)
class Facet:
    """A filter on one column. Values within a facet widen (or), facets narrow each other (and)."""

    name: str
    label: Any
    path: str
    """The ORM path whose values are offered, for example "office__region_code"."""
    label_of: Callable[[list], dict[Any, str]] = lambda values: {v: str(v) for v in values}
    """(values present) -> {value: label}; one call per facet, so one query at most."""
    expression: Any = None
    """An annotation that `path` names, where the value is computed (for example Left("office__region_code", 2))."""


@dataclass(frozen=True)
class Option:
    """One value of a facet as shown: how many rows it would give under the other facets, and where it leads."""

    value: str
    label: str
    count: int
    active: bool
    url: str


@dataclass(frozen=True)
class FacetView:
    """A facet ready to show."""

    name: str
    label: Any
    options: list[Option]
    active: int


@dataclass(frozen=True)
class Pill:
    """An active filter with the address without it."""

    label: str
    url: str


@dataclass(frozen=True)
class WayOut:
    """The filter to let go of when nothing was found: its words, how many rows that gives, and the address."""

    label: str
    count: int
    url: str


@dataclass(frozen=True)
class Asked:
    """What a list is asked for without a page: exports and machines read all rows found, none of a page, no counts."""

    user: Any
    GET: QueryDict
    path: str = ""


class Pages:
    """Rows cut into pages. `kept` is what the address says beside the number of the page."""

    def __init__(self, request, rows, size: int, kept: dict[str, Any] | None = None):
        self.kept = kept or {}
        self.page = Paginator(rows, size).get_page(request.GET.get("page"))
        self.total = self.page.paginator.count

    def page_url(self, number: int) -> str:
        """The address of another page of the same list."""
        return f"?{urlencode({**self.kept, 'page': number})}"

    @property
    def next_url(self) -> str:
        """The address of the next page, or an empty string."""
        return self.page_url(self.page.next_page_number()) if self.page.has_next() else ""

    @property
    def previous_url(self) -> str:
        """The address of the previous page, or an empty string."""
        return self.page_url(self.page.previous_page_number()) if self.page.has_previous() else ""


@dataclass
class Listing(Pages):
    """A filtered, sorted page of a query. `sorts`: {name: (label, order_by fields ascending)}."""

    request: Any
    query: Any
    facets: tuple[Facet, ...] = ()
    sorts: dict[str, tuple[Any, tuple[str, ...]]] = field(default_factory=dict)
    default_sort: str = ""
    """A name of `sorts`, with "-" before it for descending."""
    search: Callable[[str], Q] | None = None
    tabs: dict[str, Any] = field(default_factory=dict)
    """Fixed tabs of the page, {value of `tab` in the address: query}; `query` is that of the tab shown now."""
    found: Any = field(init=False)
    """Every row the address asks for, in its order, before it is cut into pages."""

    def __post_init__(self):
        self.query = self._annotated(self.query)
        self.sort = self._sort()
        self._read(self.request.GET)
        self.found = self._filtered().order_by(*self._order())
        size = self.request.GET.get("size", "")
        self.size = int(size) if size in {str(n) for n in PAGE_SIZES} else PAGE_SIZES[0]
        if isinstance(self.request, Asked):
            self.rows, self.views = [], []
            return
        super().__init__(self.request, self.found, self.size)
        self.rows = list(self.page.object_list)
        self.views = [self._view(facet, counts) for facet, counts in zip(self.facets, self._counted(), strict=True)]

    def _annotated(self, rows):
        for facet in self.facets:
            if facet.expression is not None:
                rows = rows.annotate(**{facet.path: facet.expression})
        return rows

    def _read(self, data) -> None:
        """What an address asks for."""
        self.text = data.get("q", "").strip()[:100].replace("\x00", "")
        self.chosen = {
            f.name: [v[:60].replace("\x00", "") for v in data.getlist(f.name) if v][:40] for f in self.facets
        }

    def _sort(self) -> str:
        wanted = self.request.GET.get("sort", "")
        return wanted if wanted.lstrip("-") in self.sorts else self.default_sort

    def _order(self):
        fields = self.sorts.get(self.sort.lstrip("-"), ("", ()))[1]
        down = self.sort.startswith("-")
        ordered = [F(f).desc(nulls_last=True) if down else F(f).asc(nulls_last=True) for f in fields]
        return [*ordered, "-pk"]

    def _filtered(self, without: str = "", *, without_text: bool = False):
        rows = self.query
        for facet in self.facets:
            if self.chosen[facet.name] and facet.name != without:
                rows = rows.filter(self._condition(facet))
        if self.text and self.search and not without_text:
            rows = rows.filter(self.search(self.text))
        return rows

    def _condition(self, facet: Facet) -> Q:
        values: list[Any] = list(self.chosen[facet.name])
        if not self._fits(facet, values):
            return Q(pk__in=[])
        chosen = Q(**{f"{facet.path}__in": values})
        if self._is_many(facet):  # beside a join, every row would have to be compared with every other to be shown once
            return Q(pk__in=self.query.model._default_manager.filter(chosen).order_by().values("pk"))
        return chosen

    def _is_many(self, facet: Facet) -> bool:
        """Whether a row can have several values of a facet."""
        names = facet.path.split("__")
        if names[0] in self.query.query.annotations:
            return False
        return any(step.m2m for step in self.query.query.names_to_path(names, self.query.model._meta)[0])

    def _fits(self, facet: Facet, values: list) -> bool:
        """Whether the column could hold these values; addresses can be typed by hand."""
        try:
            self.query.filter(**{f"{facet.path}__in": values}).query  # noqa: B018 - a nonsense value raises here
        except (ValueError, TypeError, ValidationError):
            return False
        return True

    def _view(self, facet: Facet, counted: list[tuple[Any, int]]) -> FacetView:
        counts = {str(value): n for value, n in counted if value not in (None, "")}
        for value in self.chosen[facet.name]:
            if self._fits(facet, [value]):
                counts.setdefault(value, 0)
        labels = {str(k): v for k, v in facet.label_of(list(counts)).items()}
        for value in self.chosen[facet.name]:
            counts.setdefault(value, 0)  # nonsense from the address stays visible, so that it can be removed
        options = [
            Option(
                value=value,
                label=str(labels.get(value, value)),
                count=count,
                active=value in self.chosen[facet.name],
                url=self._toggled(facet.name, value),
            )
            for value, count in counts.items()
        ]
        order = {value: n for n, value in enumerate(labels)}
        options.sort(key=lambda o: order.get(o.value, len(order)))
        return FacetView(facet.name, facet.label, options, len(self.chosen[facet.name]))

    def _counted(self) -> list[list[tuple[Any, int]]]:
        """How many rows each value of each facet has under the other facets; one query. Of a long list the answer may
        be a minute old: counting is most of what its page costs, and nobody decides by the last digit of a thousand."""
        if not self.facets:
            return []
        first, *others = (self._count_of(number, facet) for number, facet in enumerate(self.facets))
        rows = first.union(*others, all=True) if others else first
        if self.total <= LONG:
            return self._by_facet(rows)
        asked = hashlib.sha256(repr(rows.query.sql_with_params()).encode()).hexdigest()
        return cache.get_or_set(f"facets.{asked}", lambda: self._by_facet(rows), KEPT_FOR)

    def _by_facet(self, rows) -> list[list[tuple[Any, int]]]:
        found: list[list[tuple[Any, int]]] = [[] for _facet in self.facets]
        for number, value, n in rows:
            found[number].append((value, n))
        return found

    def _count_of(self, number: int, facet: Facet):
        """The values as JSON, so that numbers, words and yes or no fit into one column and come back as they are."""
        rows = self._filtered(without=facet.name).order_by().values(facet.path)
        value = Func(F(facet.path), function="to_jsonb", output_field=JSONField())
        return rows.annotate(n=Count("pk", distinct=self._is_many(facet))).values_list(
            Value(number, IntegerField()), value, "n"
        )

    def _address(self, data) -> str:
        data.pop("page", None)
        return f"?{data.urlencode()}" if data else self.clear_url

    def _toggled(self, name: str, value: str) -> str:
        data = self.request.GET.copy()
        values = [v for v in data.getlist(name) if v != value]
        if len(values) == len(data.getlist(name)):
            values.append(value)
        data.setlist(name, values)
        return self._address(data)

    @property
    def pills(self) -> list[Pill]:
        """The active filters, each with the address that removes it."""
        found = [
            Pill(f"{view.label}: {option.label}", option.url)
            for view in self.views
            for option in view.options
            if option.active
        ]
        if self.text:
            data = self.request.GET.copy()
            data.pop("q", None)
            found.append(Pill(f"“{self.text}”", self._address(data)))
        return found

    def counts(self, queries: list[str]) -> list[int | None]:
        """How many rows each of these addresses of the same page would give, in one query; None where the page reads
        more from its address than this list knows."""
        known = {"q", "sort", "size", "view", *(f.name for f in self.facets), *(["tab"] if self.tabs else [])}
        asked = {}
        for number, query in enumerate(queries):
            data = QueryDict(query)
            if set(data) <= known:
                rows = self._as_asked(data).order_by().values("pk")
                asked[f"rows_{number}"] = Count("pk", filter=Q(pk__in=rows))
        found = self.query.model._default_manager.order_by().aggregate(**asked) if asked else {}
        return [found.get(f"rows_{number}") for number in range(len(queries))]

    def _as_asked(self, data):
        """The rows of the same list under another address."""
        other = copy.copy(self)
        if data.get("tab") in self.tabs:
            other.query = self._annotated(self.tabs[data["tab"]])
        elif self.tabs:
            other.query = self._annotated(next(iter(self.tabs.values())))
        other._read(data)
        return other._filtered()

    def way_out(self) -> WayOut | None:
        """For an empty list: the one filter whose removal gives most rows, or None when no single removal helps."""
        best = None
        for view in self.views:
            if not view.active:
                continue
            data = self.request.GET.copy()
            data.pop(view.name, None)
            count = self._filtered(without=view.name).count()
            labels = [option.label for option in view.options if option.active]
            if count and (best is None or count > best.count):
                best = WayOut(", ".join(labels), count, self._address(data))
        if self.text:
            data = self.request.GET.copy()
            data.pop("q", None)
            count = self._filtered(without_text=True).count()
            if count and (best is None or count > best.count):
                best = WayOut(self.text, count, self._address(data))
        return best

    @property
    def everything(self) -> str:
        """What an address says to show every row where the bare one opens with a view the reader keeps."""
        return str(getattr(self.request, "everything", ""))

    @property
    def tab(self) -> str:
        """The fixed tab the address names; empty on the first one."""
        wanted = self.request.GET.get("tab", "")
        return wanted if wanted in self.tabs else ""

    @property
    def clear_url(self) -> str:
        """The address without any filter, on the same tab."""
        return f"{self.request.path}{f'?tab={self.tab}' if self.tab else self.everything}"

    @property
    def is_filtered(self) -> bool:
        """Whether any filter or search is active."""
        return bool(self.text or any(self.chosen.values()))

    def page_url(self, number: int) -> str:
        """The address of another page, with every filter in it."""
        data = self.request.GET.copy()
        data["page"] = str(number)
        return f"?{data.urlencode()}"

    def sort_url(self, name: str) -> str:
        """The address that sorts by a column, turning the direction when it is already sorted by it."""
        data = self.request.GET.copy()
        data["sort"] = f"-{name}" if self.sort == name else name
        return self._address(data)

    def direction(self, name: str) -> str:
        """ascending, descending or none, for aria-sort."""
        if self.sort.lstrip("-") != name:
            return "none"
        return "descending" if self.sort.startswith("-") else "ascending"
