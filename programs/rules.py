"""Who holds which role on a programme, who may see it in the catalogue, and the questions that can refuse
an act."""

from __future__ import annotations

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Organisation, OrganisationKind
from accounts.roles import CENTRAL, OFFICE, PARTNER, Role
from accounts.rules import capacity, holders, people_with
from programs.models import Intake, Program, ProgramFile, ProgramStatus, Visibility

S = ProgramStatus
REGIONAL = (*OFFICE, Role.PROV_VER)
"""Roles in the regions: they see what was published and is meant for their office."""
BUREAU = (Role.BIROKS_OFF, Role.BIROKS_HEAD)

OFFERED = (S.PUBLISHED, S.OPEN, S.CLOSED, S.SELECTION, S.RUNNING)
"""The states in which the catalogue lists a programme."""
KNOWN_TO_ALL = (*OFFERED, S.COMPLETED, S.EVALUATED, S.SUSPENDED, S.CANCELLED)
"""The states in which a published programme keeps its page."""
AHEAD = (S.PUBLISHED, S.OPEN)
"""The states in which offices may still get a seat by proposing."""
FILLABLE = (S.DRAFT, S.RETURNED)
AMENDABLE = (S.PUBLISHED, S.OPEN, S.CLOSED, S.SELECTION, S.RUNNING)
BY_LIST = (Visibility.SELECTED, Visibility.INVITATION)


# --- Who ----------------------------------------------------------------------------------------------------


def is_meant_for(organisation, program) -> bool:
    """Whether a published programme is visible to this office."""
    if program.published_at is None:
        return False
    if program.visibility in BY_LIST:
        return program.selected_offices.filter(pk=organisation.pk).exists()
    return True


def roles_on_program(user, program) -> set[str]:
    """The role a user holds on this programme in the capacity they act in now; empty: it does not exist
    for them."""
    role, organisation = capacity(user)
    if not role:
        return set()
    if role in PARTNER:
        return {role} if organisation.pk == program.partner_id else set()
    if role in REGIONAL:
        return {role} if is_meant_for(organisation, program) else set()
    if role in BUREAU and program.status == S.DRAFT:
        # A partner's draft is the partner's own until it is submitted.
        return {role} if program.on_behalf else set()
    return {role} if role in CENTRAL else set()


def programs_in_reach(user) -> Q:
    """`roles_on_program` as a query: the programmes on which the user holds their present role, whatever
    the state."""
    role, organisation = capacity(user)
    if role in PARTNER:
        return Q(partner_id=organisation.pk)
    if role in REGIONAL:
        named = Program.selected_offices.through.objects.filter(organisation_id=organisation.pk).values("program_id")
        return Q(published_at__isnull=False) & (~Q(visibility__in=BY_LIST) | Q(pk__in=named))
    if role in BUREAU:
        return ~Q(status=S.DRAFT) | Q(on_behalf=True)
    return Q() if role in CENTRAL else Q(pk__in=[])


def people_on_program(program, roles):
    """`roles_on_program` read backwards: the users who hold one of the roles on this programme."""
    conditions = []
    for role in roles:
        if role in PARTNER:
            conditions.append(holders(role, pk=program.partner_id))
        elif role in REGIONAL:
            if program.published_at is None:
                continue
            if program.visibility in BY_LIST:
                conditions.append(holders(role, pk__in=program.selected_offices.values("pk")))
            else:
                conditions.append(Q(role=role))
        elif role in BUREAU and program.status == S.DRAFT and not program.on_behalf:
            continue
        elif role in CENTRAL:
            conditions.append(Q(role=role))
    return people_with(*conditions)


def public_programs() -> Q:
    """What anyone may read without signing in."""
    return Q(visibility=Visibility.PUBLIC, published_at__isnull=False, status__in=KNOWN_TO_ALL)


def is_public(program) -> bool:
    """`public_programs` for one programme."""
    return (
        program.visibility == Visibility.PUBLIC and program.published_at is not None and program.status in KNOWN_TO_ALL
    )


def my_turn(user) -> Q:
    """Drafts and returned offers are the filer's turn: the Bureau's only where it files on the partner's
    behalf."""
    role, _organisation = capacity(user)
    return ~Q(status__in=FILLABLE) | Q(on_behalf=True) if role == Role.BIROKS_OFF else Q()


def knows_partner_deadline(user, program) -> bool:
    """Offices and visitors see the internal deadline only; the partner's is for partner and ministry."""
    roles = roles_on_program(user, program)
    return bool(roles) and not roles & set(REGIONAL)


def may_fill(user, program) -> bool:
    """Whether the user may fill in the offer: the partner, or the Bureau where it files on the partner's
    behalf."""
    return program.status in FILLABLE and fills(user, program)


def fills(user, program) -> bool:
    """Whether filling in the offer is the user's task, whatever state it is in now."""
    fillers = {role for state in FILLABLE for role in program.flow.state(state).edits}
    roles = roles_on_program(user, program) & fillers
    return bool(roles) and (program.on_behalf or Role.BIROKS_OFF not in roles)


def may_amend(user, program) -> bool:
    """Whether the user may change the offer after publishing; each change becomes an amendment."""
    return program.status in AMENDABLE and bool(roles_on_program(user, program) & set(program.state.edits))


def may_offer(user) -> bool:
    """Whether the user may begin an offer: a partner's people, or the Bureau on behalf of a partner."""
    role, organisation = capacity(user)
    return role in (*PARTNER, Role.BIROKS_OFF) and not (role in PARTNER and organisation.suspended)


def partners_for(user):
    """The organisations in whose name the user may begin an offer."""
    role, organisation = capacity(user)
    if role in PARTNER:
        return Organisation.objects.filter(pk=organisation.pk)
    if role == Role.BIROKS_OFF:
        return Organisation.objects.filter(
            Q(kind=OrganisationKind.PARTNER) | Q(code="PPSDM"), suspended=False
        ).order_by("name_id")
    return Organisation.objects.none()


# --- Reasons: each returns a sentence that refuses, or an empty string --------------------------------------


def partner_is_active(program, actor) -> str:
    """Suspended partners offer nothing."""
    return _("This partner is suspended. Contact the Bureau of Cooperation.") if program.partner.suspended else ""


def basics_given(program, actor) -> str:
    """Titles in both languages, host, mode and place."""
    missing = [
        label
        for value, label in (
            (program.title_id, _("title in Indonesian")),
            (program.title_en, _("title in English")),
            (program.summary_id, _("summary in Indonesian")),
            (program.delivery_mode, _("delivery mode")),
            (program.country, _("country")),
        )
        if not value
    ]
    return _("Basics: fill in %(fields)s.") % {"fields": ", ".join(missing)} if missing else ""


def has_themes(program, actor) -> str:
    """At least one competency with its levels."""
    return "" if program.themes.exists() else _("Choose at least one competency with its entry and exit level.")


def has_posts(program, actor) -> str:
    """Whom the programme is for."""
    if program.all_posts or program.posts.exists():
        return ""
    return _("Choose the target posts, or open the programme to every post.")


def has_intakes(program, actor) -> str:
    """At least one intake with dates and seats."""
    rows = program.intakes.all()
    if not rows:
        return _("Add at least one intake with its dates and seats.")
    empty = [str(row.number) for row in rows if not row.seats]
    return _("Intake %(numbers)s: state the number of seats.") % {"numbers": ", ".join(empty)} if empty else ""


def intakes_lie_ahead(program, actor) -> str:
    """An offer for a training that has begun helps nobody."""
    if program.status not in (S.DRAFT, S.RETURNED, S.SUBMITTED, S.VERIFICATION):
        return ""
    today = timezone.localdate()
    if not program.intakes.exists() or any(row.first_day > today for row in program.intakes.all()):
        return ""
    return _("Every intake has already begun. Change the dates.")


def has_eligibility(program, actor) -> str:
    """Language and at least one requirement, in a field or in words."""
    if not program.language:
        return _("Prerequisites: choose the language of instruction.")
    limits = (program.min_rank, program.min_years, program.min_age, program.max_age, program.min_education)
    if any(limits) or program.employment_statuses or program.rules.exists():
        return ""
    return _("Prerequisites: state at least one requirement for participants.")


def has_funding(program, actor) -> str:
    """Who pays what, per cost item."""
    if not program.funding_mode:
        return _("Costs: choose how the programme is funded.")
    return "" if program.costs.exists() else _("Costs: state for at least one cost item who pays it.")


def has_deadline(program, actor) -> str:
    """The partner's deadline, ahead of us; rolling registration goes without."""
    if program.partner_deadline is None:
        return "" if program.rolling else _("Fill in the partner's deadline, or choose rolling registration.")
    if program.partner_deadline <= timezone.now():
        return _("The partner's deadline has passed. Agree on a new one first.")
    first = min((row.first_day for row in program.intakes.all()), default=None)
    if first and not program.rolling and timezone.localdate(program.partner_deadline) >= first:
        return _("The partner's deadline must be before the first day of the training.")
    return ""


def has_route(program, actor) -> str:
    """The route decides how long before the partner's deadline ours must be."""
    return "" if program.route else _("Choose the nomination route.")


def has_course_document(program, actor) -> str:
    """The General Information or course document."""
    if program.files.filter(kind=ProgramFile.Kind.GI).exists():
        return ""
    return _("Upload the General Information (GI) or another course document.")


def has_contact(program, actor) -> str:
    """Whom offices may ask."""
    return "" if program.contacts.exists() else _("Add at least one contact for this programme.")


CONTENT = (
    partner_is_active,
    basics_given,
    has_themes,
    has_posts,
    has_intakes,
    intakes_lie_ahead,
    has_eligibility,
    has_funding,
    has_route,
    has_deadline,
    has_course_document,
    has_contact,
)
"""Everything an offer needs before it leaves the partner (P1)."""


def everything_missing(program, actor) -> list[str]:
    """All sentences at once, for the review page."""
    return [sentence for check in CONTENT if (sentence := check(program, actor))]


def remarks_are_ticked(program, actor) -> str:
    """Each remark of the last return is ticked off before the offer comes back."""
    left = program.remarks.filter(resolved_at__isnull=True, round=program.return_count).count()
    return _("Tick off the Bureau's remarks first: %(count)d left.") % {"count": left} if left else ""


def may_still_be_returned(program, actor) -> str:
    """After three returns a call serves better than a fourth letter."""
    if program.return_count < 3:
        return ""
    return _("This programme was returned three times. Agree on a call with the partner, then publish or reject it.")


def offices_are_named(program, actor, answers) -> str:
    """A programme for selected offices names them."""
    if answers.get("visibility") not in BY_LIST:
        return ""
    if answers.get("provinces") or str(answers.get("offices") or "").strip():
        return ""
    return _("Choose the provinces or name the offices that may see this programme.")


def offices_exist(program, actor, answers) -> str:
    """Every office code that was typed is known."""
    wanted = office_codes(answers)
    known = set(Organisation.objects.filter(code__in=wanted, kind__in=SENDING).values_list("code", flat=True))
    unknown = [code for code in wanted if code not in known]
    return _("Unknown office codes: %(codes)s.") % {"codes": ", ".join(unknown)} if unknown else ""


SENDING = (OrganisationKind.OFFICE, OrganisationKind.CENTRE)
"""Organisations that send people to a training."""


def office_codes(answers) -> list[str]:
    """The office codes in an answer, whatever separates them."""
    text = str(answers.get("offices") or "").upper().replace(",", " ").replace(";", " ")
    return list(dict.fromkeys(text.split()))


def deadline_is_later(program, actor, answers) -> str:
    """An extension gives more time than there was, and ends before the training begins."""
    wanted = answers.get("new_deadline")
    if wanted is None:
        return ""
    if wanted <= timezone.now():
        return _("The new deadline must lie in the future.")
    if program.partner_deadline and wanted <= program.partner_deadline:
        return _("The new deadline must be later than the present one.")
    first = min((row.first_day for row in program.intakes.all()), default=None)
    if first and timezone.localdate(wanted) >= first:
        return _("The new deadline must be before the first day of the training.")
    return ""


def deadline_lies_ahead(program, actor) -> str:
    """Registration opens only while there is time to register."""
    if program.internal_deadline is None or program.internal_deadline > timezone.now():
        return ""
    return _("The internal deadline has passed. Extend the deadline first.")


def reopening_has_time(program, actor, answers) -> str:
    """Reopening after the deadline needs a new one, and the partner's consent with it."""
    if answers.get("new_deadline"):
        return (
            "" if answers.get("consent") else _("State the partner's letter or e-mail that agrees to the new deadline.")
        )
    if program.rolling and program.partner_deadline is None:
        return ""
    if program.internal_deadline and program.internal_deadline > timezone.now():
        return ""
    return _("The internal deadline has passed. Fill in the new deadline the partner agreed to.")


def has_begun(program, actor) -> str:
    """The first day of the first intake has come."""
    first = min((row.first_day for row in program.intakes.all()), default=None)
    if first is None or first <= timezone.localdate():
        return ""
    return _("The first intake begins on %(date)s.") % {"date": first.strftime("%d/%m/%Y")}


def has_ended(program, actor) -> str:
    """The last day of the last intake is over."""
    last = max((row.ends for row in program.intakes.all()), default=None)
    if last is None or last < timezone.localdate():
        return ""
    return _("The last intake ends on %(date)s.") % {"date": last.strftime("%d/%m/%Y")}


def was_filed_by_bureau(program) -> bool:
    """Filed on the partner's behalf, so the Bureau repairs and resubmits it."""
    return program.on_behalf


# --- CLOCK: which programmes are due ------------------------------------------------------------------------


def registration_begins(now) -> Q:
    """Published, the opening moment has come, and there is still time."""
    return (Q(opens_at__isnull=True) | Q(opens_at__lte=now)) & (
        Q(internal_deadline__isnull=True) | Q(internal_deadline__gt=now)
    )


def registration_ends(now) -> Q:
    """The internal deadline has passed; rolling registration without one ends with the first day of the
    last intake."""
    ahead = Intake.objects.filter(starts__gt=timezone.localdate(now)).values("program_id")
    return Q(internal_deadline__lte=now) | (Q(internal_deadline__isnull=True) & ~Q(pk__in=ahead))


def training_begins(now) -> Q:
    """The first day of an intake, online or in person, has come."""
    today = timezone.localdate(now)
    begun = Intake.objects.filter(Q(starts__lte=today) | Q(online_starts__lte=today)).values("program_id")
    return Q(pk__in=begun)


def accepts_proposals(program) -> str:
    """Why offices may no longer propose. From publishing on they may, registration open or not yet (M1)."""
    if program.status not in AHEAD:
        return _("Registration for this programme is not open.")
    if program.internal_deadline and program.internal_deadline <= timezone.now():
        return _("The internal deadline has passed.")
    return ""


# --- Seats --------------------------------------------------------------------------------------------------


def seats_cover_taken(intake, seats: int) -> str:
    """Seats already promised cannot be taken away by an amendment."""
    if seats >= intake.seats_taken:
        return ""
    return _("%(taken)d seats of this intake are already taken. State %(taken)d or more.") % {
        "taken": intake.seats_taken
    }
