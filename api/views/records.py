"""The three addresses of a resource: its list, one record, one act on a record."""

from __future__ import annotations

from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.proof import is_fresh
from api.asked import check_listing, limit_of
from api.body import VERSION, Files, StrictJSON, as_form, read
from api.cursor import page_of
from api.problems import Problem, invalid, of_form
from api.resource import Operation
from api.services.idempotency import Stored
from api.views.base import ApiView
from workflow.acting import ActForm
from workflow.engine import Stale, offered, perform


class ListView(ApiView):
    """The rows a reader may see, filtered as on the page, cut into pages by key."""

    paged = True

    def operation(self, method):
        """Told from the resource."""
        if method != "get":
            return super().operation(method)
        r = self.resource
        return Operation(f"{r.name}_list", r.label, r.summary, answer=r.row)

    def known_parameters(self):
        """Filters of the page, and those of every list."""
        if self.request.method not in {"GET", "HEAD"}:
            return ()
        found = self.listing
        names = [*(facet.name for facet in found.facets), *self.resource.parameters]
        return (
            "limit",
            "cursor",
            "fields",
            *names,
            *(["q"] if found.search else []),
            *(["sort"] if found.sorts else []),
        )

    @cached_property
    def listing(self):
        """The list of the page, evaluated by nobody yet."""
        self.resource.check(self.request.user)
        return self.resource.listing(self.request.user, self.request.query_params)

    def get(self, request):
        """One page."""
        resource, query = self.resource, request.query_params
        limit, listing = limit_of(query), self.listing
        check_listing(listing, query)
        try:
            page = page_of(listing.found, limit, query.get("cursor", ""), f"{resource.name} {listing.sort}")
        except ValueError as error:
            sentence = _("This cursor does not belong to this list. Begin again without it.")
            raise invalid(("cursor", sentence)) from error
        resource.prepare(request.user, page.rows)
        links = {"next": self._link(page.after), "previous": self._link(page.before)}
        body = {"data": self.show(resource.row, page.rows, many=True), **links}
        header = ", ".join(
            f'<{request.build_absolute_uri(address)}>; rel="{"prev" if name == "previous" else name}"'
            for name, address in links.items()
            if address
        )
        return self.answer(body, headers={"Link": header} if header else None)

    def _link(self, cursor: str) -> str | None:
        if not cursor:
            return None
        kept = [(name, value) for name, values in self.request.query_params.lists() for value in values]
        kept = [(name, value) for name, value in kept if name != "cursor"]
        return f"{self.request.path}?{urlencode([*kept, ('cursor', cursor)])}"


class DetailView(ApiView):
    """One record."""

    parameters = ("fields",)

    def operation(self, method):
        """Told from the resource."""
        if method != "get":
            return super().operation(method)
        r = self.resource
        return Operation(f"{r.singular}_get", gettext_lazy("One record"), r.summary, answer=r.detail, errors=(404,))

    def get(self, request, **kwargs):
        """Everything the reader may know of it."""
        record = self.resource.find(request.user, kwargs[self.resource.key])
        return self.answer(self.detail(record))

    def detail(self, record):
        """The record in full."""
        self.resource.prepare(self.request.user, [record])
        return self.show(self.resource.detail, record)


class ActView(DetailView):
    """One act, through the same form and the same `perform()` as its page."""

    action = ""
    parameters = ()
    parser_classes = [StrictJSON, Files]
    http_method_names = ["post"]

    @property
    def transition(self):
        """The row of the workflow table."""
        return self.resource.flow.transition(self.action)

    def operation(self, method):
        """Told from the workflow table."""
        r, t = self.resource, self.transition
        return Operation(
            f"{r.singular}_{t.name}",
            t.label,
            t.hint,
            inputs=(*r.inputs_of(t), VERSION),
            sends=True,
            answer=r.detail,
            errors=(404, 409, 412, 422),
            files=any(ask.kind == "file" for ask in t.asks),
        )

    def create(self, request, **kwargs):
        """Do it; the answer is the record as it is afterwards."""
        user, transition = request.user, self.transition
        record = self.resource.find(user, kwargs[self.resource.key])
        flow = record.flow
        values = read(request.data, self.operation("post").inputs)
        seen = self.seen_version(record)
        if not set(transition.who) & flow.roles(user, record):
            raise PermissionDenied(f"{flow.name}.{self.action}")
        if transition.asks_again and request.auth is None and not is_fresh(request.session):
            sentence = _("This act asks once more who is there. Do it on its page, or confirm yourself there first.")
            raise Problem(403, sentence)
        offer = next((o for o in offered(user, record) if o.transition is transition), None)
        if offer is None:
            raise Stale(record, self.action)
        version = values.pop("version", None)
        form = self.form(record, values)
        if not form.is_valid():
            problem = of_form(form)
            problem.reasons += offer.reasons
            raise problem
        done = perform(
            flow,
            self.action,
            record=record,
            actor=user,
            answers=form.answers,
            version=seen if seen is not None else version,
        )
        return self.after(done)

    def form(self, record, values) -> ActForm:
        """The form of the page, filled with what was sent."""
        data, files = as_form({n: v for n, v in values.items() if not _is_objects(v)})
        for name, value in values.items():
            if _is_objects(value):
                _fill_remarks(data, name, value)
        return ActForm(data, files, record=record, transition=self.transition, actor=self.request.user)

    def after(self, record) -> Stored:
        """The record's new detail; no content where the act has taken it out of the reader's sight."""
        try:
            seen = self.resource.find(self.request.user, self.resource.identify(record))
        except Http404:
            return Stored(204)
        return self.made(self.detail(seen))


def _is_objects(value) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(part, dict) for part in value)


def _fill_remarks(data, name: str, rows) -> None:
    for number, row in enumerate(rows):
        data[f"{name}-{number}-target"] = row.get("target") or ""
        data[f"{name}-{number}-text"] = row.get("text") or ""
