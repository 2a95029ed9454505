"""What a resource is: a list, details, acts and further operations, declared once; addresses, scopes and the
description of the interface follow from it. How to add one: docs/api.md."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _

from api.body import Input
from api.fields import Row
from workflow.listing import Asked, Facet, Listing
from workflow.reading import get_seen, seen_by
from workflow.registry import workflow
from workflow.table import Ask, Transition


@dataclass(frozen=True)
class Operation:
    """One method of one address, as the description of the interface tells it."""

    id: str
    """Unique in the whole interface: lower_case, resource and verb."""
    summary: Any
    description: Any = ""
    inputs: tuple[Input, ...] = ()
    """The body; empty with `sends` for a body without content."""
    sends: bool = False
    """Whether there is a body at all."""
    answer: type | None = None
    """The serializer of the answer; None: no content (204)."""
    status: int = 200
    errors: tuple[int, ...] = ()
    """Statuses beside those that every operation of its method may answer with."""
    partial: bool = False
    files: bool = False


@dataclass
class Extra:
    """A further address of a resource: what follows its name, and the view (a subclass of `api.views.base.ApiView`
    with `operations = {"post": Operation(…)}`)."""

    suffix: str
    view: type
    name: str
    initkwargs: dict[str, Any] = field(default_factory=dict)


class Resource:
    """One kind of thing. Subclass, set the attributes, then `register` an instance."""

    name = ""
    """Plural, in the address and in the scopes: "programmes" gives /api/v1/programmes and programmes:read."""
    singular = ""
    """For operation ids: "programme"."""
    label: Any = ""
    summary: Any = ""
    """One or two sentences for the documentation."""
    flow_name = ""
    """The name of its workflow table, for acts: "programs.program"."""
    key = "code"
    """The argument of a record's address."""
    public = False
    """Whether anyone may read it without signing in."""
    unscoped = False
    """Whether everyone reads the same: then no token needs a permission for it."""
    row: type[Row] = Row
    detail: type[Row] = Row
    sorts: dict[str, tuple[Any, tuple[str, ...]]] = {}
    default_sort = ""
    search: Any = None
    """staticmethod: (text) -> Q; None: no `q`."""
    parameters: tuple[str, ...] = ()
    """Further parameters of the list, which `rows` or `listing` reads itself."""
    without_acts: tuple[str, ...] = ()
    """Transitions that only make sense on a page."""
    searched = _("Search")
    """What `q` looks at, for the documentation."""

    # --- what a subclass says ------------------------------------------------------------------------------------

    def facets(self, user) -> tuple[Facet, ...]:
        """The filters this reader has on the page; `user` may be a visitor where `public`, or None for the description
        of the interface (then: all of them)."""
        return ()

    def listing(self, user, query) -> Listing:
        """The list as the page has it. Where the room offers one: `return room.x_listing(Asked(user, query))`;
        `facets`, `sorts`, `default_sort` and `search` then only describe it."""
        return Listing(
            Asked(user, query),
            self.rows(user, query),
            facets=self.facets(user),
            sorts=self.sorts,
            default_sort=self.default_sort,
            search=self.search,
        )

    def rows(self, user, query) -> Any:
        """The rows that exist for a reader, with all a row shows (select_related, prefetch_related)."""
        return seen_by(user, self.flow_name)

    def find(self, user, code: str) -> Any:
        """One record, or Http404."""
        return get_seen(user, self.flow_name, **{self.key: code})

    def prepare(self, user, records: list[Any]) -> None:
        """Attach to the rows of a page what their serializer shows, in a number of queries that never grows."""

    def check(self, user) -> None:
        """Raise PermissionDenied where a reader may not open the list at all."""

    def identify(self, record) -> str:
        """What stands in a record's address."""
        return str(getattr(record, self.key))

    def extras(self) -> Iterable[Extra]:
        """Further addresses."""
        return ()

    def inputs_of(self, transition: Transition) -> tuple[Input, ...]:
        """What an act may be sent, from what the transition asks."""
        return tuple(input_of(ask) for ask in transition.asks)

    # --- what follows -------------------------------------------------------------------------------------------

    @property
    def flow(self):
        """Its workflow table, or None."""
        found = workflow(self.flow_name) if self.flow_name else None
        return found.flow if found else None

    def acts(self) -> list[Transition]:
        """The acts a person may do through the interface."""
        return [
            t for t in self.flow.transitions if t.who and set(t.who) - {"CLOCK"} and t.name not in self.without_acts
        ]

    @property
    def writes(self) -> bool:
        """Whether anything can be written: acts, or further operations."""
        return self.flow is not None and bool(self.acts())

    def href(self, request, record) -> str:
        """The address of a record."""
        return reverse(f"api:{self.name}_detail", args=[self.identify(record)])

    def urls(self) -> list:
        """Its addresses: fixed words before patterns."""
        from api.views.records import ActView, DetailView, ListView

        one = f"{self.name}/<str:{self.key}>"
        extras = [
            path(f"{self.name}{e.suffix}", e.view.as_view(resource=self, **e.initkwargs), name=e.name)
            for e in self.extras()
        ]
        found = [path(self.name, self.list_view(ListView), name=f"{self.name}_list"), *extras]
        found.append(path(one, self.detail_view(DetailView), name=f"{self.name}_detail"))
        if self.flow is not None:
            found += [
                path(f"{one}/{t.name}", ActView.as_view(resource=self, action=t.name), name=f"{self.name}_{t.name}")
                for t in self.acts()
            ]
        return found

    def list_view(self, view: type) -> Callable:
        """The view behind the list; override to hand in a subclass that also knows POST."""
        return view.as_view(resource=self)

    def detail_view(self, view: type) -> Callable:
        """The view behind a record; override to hand in a subclass that also knows PATCH or DELETE."""
        return view.as_view(resource=self)


KINDS = {"long": "text", "choice": "text", "choices": "texts", "number": "integer", "tick": "boolean"}
REMARK = (
    Input(
        "target", label=_("What it is about: line:2, field:reason, line:2:requested_total; empty: the whole record.")
    ),
    Input("text", label=_("What should change.")),
)


def input_of(ask: Ask) -> Input:
    """What a transition asks, as an input of the interface."""
    if ask.kind == "comments":
        example = [{"target": "", "text": "Lengkapi dasar kebutuhan."}]
        return Input(ask.name, "objects", ask.required, ask.label, parts=REMARK, example=example)
    kind = KINDS.get(ask.kind, ask.kind)
    return Input(ask.name, kind, ask.required, ask.label, ask.min_length, 200 if ask.kind == "text" else None)


_known: dict[str, Resource] = {}


def register(resource: Resource) -> None:
    """Put a resource into the interface."""
    _known[resource.name] = resource


def resources() -> list[Resource]:
    """Every resource, in the order of their registration."""
    return list(_known.values())


def resource(name: str) -> Resource:
    """The resource with this name."""
    return _known[name]


def address_of(flow, record) -> str | None:
    """Where a machine reads a record of a workflow table; None where no resource shows it."""
    found = next((known for known in resources() if known.flow_name == flow.name), None)
    return reverse(f"api:{found.name}_detail", args=[found.identify(record)]) if found else None
