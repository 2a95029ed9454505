"""What each kind of record says on paper: needs, programmes, proposals. The others stand in `records_partnership`."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import in_local_language
from exchange.exports import records_partnership
from partnerships.selectors import proposals
from partnerships.sentences import show_failures, show_parts
from programs import rules as program_rules
from programs import selectors as programs
from programs.templatetags.programs_tags import where
from regions import selectors as needs
from regions.models import CompetencyGap, NeedLine
from regions.models.vocabulary import term_label
from regions.sentences import score_rows
from regions.services import facts_of
from workflow import formats
from workflow.records import Section, history_of, register_record

# --- Needs --------------------------------------------------------------------------------------------------


def _terms(vocabulary: str, codes) -> str:
    return ", ".join(term_label(vocabulary, code) for code in codes or [])


def _name(model, field: str):
    return model._meta.get_field(field).verbose_name


def _gap_words(gap) -> str:
    return f"{gap.theme.label} ({gap.current_level} → {gap.target_level})"


def _line_rows(lines) -> tuple:
    return tuple(
        (
            line.position,
            "\n".join(_gap_words(gap) for gap in line.gaps.all()) or _("No competency yet"),
            ", ".join(part for part in (line.post.label, line.rank_label, line.employment_status) if part),
            formats.num(line.requested_total),
            formats.num(line.in_post),
            formats.num(line.formation_abk),
            formats.num(line.untrained),
        )
        for line in lines
    )


LINE_VOCABULARIES = {
    "age_band": "age_band",
    "education": "education",
    "years_in_post_band": "years_in_post_band",
    "language_level": "language_level",
}
LINE_FACTS = (
    "work_unit", "n_female", "n_male", "persons_with_disability", *LINE_VOCABULARIES, "retiring_3y",
    "vacancies_to_fill", "requested_y1", "requested_y2", "requested_y3", "min_batch", "jp_requested", "justification",
)  # fmt: skip


def _line_facts(line) -> tuple:
    found = []
    for name in LINE_FACTS:
        value = getattr(line, name)
        if name in LINE_VOCABULARIES:
            value = term_label(LINE_VOCABULARIES[name], value)
        found.append((_name(NeedLine, name), "" if value in (None, 0) else value))
    for gap in line.gaps.all():
        found.append((gap.theme.label, _gap_details(gap)))
    return tuple(found)


def _gap_details(gap) -> str:
    wanted = term_label("certification_wanted", gap.certification_wanted)
    parts = [
        term_label("competency_kind", gap.competency_kind),
        gap.competency_title,
        f"SKKNI {gap.skkni_code}" if gap.skkni_code else "",
        f"KKNI {gap.kkni_target}" if gap.kkni_target else "",
        term_label("gap_cause", gap.gap_cause),
        f"{_name(CompetencyGap, 'certification_wanted')}: {wanted}",
        gap.expected_outcome,
        gap.performance_indicator,
    ]
    return "\n".join(str(part) for part in parts if part)


def _need(user, need) -> list[Section]:
    lines = need.all_lines
    score = tuple(
        (row["label"], f"{row['points']} / {row['max']}", row["sentence"]) for row in score_rows(need, facts_of(need))
    )
    head = (_("No."), _("Competency"), _("Post"), _("People"), _("In post"), _("Authorised"), _("Untrained"))
    return [
        Section(
            _("The need"),
            facts=(
                (_("Office"), need.office.name),
                (_("National number"), need.national_number),
                (_("Cycle"), str(need.cycle_id)),
                (_("Filed"), formats.day(need.submitted_at) if need.submitted_at else ""),
                (_("Number of people"), formats.num(need.people_requested)),
                (_("Urgency"), term_label("urgency", need.urgency)),
                (_("Causes"), _terms("gap_cause", need.causes)),
                (_("Preferred delivery mode"), term_label("delivery_mode", need.preferred_mode)),
            ),
        ),
        Section(_("Reason given by the office"), words=(need.reason,)),
        Section(_("Need lines"), head=head, rows=_line_rows(lines), numbers=(3, 4, 5, 6)),
        *(Section(_("Line %(number)d") % {"number": line.position}, facts=_line_facts(line)) for line in lines),
        Section(
            _("Priority score"),
            facts=((_("Score"), f"{formats.decimal(need.score)} {need.band}" if need.score is not None else ""),),
            head=(_("Part"), _("Points"), _("Why")),
            rows=score,
            numbers=(1,),
        ),
        Section(_("Papers"), words=tuple(paper.name for paper in need.evidence.all())),
        history_of(user, need),
    ]


# --- Programmes ---------------------------------------------------------------------------------------------


def _program(user, program) -> list[Section]:
    inside = user.is_authenticated and program_rules.knows_partner_deadline(user, program)
    intakes = tuple(
        (
            i.number,
            i.label,
            formats.daterange(i.starts, i.ends),
            i.place,
            formats.num(i.seats),
            formats.num(i.seats_free),
        )
        for i in program.all_intakes
    )
    costs = tuple((c["item"], c["payer"], _amount(c), c["note"]) for c in programs.costs(program))
    posts = _("Every post") if program.all_posts else ", ".join(post.label for post in program.posts.all())
    themes = tuple((t.theme.label, t.entry_level, t.exit_level) for t in program.themes.select_related("theme"))
    contacts = tuple((c.post, c.email, c.phone) for c in program.contacts.all())
    return [
        Section(
            _("Registration"),
            facts=(
                (_("Partner"), program.partner.name),
                (_("Scheme"), program.scheme.label),
                (_("Host"), program.host),
                (_("Partner's course number"), program.partner_reference),
                (_("Registration opens"), formats.moment(program.opens_at) if program.opens_at else ""),
                (
                    _("Internal deadline"),
                    formats.moment(program.internal_deadline) if program.internal_deadline else "",
                ),
                (_("Partner's deadline"), _closing(program) if inside else ""),
                (_("Nomination route"), program.get_route_display()),
            ),
        ),
        Section(_("Content"), words=(program.summary, program.objectives)),
        Section(
            _("Competencies"), head=(_("Competency"), _("Entry level"), _("Exit level")), rows=themes, numbers=(1, 2)
        ),
        Section(
            _("Intakes and seats"),
            head=(_("No."), _("Name"), _("Dates"), _("Place"), _("Seats"), _("Free")),
            rows=intakes,
            numbers=(4, 5),
        ),
        Section(
            _("Prerequisites"),
            facts=((_("Target posts"), posts), *programs.prerequisites(program)),
            words=tuple(in_local_language(rule, "text") for rule in program.rules.all()),
        ),
        Section(
            _("Who pays what"), head=(_("Cost item"), _("Paid by"), _("Amount"), _("Note")), rows=costs, numbers=(2,)
        ),
        Section(_("Contacts"), head=(_("Post"), _("E-mail"), _("Telephone")), rows=contacts),
    ]


def _amount(cost: dict) -> str:
    return formats.money(cost["amount"], cost["currency"]) if cost["amount"] is not None else ""


def _closing(program) -> str:
    return formats.moment(program.partner_deadline, program.partner_zone) if program.partner_deadline else ""


# --- Proposals ----------------------------------------------------------------------------------------------


def _proposal(user, proposal) -> list[Section]:
    """What the partner does not read on the page (the need's code, notes of the ministry) is not on its paper."""
    partner, line, need, program = proposals.is_partner(user), proposal.line, proposal.need, proposal.program
    intake = proposal.intake
    place = proposals.place_on_waiting_list(proposal)
    score = tuple((p.label, f"{p.points} / {p.max}", p.sentence) for p in show_parts(proposal.score_parts))
    return [
        Section(
            _("What is proposed"),
            facts=(
                (_("Seats requested"), formats.num(proposal.seats_requested)),
                (_("Seats given"), formats.num(proposal.seats_allotted) if proposal.seats_allotted else ""),
                (_("Place on the waiting list"), place or ""),
                (_("Programme"), f"{program.title} ({program.code})" if program else _("Tailor-made request")),
                (_("Intake"), formats.daterange(intake.starts, intake.ends) if intake else ""),
                (_("Partner"), proposal.partner.name),
                (_("Proposed by"), proposal.get_proposed_by_side_display()),
                (_("Partnership"), proposal.agreement.code if proposal.agreement else ""),
                (_("What the partner is asked for"), proposal.tailor_made_request),
                (_("Note"), "" if partner else proposal.note),
                (_("Answer"), proposal.answer_note),
                (_("Ended because"), proposal.get_lapse_cause_display() if proposal.lapse_cause else ""),
            ),
        ),
        Section(
            _("The need"),
            facts=(
                (_("Need line"), "" if partner else f"{need.code}/{line.position}"),
                (_("Office"), need.office.name),
                (_("Post"), ", ".join(part for part in (line.post.label, line.rank_label) if part)),
                (_("People to train"), formats.num(line.requested_total)),
                (_("Competency and level"), "\n".join(_gap_words(gap) for gap in line.gaps.all())),
                (_("Urgency"), term_label("urgency", need.urgency)),
                (_("Preferred delivery mode"), term_label("delivery_mode", need.preferred_mode)),
            ),
        ),
        Section(_("Summary the partner reads"), words=(proposals.summary_of(user, proposal),)),
        Section(_("Why it fits"), head=(_("Part"), _("Points"), _("Why")), rows=score, numbers=(1,)),
        Section(_("Conditions not met"), words=tuple(f.sentence for f in show_failures(proposal.failures))),
        history_of(user, proposal),
    ]


def register() -> None:
    """Make these papers known."""
    register_record("need", gettext_lazy("Training need"), get=needs.get_need, sections=_need)
    register_record(
        "program",
        gettext_lazy("Training programme"),
        get=programs.get_program,
        sections=_program,
        about=where,
        public=True,
    )
    register_record("proposal", gettext_lazy("Proposal"), get=proposals.get_proposal, sections=_proposal)
    records_partnership.register()
