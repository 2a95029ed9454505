"""Key figures K01 to K13: what each means, its value with comparison and places, in the reader's own scope."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from api.problems import invalid
from api.resource import Operation, Resource
from api.resources.kpis.shown import BASES, KpiDetail, KpiList, KpiRow
from api.views.base import ApiView
from portal.kpi import figures
from portal.kpi import periods as of
from portal.kpi.catalogue import BY_CODE, KPIS
from portal.kpi.scopes import scope_of
from portal.kpi.step_totals import tally


def _scope(user):
    scope = scope_of(user)
    if scope is None:
        raise PermissionDenied("portal.kpi")
    return scope


class KpisView(ApiView):
    """What the figures mean; each value has an address of its own."""

    operations = {
        "get": Operation("kpis_list", gettext_lazy("Key figures"), answer=KpiList),
    }

    def get(self, request):
        """Those that are for this reader."""
        scope = _scope(request.user)
        context = {"request": request, "resource": self.resource, "scope": scope}
        rows = KpiRow([kpi for kpi in KPIS if scope.shows(kpi.code)], many=True, context=context).data
        return self.answer({"data": rows, "next": None, "previous": None})


class KpiView(ApiView):
    """One figure in one period."""

    parameters = ("fields", "periode", "dasar")
    operations = {
        "get": Operation(
            "kpi_get",
            gettext_lazy("One key figure"),
            gettext_lazy(
                "periode: a year; dasar: tahun (when things happened) or siklus (the cycle of the need). Groups of "
                "fewer than five people are withheld as on the page."
            ),
            answer=KpiDetail,
            errors=(404,),
        )
    }

    def get(self, request, code):
        """Value, comparison, places."""
        scope = _scope(request.user)
        kpi = BY_CODE.get(code.upper())
        if kpi is None or not scope.shows(kpi.code):
            raise Http404
        period = self._period()
        figure = figures.figure_of(scope, kpi, period)
        body = {
            **{name: getattr(kpi, name) for name in ("code", "label", "why", "norm", "falls", "today_only")},
            "scope": scope,
            "period": period,
            "shown": [self._measure(scope, figure, n) for n in range(len(figure.values))],
            "steps": tally(scope, period).steps() if kpi.code == "K09" else [],
            "currencies": figures.by_currency(scope, period) if kpi.code == "K11" else [],
        }
        return self.answer(self.show(KpiDetail, body))

    def _measure(self, scope, figure, number: int) -> dict:
        value = figure.values[number]
        measure = value.measure
        comparison, trend = figures.compared(figure, number)
        names = ("name", "unit", "formula", "above", "below", "by_place", "tab")
        return {
            **{name: getattr(measure, name) for name in names},
            "shown": value,
            "before": figure.before[number] if number < len(figure.before) else None,
            "comparison": comparison,
            "trend": trend,
            "places": figures.places_of(scope, measure, figure.period),
        }

    def _period(self) -> of.Period:
        query, this_year = self.request.query_params, timezone.localdate().year
        year, basis = query.get("periode", str(this_year)), query.get("dasar", of.YEAR)
        errors = []
        if not (year.isascii() and year.isdecimal() and len(year) == 4 and of.FIRST <= int(year) <= this_year + 1):
            words = {"first": of.FIRST, "last": this_year + 1}
            errors.append(("periode", _("Give a year from %(first)d to %(last)d.") % words))
        if basis not in BASES:
            errors.append(("dasar", _("Not known here. Known are: %(names)s.") % {"names": ", ".join(BASES)}))
        if errors:
            raise invalid(*errors)
        return of.Period(int(year), basis)


class Kpis(Resource):
    """Key figures."""

    name, singular = "kpis", "kpi"
    label = gettext_lazy("Key figures")
    summary = gettext_lazy("K01 to K13, computed from the records now, in the scope of the reader.")
    row, detail = KpiRow, KpiDetail

    def list_view(self, view):
        """Figures are no rows of a table."""
        return KpisView.as_view(resource=self)

    def detail_view(self, view):
        """One figure."""
        return KpiView.as_view(resource=self)
