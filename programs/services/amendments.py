"""Changes after publishing: the former value is kept, the difference is readable in both languages, the
edition grows."""

from __future__ import annotations

from decimal import Decimal

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from programs import rules
from programs.models import Amendment, Program
from programs.services.deadlines import set_internal_deadline, store_deadlines
from regions.models import OfficeType, Region
from regions.models.vocabulary import term_label
from workflow.engine import Refused, Stale, lock, note
from workflow.formats import day, moment, money, num

VOCABULARIES = {
    "delivery_mode": "delivery_mode",
    "country": "country",
    "language": "language",
    "interpretation": "interpretation",
    "min_language_level": "language_level",
    "language_test": "language_test",
    "min_rank": "rank",
    "min_education": "education",
    "funding_mode": "funding_mode",
}
PLAIN = (
    "host",
    "partner_reference",
    "title_id",
    "title_en",
    "summary_id",
    "summary_en",
    "objectives_id",
    "objectives_en",
    "language_score",
    "min_years",
    "min_age",
    "max_age",
    "share_outside_java",
    "agreement_note",
    "source_letter_number",
)
TICKS = ("all_posts", "no_prior_visit", "interview", "needs_agreement", "rolling")
INSIDE = {"partner_deadline"}
"""Fields whose differences regions and visitors do not read: they go by the internal deadline."""
INTAKE_DATES = ("starts", "ends", "online_starts", "online_ends")


def content_of(program: Program) -> dict[str, tuple[str, str]]:
    """Everything an office reads about a programme: {field: (label, value)} in the present language."""
    program = Program.objects.select_related("scheme").get(pk=program.pk)
    found: dict[str, tuple[str, str]] = {"scheme": (_("Scheme"), program.scheme.label)}

    def put(name: str, value) -> None:
        found[name] = (
            str(Program._meta.get_field(name).verbose_name),
            "" if value in (None, "") else str(value),
        )

    for name in PLAIN:
        value = getattr(program, name)
        put(name, num(value) if isinstance(value, Decimal) else value)
    province = Region.objects.filter(code=program.host_province).first() if program.host_province else None
    put("host_province", province.name if province else program.host_province)
    for name, vocabulary in VOCABULARIES.items():
        put(name, term_label(vocabulary, getattr(program, name)))
    put(
        "employment_statuses",
        ", ".join(term_label("employment_status", c) for c in program.employment_statuses),
    )
    types = {t.code: t.label for t in OfficeType.objects.all()} if program.office_types else {}
    put("office_types", ", ".join(types.get(code, code) for code in program.office_types))
    for name in TICKS:
        put(name, _("Yes") if getattr(program, name) else _("No"))
    put("route", program.get_route_display())
    put("posts", ", ".join(post.label for post in program.posts.all()))
    for name, zone in (("partner_deadline", program.partner_zone), ("internal_deadline", None), ("opens_at", None)):
        value = getattr(program, name)
        put(name, moment(value, zone) if value else "")
    put("source_letter_date", day(program.source_letter_date) if program.source_letter_date else "")
    for row in program.themes.select_related("theme"):
        label = _("Competency %(theme)s") % {"theme": row.theme.label}
        found[f"theme.{row.theme_id}"] = (label, f"{row.entry_level} → {row.exit_level}")
    for row in program.intakes.all():
        found |= _intake(row)
    for cost in program.costs.all():
        amount = "" if cost.amount is None else money(cost.amount, cost.currency)
        remark = f"({cost.note})" if cost.note else ""
        value = " ".join(part for part in (term_label("payer", cost.payer), amount, remark) if part)
        found[f"cost.{cost.item}"] = (term_label("cost_item", cost.item), value)
    for number, rule in enumerate(program.rules.all(), 1):
        kind = _("mandatory") if rule.mandatory else _("recommended")
        found[f"rule.{number}"] = (_("Requirement %(number)d") % {"number": number}, f"{rule} ({kind})")
    for number, contact in enumerate(program.contacts.all(), 1):
        value = ", ".join(v for v in (contact.post, contact.email, contact.phone) if v)
        found[f"contact.{number}"] = (_("Contact %(number)d") % {"number": number}, value)
    for stored in program.files.all():
        found[f"file.{stored.pk}"] = (stored.get_kind_display(), stored.name)
    return found


def _intake(row) -> dict[str, tuple[str, str]]:
    def label(name: str) -> str:
        field = str(row._meta.get_field(name).verbose_name)
        return _("Intake %(number)d: %(field)s") % {"number": row.number, "field": field}

    found = {}
    for name in INTAKE_DATES:
        value = getattr(row, name)
        found[f"intake.{row.number}.{name}"] = (label(name), day(value) if value else "")
    for name in ("label", "place", "seats", "min_cohort"):
        value = getattr(row, name)
        found[f"intake.{row.number}.{name}"] = (label(name), "" if value in (None, "") else str(value))
    return found


def both_languages(program: Program) -> dict[str, dict[str, tuple[str, str]]]:
    """`content_of` in Indonesian and English."""
    found = {}
    for language in ("id", "en"):
        with translation.override(language):
            found[language] = content_of(program)
    return found


def changes_between(before, after) -> list[dict[str, str]]:
    """What differs between two readings of `both_languages`, in reading order."""
    names = list(dict.fromkeys([*before["id"], *after["id"]]))
    nothing = ("", "")
    changes = []
    for name in names:
        old, new = before["id"].get(name, nothing), after["id"].get(name, nothing)
        if old[1] == new[1]:
            continue
        old_en, new_en = before["en"].get(name, nothing), after["en"].get(name, nothing)
        changes.append(
            {
                "field": name,
                "label_id": new[0] or old[0],
                "label_en": new_en[0] or old_en[0],
                "before": old[1],
                "after": new[1],
                "before_en": old_en[1],
                "after_en": new_en[1],
                **({"inside": True} if name in INSIDE else {}),
            }
        )
    return changes


def record_amendment(program: Program, actor, reason: str, changes: list[dict]) -> Amendment:
    """Keep the difference under the next edition, on an object that the caller saves."""
    program.edition += 1
    return Amendment.objects.create(
        program=program, edition=program.edition, made_by=actor, reason=reason, changes=changes
    )


@transaction.atomic
def amend(program: Program, write, *, actor, reason: str, version: int | None) -> Amendment:
    """Carry out `write()` on a published programme as one amendment.

    Raises Stale (someone saved since the page was opened) or Refused (nothing was changed). A new deadline of the
    partner moves the internal one with it. Listeners get the log entry "amend" with the differences.
    """
    locked = lock(program, version=version)
    if locked.status not in rules.AMENDABLE:
        raise Stale(locked)
    before, deadline, route = both_languages(locked), locked.partner_deadline, locked.route
    write()
    fresh = Program.objects.get(pk=program.pk)
    if (fresh.partner_deadline, fresh.route) != (deadline, route):
        set_internal_deadline(fresh)
        store_deadlines(fresh)
    changes = changes_between(before, both_languages(fresh))
    if not changes:
        raise Refused([_("Nothing was changed. Change something, or go back.")])
    fresh.version = locked.version + 1
    amendment = record_amendment(fresh, actor, reason, changes)
    fresh.save()
    note(fresh.flow, fresh, actor, "amend", {"edition": fresh.edition, "changes": changes}, reason)
    return amendment
