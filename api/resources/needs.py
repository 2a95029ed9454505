"""Training needs: list, detail, acts; and the office's own writing: drafts, sections, lines with their gaps."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext_lazy

from api.body import VERSION, Input, read
from api.need_forms import GAP_INPUTS, LINE_INPUTS, SECTION_INPUTS, sections_problem, write_line_of, write_sections
from api.resource import Extra, Operation, Resource, register
from api.resources.need_rows import LineSerializer, NeedDetail, NeedRow
from api.views.base import ApiView
from api.views.records import DetailView, ListView
from regions import selectors
from regions.rules import cannot_open, opens_needs
from regions.services import open_need, remove_line
from workflow.engine import Refused, Stale, lock, may_edit
from workflow.listing import Asked

SOURCE = Input("source", label=gettext_lazy("The code of a need of the office to copy."), example="KB-2026-0003")


class NeedList(ListView):
    """The list, and new drafts."""

    http_method_names = ["get", "head", "post"]
    operations = {
        "post": Operation(
            "need_create",
            gettext_lazy("Open a draft"),
            gettext_lazy("The draft and its code exist at once, empty or copied from an earlier need of the office."),
            inputs=(SOURCE,),
            sends=True,
            answer=NeedDetail,
            status=201,
            errors=(409, 422),
        )
    }

    def create(self, request):
        """A draft of the sender's own office."""
        user = request.user
        values = read(request.data, self.operations["post"].inputs)
        if not opens_needs(user):
            raise PermissionDenied("only an office operator files needs")
        cycle, _window, _coming = selectors.cycle_for_new_needs()
        office = user.acting_organisation
        if refusal := cannot_open(office, cycle):
            raise Refused([refusal])
        source = selectors.get_need(user, values["source"]) if values.get("source") else None
        need = open_need(office=office, cycle=cycle, actor=user, source=source)
        need = self.resource.find(user, need.code)
        return self.made(self.show(NeedDetail, need), 201, self.resource.href(request, need))


class NeedItem(DetailView):
    """One need; PATCH writes its sections."""

    http_method_names = ["get", "head", "patch"]
    operations = {
        "patch": Operation(
            "need_change",
            gettext_lazy("Change the officer in charge, the reason and what belongs to it"),
            gettext_lazy("Only what is sent is changed and checked."),
            inputs=(*SECTION_INPUTS, VERSION),
            sends=True,
            answer=NeedDetail,
            errors=(404, 409, 412, 422),
            partial=True,
        )
    }

    def patch(self, request, code):
        """Through the forms of the pages, in one transaction."""
        values = read(request.data, self.operations["patch"].inputs, partial=True)
        need = editable(self, request, code)
        with transaction.atomic():
            seen(self, need, values)
            if problem := sections_problem(need, values):
                raise problem
            write_sections(need, values, actor=request.user)
        return self.answer(self.show(NeedDetail, self.resource.find(request.user, need.code)))


class LineList(ApiView):
    """The lines of a need."""

    http_method_names = ["get", "head", "post"]
    operations = {
        "get": Operation("need_lines", gettext_lazy("The lines of a need"), answer=LineSerializer, errors=(404,)),
        "post": Operation(
            "need_line_create",
            gettext_lazy("Add a line"),
            gettext_lazy("A post, the people to train, and at least one competency gap."),
            inputs=(*LINE_INPUTS, GAP_INPUTS, VERSION),
            sends=True,
            answer=LineSerializer,
            status=201,
            errors=(404, 409, 412, 422),
        ),
    }
    many = True

    def get(self, request, code):
        """All of them, in order."""
        need = self.resource.find(request.user, code)
        return self.answer({"data": self.show(LineSerializer, need.all_lines, many=True)})

    def create(self, request, code):
        """A new line at the end."""
        values = read(request.data, self.operations["post"].inputs)
        need = editable(self, request, code)
        seen(self, need, values)
        line = write_line_of(need, None, values, actor=request.user)
        found = selectors.line_of(need, line)
        href = f"{self.resource.href(request, need)}/lines/{line}"
        return self.made(self.show(LineSerializer, found), 201, href)


class LineItem(ApiView):
    """One line of a need."""

    http_method_names = ["get", "head", "patch", "delete"]
    operations = {
        "get": Operation("need_line_get", gettext_lazy("One line"), answer=LineSerializer, errors=(404,)),
        "patch": Operation(
            "need_line_change",
            gettext_lazy("Change a line"),
            gettext_lazy("`gaps`, where it is sent, replaces them: name those to keep by their id."),
            inputs=(*LINE_INPUTS, GAP_INPUTS, VERSION),
            sends=True,
            answer=LineSerializer,
            errors=(404, 409, 412, 422),
            partial=True,
        ),
        "delete": Operation("need_line_delete", gettext_lazy("Remove a line"), errors=(404, 409, 412, 422)),
    }

    def _line(self, need, line: int):
        found = selectors.line_of(need, line) if line < 2**31 else None
        if found is None:
            raise Http404
        return found

    def get(self, request, code, line):
        """The line with its gaps."""
        need = self.resource.find(request.user, code)
        return self.answer(self.show(LineSerializer, self._line(need, line)))

    def patch(self, request, code, line):
        """Change what is sent; the line is checked as a whole."""
        values = read(request.data, self.operations["patch"].inputs, partial=True)
        need = editable(self, request, code)
        found = self._line(need, line)
        with transaction.atomic():
            seen(self, need, values)
            write_line_of(need, found, values, actor=request.user)
        return self.answer(self.show(LineSerializer, self._line(need, line)))

    def delete(self, request, code, line):
        """Gone, with its gaps."""
        need = editable(self, request, code)
        self._line(need, line)
        with transaction.atomic():
            seen(self, need, {})
            remove_line(need, line, actor=request.user)
        return self.nothing()


def editable(view, request, code: str):
    """A need whose content the sender may change now; 403 where their role never may, 409 where it may not now."""
    need = view.resource.find(request.user, code)
    flow = need.flow
    if not may_edit(flow, request.user, need):
        roles = flow.roles(request.user, need)
        if not any(roles & set(state.edits) for state in flow.states):
            raise PermissionDenied("only an office operator files needs")
        raise Stale(need, "change")
    return need


def seen(view, need, values) -> None:
    """Lock the need and compare the version the sender has seen."""
    version = values.pop("version", None)
    tagged = view.seen_version(need)
    lock(need, version=tagged if tagged is not None else version)


class Needs(Resource):
    """What offices need."""

    name, singular = "needs", "need"
    label = gettext_lazy("Training needs")
    summary = gettext_lazy(
        "What an office needs in a cycle: lines with posts and people, competency gaps, reason and papers. "
        "An office sees its own, a province those of its regencies, the ministry all."
    )
    flow_name = selectors.FLOW
    row, detail = NeedRow, NeedDetail
    sorts, default_sort = selectors.SORTS, "-filed"
    search = staticmethod(selectors.matches)
    searched = gettext_lazy("Searches codes, offices, places, posts and competencies.")

    def facets(self, user):
        """Those of the page."""
        found = (selectors.STATUS, selectors.PROVINCE, selectors.PLACE, selectors.POST, selectors.THEME)
        return (*found, selectors.URGENCY, selectors.BAND_FACET, selectors.CYCLE, selectors.ON_MAP)

    def listing(self, user, query):
        """The list of the page."""
        return selectors.need_listing(Asked(user, query))

    def find(self, user, code):
        """One need, its code in either case."""
        return selectors.get_need(user, code)

    def list_view(self, view):
        """With POST."""
        return NeedList.as_view(resource=self)

    def detail_view(self, view):
        """With PATCH."""
        return NeedItem.as_view(resource=self)

    def extras(self):
        """Lines."""
        one = "/<str:code>/lines"
        return [Extra(one, LineList, "needs_lines"), Extra(f"{one}/<int:line>", LineItem, "needs_line")]


register(Needs())
