"""Programmes: the catalogue, one's own offers, drafts and their sections, acts."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import serializers

from api.body import Input, as_form, read
from api.problems import invalid, of_form
from api.resource import Extra, Operation, Resource
from api.resources.programmes.inputs import SECTIONS
from api.resources.programmes.shown import ProgrammeDetail, ProgrammeRemark, ProgrammeRow
from api.resources.programmes.writing import NO_SUCH_ROW, SectionView
from api.selectors import programmes as doors
from api.views.base import ApiView
from api.views.records import DetailView, ListView
from programs import rules, selectors, services
from programs.forms import StartForm
from programs.selectors.lists import CATALOGUE_FACETS, SORTS, search
from workflow.engine import Stale
from workflow.listing import Asked, Facet

LISTS = ("catalogue", "managed")
SCHEME = Facet("skema", gettext_lazy("Scheme"), "scheme_id")
NEW = (
    Input("source", label=gettext_lazy("Code of an earlier programme to copy; it brings partner and scheme along.")),
    Input("scheme", label=gettext_lazy("Code of the scheme."), example="JICA_KCCP_GRF"),
    Input("partner", label=gettext_lazy("Code of the partner, where one files on a partner's behalf.")),
)


class ProgrammesView(ListView, DetailView):
    """The list; POST begins an offer."""

    http_method_names = ["get", "head", "post"]
    operations = {
        "post": Operation(
            "programme_create",
            gettext_lazy("Begin an offer"),
            gettext_lazy("A draft, empty or copied from an earlier programme. Fill in its sections, then submit it."),
            inputs=NEW,
            sends=True,
            answer=ProgrammeDetail,
            status=201,
        )
    }

    def create(self, request):
        """A new draft, through the form of the page."""
        user = request.user
        if not rules.may_offer(user):
            raise PermissionDenied("programs.start")
        values = read(request.data, NEW)
        data, files = as_form(values)
        form = StartForm(data, user=user)
        for name in ("source", "partner"):
            if name in form.fields:
                form.fields[name].to_field_name = "code"
            elif values.get(name):
                raise invalid((name, _("This cannot be chosen here.")))
        if not form.is_valid():
            raise of_form(form)
        made = services.open_program(
            partner=form.cleaned_data["partner"],
            scheme=form.cleaned_data["scheme"],
            source=form.cleaned_data.get("source"),
            actor=user,
            on_behalf=form.only_partner is None,
        )
        found = self.resource.find(user, made.code)
        return self.made(self.detail(found), status=201, location=self.resource.href(request, found))


class RemarksAnswer(serializers.Serializer):
    """The remarks of the last return."""

    example = {
        "remarks": [
            {"id": 4, "section": "intakes", "about": "Angkatan dan kursi", "text": "Lengkapi tempat.", "done": True}
        ]
    }
    remarks = ProgrammeRemark(many=True)


TICKS = (
    Input(
        "remarks",
        "objects",
        required=True,
        null=False,
        parts=(Input("id", "integer", required=True, null=False), Input("done", "boolean", required=True, null=False)),
        example=[{"id": 4, "done": True}],
    ),
)


class RemarksView(ApiView):
    """Ticking the Bureau's remarks off."""

    http_method_names = ["post"]
    operations = {
        "post": Operation(
            "programme_tick_remarks",
            gettext_lazy("Tick remarks off"),
            inputs=TICKS,
            sends=True,
            answer=RemarksAnswer,
            errors=(404, 409),
        )
    }

    def create(self, request, code):
        """As the page does: what others ticked meanwhile stays."""
        program = selectors.get_managed(request.user, code)
        if not rules.fills(request.user, program):
            raise PermissionDenied("programs.fill")
        if not rules.may_fill(request.user, program):
            raise Stale(program, "change")
        rows = read(request.data, TICKS)["remarks"]
        known = set(selectors.open_remarks(program).values_list("pk", flat=True))
        if wrong := [n for n, row in enumerate(rows) if row["id"] not in known]:
            raise invalid(*((f"remarks[{n}].id", NO_SUCH_ROW) for n in wrong))
        done = {row["id"] for row in rows if row.get("done")}
        undone = {row["id"] for row in rows if not row.get("done")}
        services.tick_remarks(program, done, seen=undone, actor=request.user)
        shown = self.show(RemarksAnswer, {"remarks": selectors.open_remarks(program)})
        return self.made(shown)


class Programmes(Resource):
    """Programmes of partners."""

    name, singular = "programmes", "programme"
    label = gettext_lazy("Programmes")
    summary = gettext_lazy(
        "What partners offer. Without a token: public programmes. Offices read what was published for them, partners "
        "their own drafts too (list=managed)."
    )
    flow_name = "programs.program"
    public = True
    row, detail = ProgrammeRow, ProgrammeDetail
    sorts = {**SORTS, "kode": (gettext_lazy("Code"), ("code",)), "status": (gettext_lazy("Status"), ("status",))}
    default_sort = "tenggat"
    search = staticmethod(search)
    searched = gettext_lazy("Searches title, code, partner, competency, post and place.")
    parameters = ("list",)

    def facets(self, user):
        """Those of the catalogue, and the scheme in the list of one's own."""
        return (*CATALOGUE_FACETS, SCHEME)

    def listing(self, user, query):
        """The catalogue, or what one works on."""
        wanted = query.get("list", LISTS[0])
        if wanted not in LISTS:
            raise invalid(("list", _("Not known here. Known are: %(names)s.") % {"names": ", ".join(LISTS)}))
        if wanted == LISTS[0]:
            return selectors.catalogue(Asked(user, query))
        if not user.is_authenticated or not selectors.may_see_management(user):
            raise PermissionDenied("programs.mine")
        return selectors.management_list(Asked(user, query))

    def find(self, user, code):
        """One programme, through the door of its page."""
        return doors.programme_by_code(user, code)

    def prepare(self, user, records):
        """Rows come with everything; a detail loads its parts at once."""
        if len(records) == 1 and not hasattr(records[0], "seats_total"):
            doors.with_parts(records)

    def list_view(self, view):
        """The list also begins offers."""
        return ProgrammesView.as_view(resource=self)

    def extras(self):
        """Sections and remarks."""
        found = [
            Extra(f"/<str:code>/sections/{name}", SectionView, f"programmes_{name}", {"section": name})
            for name in SECTIONS
        ]
        return [*found, Extra("/<str:code>/remarks", RemarksView, "programmes_remarks")]
