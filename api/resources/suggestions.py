"""Suggestions: what matching found for a line of a need or for a programme, with every part of the explanation."""

from __future__ import annotations

import re

from django.core.exceptions import PermissionDenied
from django.db.models import Case, CharField, Value, When
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.roles import OFFICE
from accounts.rules import capacity
from api import parts as shared
from api.fields import CODED, Coded, Row, coded
from api.problems import invalid
from api.resource import Resource, register
from api.selectors.programmes import programme_by_code
from partnerships.selectors import suggestions as selectors
from partnerships.selectors.demand import may_read_demand
from partnerships.selectors.proposals import is_partner
from partnerships.sentences import post_name
from workflow.listing import Facet

FITS, WAIVABLE, FAILS = "fits", "waivable", "fails"
VERDICTS = {
    FITS: gettext_lazy("Every condition is met"),
    WAIVABLE: gettext_lazy("What is not met can be waived"),
    FAILS: gettext_lazy("A condition is not met"),
}
VERDICT = Case(
    When(eligible=True, then=Value(FITS)),
    When(waivable=True, then=Value(WAIVABLE)),
    default=Value(FAILS),
    output_field=CharField(),
)


class SuggestionLine(serializers.Serializer):
    """The line of a need; partners read it without the need's code, which is not theirs to know."""

    id = serializers.IntegerField()
    need = serializers.SerializerMethodField()
    position = serializers.SerializerMethodField()
    office = Coded(source="need.office")
    post = Coded()
    rank = serializers.CharField(source="rank_label", allow_blank=True)
    people = serializers.IntegerField(source="requested_total")
    gaps = shared.WantedGap(many=True, source="gaps.all")

    def get_need(self, line) -> str | None:
        """The need's code."""
        return None if is_partner(self.context["request"].user) else line.need.code

    def get_position(self, line) -> int | None:
        """The number of the line in it."""
        return None if is_partner(self.context["request"].user) else line.position


LINE = {
    "id": 88,
    "need": "KB-2026-0003",
    "position": 1,
    "office": {"code": "DISNAKER-5203", "label": "Dinas Tenaga Kerja Kabupaten Lombok Timur"},
    "post": {"code": "MEDHI", "label": "Mediator Hubungan Industrial"},
    "rank": "Ahli Pertama",
    "people": 4,
    "gaps": [shared.GAP],
}


class SuggestionRow(Row):
    """One scored pair of a line and an intake."""

    id = serializers.IntegerField()
    verdict = serializers.SerializerMethodField()
    score = serializers.FloatField(allow_null=True)
    parts = serializers.SerializerMethodField()
    failures = serializers.SerializerMethodField()
    line = SuggestionLine()
    programme = shared.ProgrammeOfIntake(source="intake.program")
    intake = shared.IntakeShown()
    proposal = serializers.SerializerMethodField()
    rules_version = serializers.CharField()
    computed_at = serializers.DateTimeField()
    stale = serializers.BooleanField()

    @extend_schema_field({**CODED, "type": "object"})
    def get_verdict(self, found) -> dict | None:
        """fits, waivable or fails."""
        code = FITS if found.eligible else WAIVABLE if found.waivable else FAILS
        return coded(code, VERDICTS[code])

    @extend_schema_field(shared.ScorePart(many=True))
    def get_parts(self, found) -> list:
        """The parts that add up to the score."""
        return shared.ScorePart(found.candidate.parts, many=True).data

    @extend_schema_field(shared.UnmetCondition(many=True))
    def get_failures(self, found) -> list:
        """Conditions that are not met."""
        return shared.UnmetCondition(found.candidate.failures, many=True).data

    def get_proposal(self, found) -> str | None:
        """The code of the open or successful proposal of this pair, where the reader knows of one."""
        return found.candidate.proposal.code if found.candidate.proposal else None

    example = {
        "url": "/api/v1/suggestions/5120",
        "id": 5120,
        "verdict": {"code": "fits", "label": "Semua syarat terpenuhi"},
        "score": 71.5,
        "parts": [shared.PART],
        "failures": [],
        "line": LINE,
        "programme": shared.PROGRAMME,
        "intake": shared.INTAKE,
        "proposal": None,
        "rules_version": "1.0",
        "computed_at": "2026-05-13T14:00:00+07:00",
        "stale": False,
    }


def _posts(codes) -> dict[str, str]:
    return {code: post_name(code) for code in sorted(codes)}


def _verdicts(values) -> dict[str, str]:
    return {code: str(label) for code, label in VERDICTS.items() if code in values}


class Suggestions(Resource):
    """What matching found."""

    name, singular, key = "suggestions", "suggestion", "id"
    label = gettext_lazy("Suggestions")
    summary = gettext_lazy(
        "Scored pairs with their explanation. Name a line of a need (line=KB-2026-0003/1) or a programme "
        "(programme=PR-2026-0004): offices read their own lines, partners and ministry the demand."
    )
    row = detail = SuggestionRow
    sorts = {
        "best": (gettext_lazy("Best first"), ("eligible", "waivable", "score")),
        "score": (gettext_lazy("Score"), ("score",)),
        "people": (gettext_lazy("People"), ("line__requested_total",)),
    }
    default_sort = "-best"
    parameters = ("line", "programme")

    def facets(self, user):
        """As on the page of the demand, and whether the pair fits."""
        return (
            Facet("verdict", gettext_lazy("Verdict"), "verdict", _verdicts, VERDICT),
            Facet("angkatan", gettext_lazy("Intake"), "intake__number"),
            Facet("jabatan", gettext_lazy("Post"), "line__post", _posts),
        )

    def rows(self, user, query):
        """Of the line or the programme named."""
        line, programme = query.get("line", ""), query.get("programme", "")
        if bool(line) == bool(programme):
            sentence = _("Name a line of a need, or a programme.")
            raise invalid(("line", sentence), ("programme", sentence))
        return self._of_line(user, line) if line else self._of_programme(user, programme)

    def _of_line(self, user, text: str):
        named = re.fullmatch(r"(?P<need>[A-Za-z0-9-]{1,40})/(?P<position>\d{1,4})", text)
        if named is None:
            raise invalid(("line", _("Name the need and the line, as KB-2026-0003/1.")))
        line = selectors.get_line(user, named["need"].upper(), int(named["position"]))
        found = selectors.results_of_line(user, line)
        return found if selectors.is_matched(line.need) else found.none()

    def _of_programme(self, user, code: str):
        program = programme_by_code(user, code)
        if may_read_demand(user):
            return selectors.results_of_program(user, selectors.get_program_for_demand(user, program.slug))
        if capacity(user)[0] not in OFFICE:
            raise PermissionDenied("programs.program.demand")
        return selectors.results_of_program(user, program)

    def find(self, user, code):
        """One pair."""
        if not (code.isascii() and code.isdecimal() and len(code) < 16):
            raise Http404
        return selectors.get_result(user, int(code))

    def prepare(self, user, records):
        """Sentences and proposals."""
        for record, candidate in zip(records, selectors.shown_results(user, records), strict=True):
            record.candidate = candidate


register(Suggestions())
