"""What a complete need consists of: the checks of one line, of the form's parts, and of the need before signature."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regions.rules.opening import office_suspended

LINE_LIMIT = 200
"""More people than this in one line ask for a justification."""


def line_faults(line) -> dict[str, str]:
    """What does not fit in one line's figures: {field: sentence with the way out}. `line` may be unsaved."""
    found: dict[str, str] = {}
    people, staff = line.requested_total or 0, line.in_post or 0
    if (line.retiring_3y or 0) > staff:
        found["retiring_3y"] = _(
            "%(count)d retiring is more than the staff in post (%(staff)d). Change one of the two."
        ) % {
            "count": line.retiring_3y,
            "staff": staff,
        }
    if (line.untrained or 0) > staff:
        found["untrained"] = _(
            "%(count)d without training is more than the staff in post (%(staff)d). Change one of the two."
        ) % {"count": line.untrained, "staff": staff}
    filling = line.vacancies_to_fill or 0
    if filling > line.vacancy:
        found["vacancies_to_fill"] = _(
            "%(count)d to be filled is more than the vacant posts (%(vacancy)d). Change it to %(vacancy)d or fewer."
        ) % {"count": filling, "vacancy": line.vacancy}
    limit = staff + filling
    if people < 1:
        found["requested_total"] = _("Enter how many people are to be trained: 1 or more.")
    elif people > limit:
        found["requested_total"] = (
            _(
                "%(people)d people is more than the staff in this post (%(limit)d). Change to %(limit)d or fewer, "
                "or state the vacancies that will be filled."
            )
            if limit
            else _(
                "Nobody is in this post yet. Enter the staff in post, or the vacancies that will be filled, below the "
                "number of people."
            )
        ) % {"people": people, "limit": limit}
    elif people > LINE_LIMIT and not line.justification.strip():
        found["justification"] = _("Explain why more than %(limit)d people are requested in one line.") % {
            "limit": LINE_LIMIT
        }
    years = [line.requested_y1, line.requested_y2, line.requested_y3]
    if any(year is not None for year in years) and sum(year or 0 for year in years) != people:
        found["requested_y1"] = _(
            "The three years add up to %(sum)d, but %(people)d people are requested. Change the years or the number."
        ) % {"sum": sum(year or 0 for year in years), "people": people}
    split = (line.n_female or 0) + (line.n_male or 0)
    if split > people:
        found["n_female"] = _(
            "Women and men add up to %(split)d, more than the %(people)d people requested. Correct one of them."
        ) % {
            "split": split,
            "people": people,
        }
    if (line.persons_with_disability or 0) > people:
        found["persons_with_disability"] = _(
            "%(count)d persons with disability is more than the %(people)d people requested. Correct one of them."
        ) % {"count": line.persons_with_disability, "people": people}
    return found


def post_fault(post, office) -> str:
    """Inspectors and OSH testers exist only at the centre and in the provinces (UU 23/2014, PermenPANRB 21/2025)."""
    if post is None or post.allowed_at(office):
        return ""
    if office.is_regency_level:
        return _(
            "%(post)s exists only at the centre and in provincial offices, so a regency or city cannot file it. "
            "Choose another post, or send this line to your province."
        ) % {"post": post.label}
    return _("%(post)s does not exist in this kind of office. Choose another post.") % {"post": post.label}


# --- The parts of the form: (need, actor) -> a sentence, or an empty string ------------------------------------------


def office_is_active(need, actor) -> str:
    """Suspended offices file nothing."""
    return office_suspended(need.office)


def contact_is_given(need, actor) -> str:
    """The officer in charge is known by post and official e-mail."""
    return (
        "" if need.contact_post and need.contact_email else _("Fill in the officer in charge and the official e-mail.")
    )


def has_lines(need, actor) -> str:
    """At least one line."""
    return "" if need.all_lines else _("Add at least one line: a post and the people to train.")


def lines_are_complete(need, actor) -> str:
    """Every line has a gap."""
    missing = [str(n) for n, line in enumerate(need.all_lines, 1) if not line.gaps.all()]
    if not missing:
        return ""
    return _("Line %(lines)s: choose a competency with its current and target level.") % {"lines": ", ".join(missing)}


def posts_allowed_here(need, actor) -> str:
    """Inspectors and OSH testers exist only at the centre and in the provinces."""
    for number, line in enumerate(need.all_lines, 1):
        if sentence := post_fault(line.post, need.office):
            return _("Line %(line)d: %(sentence)s") % {"line": number, "sentence": sentence}
    return ""


def quantities_fit(need, actor) -> str:
    """The figures of every line fit each other."""
    for number, line in enumerate(need.all_lines, 1):
        for sentence in line_faults(line).values():
            return _("Line %(line)d: %(sentence)s") % {"line": number, "sentence": sentence}
    return ""


def reason_is_given(need, actor) -> str:
    """Urgency, mode and one sentence on why."""
    if need.urgency and need.preferred_mode and need.causes and need.reason.strip():
        return ""
    return _("Complete the reason: urgency, delivery mode, at least one cause and one sentence.")


def has_evidence(need, actor) -> str:
    """At least one file of evidence."""
    return "" if need.evidence.exists() else _("Attach at least one file of supporting evidence.")


def has_cover_letter(need, actor) -> str:
    """The signed cover letter with its number and date."""
    return "" if hasattr(need, "cover_letter") else _("Attach the signed cover letter with its number and date.")


def content_complete(need, actor) -> str:
    """The content the operator is responsible for, before the head is asked to sign: the first thing missing."""
    return next((m.sentence for m in missing_parts(need)), "")


CHECKS: dict[str, tuple[Callable, ...]] = {
    "office": (office_is_active, contact_is_given),
    "lines": (has_lines, lines_are_complete, posts_allowed_here, quantities_fit),
    "reason": (reason_is_given,),
    "papers": (has_evidence, has_cover_letter),
}
"""Part of the form -> what it must satisfy."""


@dataclass(frozen=True, slots=True)
class Missing:
    """Something the need still lacks, and the part of the form in which it is given."""

    part: str
    sentence: str


def missing_parts(need) -> list[Missing]:
    """Everything the need still lacks, in the order of the form."""
    return [
        Missing(part, str(sentence))
        for part, checks in CHECKS.items()
        for check in checks
        if (sentence := check(need, None))
    ]


def part_is_begun(need, part: str) -> bool:
    """Whether anything was entered in a part."""
    match part:
        case "office":
            return bool(need.contact_post or need.contact_phone)
        case "lines":
            return bool(need.all_lines)
        case "reason":
            return bool(need.urgency or need.preferred_mode or need.causes or need.reason)
        case "papers":
            return need.evidence.exists() or hasattr(need, "cover_letter")
    raise ValueError(part)


def imbalances(need) -> list[str]:
    """Warnings about the composition (not refusals): too many beginners, or too many close to retirement."""
    people = sum(line.requested_total for line in need.all_lines)
    if not people:
        return []
    found = []
    young = sum(line.requested_total for line in need.all_lines if line.rank == "AHLI_PERTAMA")
    if young * 100 > people * 70:
        found.append(
            ngettext(
                "%(share)d%% of the %(people)d person requested is in the first rank.",
                "%(share)d%% of the %(people)d people requested are in the first rank.",
                people,
            )
            % {"share": round(100 * young / people), "people": people}
        )
    old = sum(line.requested_total for line in need.all_lines if line.age_band == "GE50")
    if old * 100 > people * 40:
        found.append(
            ngettext(
                "%(share)d%% of the %(people)d person requested is 50 or older.",
                "%(share)d%% of the %(people)d people requested are 50 or older.",
                people,
            )
            % {"share": round(100 * old / people), "people": people}
        )
    return found
