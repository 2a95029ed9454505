"""Allocation runs: results with their figures for everyone who may read them, lines with reasons, acts."""

from __future__ import annotations

from django.http import Http404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from api.problems import invalid
from api.resource import Extra, Operation, Resource
from api.resources.allocations.lines import AllocationLineDetail, AllocationLineRow
from api.resources.allocations.shown import AllocationDetail, AllocationRow
from api.views.base import ApiView
from api.views.records import DetailView, ListView
from partnerships.allocation_sentences import show_failures_of
from partnerships.models import RunStatus
from partnerships.selectors import allocation_results as results
from partnerships.selectors import allocations as selectors
from workflow.listing import Asked, Facet


class RunView(DetailView):
    """One run, beside the comparator asked for."""

    parameters = ("fields", "compared_with")

    def get(self, request, **kwargs):
        """A comparator nobody knows is refused by name."""
        wanted = request.query_params.get("compared_with")
        if wanted is not None and wanted not in results.COMPARATORS:
            names = ", ".join(results.COMPARATORS)
            raise invalid(("compared_with", _("Not known here. Known are: %(names)s.") % {"names": names}))
        return super().get(request, **kwargs)


def solved_run(user, code: str):
    """A run with a result, or Http404."""
    run = selectors.get_run(user, code)
    if not run.is_solved:
        raise Http404
    return run


class Lines(Resource):
    """The lines of one run; never a resource of its own."""

    name, singular = "allocations", "allocation_line"
    label = gettext_lazy("Lines of a run")
    summary = gettext_lazy("What each need line got and why. Offices and provinces read their own lines only.")
    row, detail = AllocationLineRow, AllocationLineDetail
    sorts = results.LINE_SORTS
    default_sort = "need"
    search = staticmethod(results.line_matches)
    searched = gettext_lazy("Searches offices and need codes.")
    run = None

    def facets(self, user):
        """As on the page."""
        return results.LINE_FACETS

    def run_href(self, row) -> str:
        """The address of the run."""
        return reverse("api:allocations_detail", args=[row.run.code])

    def prepare(self, user, records):
        """Seats and sentences."""
        if records:
            for record, shown in zip(records, results.shown_lines(records[0].run, records), strict=True):
                record.shown = shown


class LinesView(ListView):
    """The lines of a run, filtered as on its page."""

    scope = ("allocations", "read")

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.resource = Lines()

    def operation(self, method):
        """Told from the lines."""
        if method != "get":
            return None
        return Operation("allocation_lines", Lines.label, Lines.summary, answer=AllocationLineRow, errors=(404,))

    @cached_property
    def listing(self):
        """The list of the page."""
        run = solved_run(self.request.user, self.kwargs["code"])
        return results.line_listing(Asked(self.request.user, self.request.query_params), run)

    def get(self, request, code):
        """One page."""
        return super().get(request)


class LineView(ApiView):
    """One line explained."""

    scope = ("allocations", "read")
    parameters = ("fields",)
    operations = {
        "get": Operation(
            "allocation_line_get",
            gettext_lazy("One line of a run"),
            gettext_lazy("Why it got what it got, what it competed for, and what does not fit."),
            answer=AllocationLineDetail,
            errors=(404,),
        )
    }

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.resource = Lines()

    def get(self, request, code, need, position):
        """As on its page."""
        run = solved_run(request.user, code)
        row = results.get_line(request.user, run, need, position)
        row.run = run
        self.resource.prepare(request.user, [row])
        row.tried = results.tried_by(run, row)
        row.unfit = show_failures_of(row.failures)
        row.unrelated = results.unrelated_to(run, row)
        return self.answer(self.show(AllocationLineDetail, row))


def _states(codes) -> dict[str, str]:
    return {s.value: s.label for s in RunStatus if s.value in codes}


class Allocations(Resource):
    """Runs of the national allocation."""

    name, singular = "allocations", "allocation"
    label = gettext_lazy("National allocation")
    summary = gettext_lazy(
        "Runs that give seats to needs. Ratified results are public, with small groups withheld; how they came about "
        "is read at the centre."
    )
    flow_name = "partnerships.allocation"
    public = True
    row, detail = AllocationRow, AllocationDetail
    sorts = {"code": (gettext_lazy("Code"), ("code",)), "finished": (gettext_lazy("Calculated"), ("finished_at",))}
    default_sort = "-code"

    def facets(self, user):
        """The round, as the page groups them, and the state."""
        return (
            Facet("status", gettext_lazy("Status"), "status", _states),
            Facet("round", gettext_lazy("Round"), "round__code"),
        )

    def rows(self, user, query):
        """What was ratified for everyone, the rest for the centre."""
        if not user.is_authenticated:
            return results.runs_for_everyone()
        return selectors.runs_seen_by(user).defer(*selectors.LISTED_WITHOUT)

    def find(self, user, code):
        """One run."""
        return selectors.get_run(user, code) if user.is_authenticated else results.public_run(code)

    def detail_view(self, view):
        """A run beside a comparator."""
        return RunView.as_view(resource=self)

    def extras(self):
        """Lines."""
        return [
            Extra("/<str:code>/lines", LinesView, "allocations_lines"),
            Extra("/<str:code>/lines/<str:need>/<int:position>", LineView, "allocations_line"),
        ]
