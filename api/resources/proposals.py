"""Proposals: people of a need line for one intake, or a request to a partner; proposing and every act."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from api import parts as shared
from api.body import Input, as_form, read
from api.fields import ChoiceLabel, Coded, Record, Row, StateField, TermField
from api.problems import invalid, of_form
from api.resource import Operation, Resource, register
from api.views.records import DetailView, ListView
from partnerships.forms.proposals import ProposeForm
from partnerships.matching import WAIVABLE
from partnerships.rules.proposals import may_waive
from partnerships.selectors import proposals as selectors
from partnerships.selectors.suggestions import get_pair
from partnerships.sentences import show_failures, show_parts
from partnerships.services import proposals as services
from partnerships.services.suggestions import judge_pair
from programs.templatetags.programs_tags import changes_of
from workflow.engine import Refused
from workflow.listing import Asked


class ProposedLine(serializers.Serializer):
    """Whose people; partners do not learn the need's code."""

    need = serializers.SerializerMethodField()
    position = serializers.SerializerMethodField()
    office = Coded(source="need.office")
    post = Coded()
    rank = serializers.CharField(source="rank_label", allow_blank=True)
    people = serializers.IntegerField(source="requested_total")

    def _hidden(self) -> bool:
        return selectors.is_partner(self.context["request"].user)

    def get_need(self, line) -> str | None:
        """The need's code."""
        return None if self._hidden() else line.need.code

    def get_position(self, line) -> int | None:
        """The number of the line in it."""
        return None if self._hidden() else line.position


LINE = {
    "need": "KB-2026-0003",
    "position": 1,
    "office": {"code": "DISNAKER-5203", "label": "Dinas Tenaga Kerja Kabupaten Lombok Timur"},
    "post": {"code": "MEDHI", "label": "Mediator Hubungan Industrial"},
    "rank": "Ahli Pertama",
    "people": 4,
}


class ShownState(StateField):
    """A withdrawn proposal says so instead of "lapsed"."""

    def to_representation(self, record):
        """{code, label, since, due}."""
        return {**super().to_representation(record), "label": str(record.shown_status[0])}


class ProposalRow(Row):
    """A proposal in the list."""

    code = serializers.CharField()
    status = ShownState()
    title = serializers.CharField()
    line = ProposedLine()
    programme = shared.ProgrammeOfIntake(source="program", allow_null=True)
    intake = shared.IntakeShown(allow_null=True)
    partner = Coded()
    seats_requested = serializers.IntegerField()
    seats_allotted = serializers.IntegerField()
    score = serializers.FloatField(allow_null=True)
    example = {
        "url": "/api/v1/proposals/US-2026-0007",
        "code": "US-2026-0007",
        "status": {
            "code": "PARTNER_REVIEW",
            "label": "Pada mitra",
            "since": "2026-05-13T14:00:00+07:00",
            "due": "2026-05-28T23:59:00+07:00",
        },
        "title": "Mediasi hubungan industrial",
        "line": LINE,
        "programme": shared.PROGRAMME,
        "intake": shared.INTAKE,
        "partner": {"code": "JICA", "label": "Badan Kerja Sama Internasional Jepang"},
        "seats_requested": 2,
        "seats_allotted": 0,
        "score": 71.5,
    }


class ProposalSinceSent(serializers.Serializer):
    """How the offer differs from the day the proposal was sent."""

    seats_free_then = serializers.IntegerField(source="seats_then")
    seats_free_now = serializers.IntegerField(source="seats_now")
    changes = shared.FieldChange(many=True)


class ProposalDetail(ProposalRow, Record):
    """A proposal as its page shows it to this reader."""

    page = serializers.CharField(source="get_absolute_url")
    proposed_by = ChoiceLabel("proposed_by_side")
    urgency = TermField("urgency", source="line.need.urgency")
    preferred_mode = TermField("delivery_mode", source="line.need.preferred_mode")
    gaps = shared.WantedGap(many=True, source="line.gaps.all")
    request = serializers.CharField(source="tailor_made_request", allow_blank=True)
    note = serializers.SerializerMethodField()
    answer = serializers.CharField(source="answer_note", allow_blank=True)
    declined_by = ChoiceLabel("declined_by")
    decline_reason = TermField("reject_reason")
    ended_because = ChoiceLabel("lapse_cause")
    waiting_list_place = serializers.IntegerField(source="place", allow_null=True)
    agreement = serializers.CharField(source="agreement.code", allow_null=True, default=None)
    sent_at = serializers.DateTimeField(allow_null=True)
    summary = serializers.SerializerMethodField()
    parts = serializers.SerializerMethodField()
    failures = serializers.SerializerMethodField()
    waiver = serializers.CharField(source="waiver_reason", allow_blank=True)
    rules_version = serializers.CharField(allow_blank=True)
    since_sent = serializers.SerializerMethodField()
    turn = shared.TurnField()

    def get_note(self, proposal) -> str | None:
        """What the proposer wrote to the ministry; null for partners."""
        return None if selectors.is_partner(self.context["request"].user) else proposal.note

    def get_summary(self, proposal) -> str:
        """What the partner reads, as sent or as it would be sent."""
        return selectors.summary_of(self.context["request"].user, proposal)

    @extend_schema_field(shared.ScorePart(many=True))
    def get_parts(self, proposal) -> list:
        """The score as judged when it was proposed."""
        return shared.ScorePart(show_parts(proposal.score_parts), many=True).data

    @extend_schema_field(shared.UnmetCondition(many=True))
    def get_failures(self, proposal) -> list:
        """Conditions that were not met then."""
        return shared.UnmetCondition(show_failures(proposal.failures), many=True).data

    @extend_schema_field(ProposalSinceSent(allow_null=True))
    def get_since_sent(self, proposal) -> dict | None:
        """What changed since it was sent to the partner; null where nothing did, or before."""
        found = selectors.since_sent(proposal)
        if found is None or not found.differs:
            return None
        changes = [change for amendment in found.amendments for change in changes_of(amendment)]
        return ProposalSinceSent(
            {"seats_then": found.seats_then, "seats_now": found.seats_now, "changes": changes}
        ).data

    example = {
        **ProposalRow.example,
        "version": 4,
        "actions": [],
        "page": "/usulan/US-2026-0007/",
        "proposed_by": {"code": "OFFICE", "label": "Dinas"},
        "urgency": {"code": "Y1", "label": "Tahun ini"},
        "preferred_mode": {"code": "OVERSEAS", "label": "Luar negeri"},
        "gaps": [shared.GAP],
        "request": "",
        "note": "Dua mediator baru.",
        "answer": "",
        "declined_by": None,
        "decline_reason": None,
        "ended_because": None,
        "waiting_list_place": None,
        "agreement": None,
        "sent_at": "2026-05-13T14:00:00+07:00",
        "summary": "Labour Office of East Lombok, West Nusa Tenggara\n2 people: Mediator",
        "parts": [shared.PART],
        "failures": [],
        "waiver": "",
        "rules_version": "1.0",
        "since_sent": None,
        "turn": shared.TURN,
    }


NEW = (
    Input("line", "integer", required=True, null=False, label=gettext_lazy("Id of the need line."), example=88),
    Input("intake", "integer", label=gettext_lazy("Id of the intake; without it a partner is asked for a programme.")),
    Input("seats", "integer", required=True, null=False, label=gettext_lazy("Seats requested"), example=2),
    Input("partner", label=gettext_lazy("Without an intake: the code of the partner asked.")),
    Input("request", label=gettext_lazy("Without an intake: what the partner is asked for.")),
    Input("waiver", label=gettext_lazy("Where the ministry waives an unmet condition: its reason.")),
    Input("note", label=gettext_lazy("Note")),
)


class ProposalsView(ListView, DetailView):
    """The list; POST proposes."""

    http_method_names = ["get", "head", "post"]
    operations = {
        "post": Operation(
            "proposal_create",
            gettext_lazy("Propose"),
            gettext_lazy(
                "Proposes people of a need line for an intake, judged at this moment by the rules of matching."
            ),
            inputs=NEW,
            sends=True,
            answer=ProposalDetail,
            status=201,
            errors=(404,),
        )
    }

    def create(self, request):
        """Through the form and the service of the page."""
        user, values = request.user, read(request.data, NEW)
        if missing := [name for name in ("line", "seats") if values.get(name) is None]:
            raise invalid(*((name, _("This is required.")) for name in missing))
        line, intake = get_pair(user, values.pop("line"), values.pop("intake", None))
        verdict = judge_pair(line, intake) if intake else None
        failures = show_failures([f.as_json() for f in verdict.failures]) if verdict else []
        if blocked := [f.sentence for f in failures if f.code not in WAIVABLE]:
            raise Refused(blocked)
        form = ProposeForm(
            as_form(values)[0],
            people_left=services.people_left(line),
            tailor_made=intake is None,
            waives=bool(failures) and may_waive(user),
        )
        if intake is None:
            form.fields["partner"].choices = [("", ""), *selectors.partner_codes()]
        if unasked := [
            name for name in ("partner", "request", "waiver") if values.get(name) and name not in form.fields
        ]:
            raise invalid(*((name, _("This is not asked here.")) for name in unasked))
        if not form.is_valid():
            raise of_form(form)
        data = form.cleaned_data
        made = services.propose(
            line=line,
            intake=intake,
            partner=intake.program.partner if intake else selectors.partner_by_code(data["partner"]),
            seats=data["seats"],
            actor=user,
            note=data["note"],
            waiver=data.get("waiver", ""),
            request=data.get("request", ""),
        )
        found = self.resource.find(user, made.code)
        return self.made(self.detail(found), status=201, location=self.resource.href(request, found))


class Proposals(Resource):
    """Proposals of offices, ministry and partners."""

    name, singular = "proposals", "proposal"
    label = gettext_lazy("Proposals")
    summary = gettext_lazy("Where a need line and an intake meet: who proposed, whose turn it is, what it rests on.")
    flow_name = "partnerships.proposal"
    row, detail = ProposalRow, ProposalDetail
    sorts = selectors.SORTS
    default_sort = "-since"
    search = staticmethod(selectors.matches)
    searched = gettext_lazy("Searches codes, offices and titles.")

    def facets(self, user):
        """As on the page."""
        return selectors.FACETS

    def listing(self, user, query):
        """As on the page."""
        return selectors.proposal_list(Asked(user, query))

    def prepare(self, user, records):
        """A detail names the place on the waiting list."""
        if len(records) == 1:
            records[0].place = selectors.place_on_waiting_list(records[0]) or None

    def list_view(self, view):
        """The list also takes new proposals."""
        return ProposalsView.as_view(resource=self)


register(Proposals())
