"""What each step of the workflow leaves behind: (program, actor, answers); the engine saves the programme
afterwards."""

from __future__ import annotations

import datetime as dt

from django.db.models import Q
from django.utils import timezone
from django.utils.text import slugify

from accounts.models import Organisation
from programs import rules
from programs.models import Program, ProgramFile, Remark, Visibility
from programs.services.amendments import both_languages, changes_between, record_amendment
from programs.services.deadlines import set_internal_deadline, store_deadlines
from regions.models import FunctionalPost, Region
from workflow.engine import note


def sign_off(program, actor, answers):
    """Who released the offer."""
    program.submitted_by = actor


def sign_off_on_behalf(program, actor, answers):
    """The Bureau files a partner's letter; its number and date stand for the partner's signature."""
    program.submitted_by = actor
    program.source_letter_number = answers.get("letter_number") or program.source_letter_number
    program.source_letter_date = answers.get("letter_date") or program.source_letter_date


def take_remarks(program, actor, answers):
    """Store the Bureau's remarks, each with the part it speaks of."""
    program.return_count += 1
    Remark.objects.bulk_create(
        Remark(
            program=program,
            field=remark.get("field", ""),
            text=remark["text"],
            round=program.return_count,
            author=actor,
        )
        for remark in answers["comments"]
    )


def publish(program, actor, answers):
    """Set the internal deadline, the audience and the address; from here on every change is an amendment."""
    now = timezone.now()
    program.published_at = now
    program.visibility = answers["visibility"]
    program.slug = address_of(program)
    set_internal_deadline(program, now)
    if program.opens_at is None:
        program.opens_at = now
    if program.all_posts:
        # Filters and matching look at posts; "every post" means every post there is today.
        program.posts.set(FunctionalPost.objects.current())
    program.selected_offices.set(chosen_offices(answers))


def address_of(program) -> str:
    """A readable address: the title and the number, for example mediasi-hubungan-industrial-2026-0012."""
    number = program.code.lower().removeprefix("pr-")
    stem = slugify(program.title_id or program.title_en)[: 78 - len(number)].strip("-")
    return f"{stem}-{number}" if stem else program.code.lower()


def chosen_offices(answers):
    """The offices of the provinces ticked and those named by code; nobody in particular for the other
    audiences."""
    if answers.get("visibility") not in rules.BY_LIST:
        return Organisation.objects.none()
    query = Q(code__in=rules.office_codes(answers))
    for province in answers.get("provinces") or []:
        query |= Q(region_code__startswith=province)
    return Organisation.objects.filter(query, kind__in=rules.SENDING)


def visibility_choices(program):
    """Who may see the programme."""
    return Visibility.choices


def province_choices(program):
    """Provinces by code, for a programme meant for some of them."""
    return [(region.code, region.name) for region in Region.objects.filter(level="PROVINCE").order_by("code")]


def open_now(program, actor, answers):
    """An officer may open registration before its announced moment."""
    now = timezone.now()
    if program.opens_at is None or program.opens_at > now:
        program.opens_at = now


def extend(program, actor, answers):
    """The partner's new deadline and with it ours; kept as an amendment with the partner's consent as the
    reason."""
    if answers.get("new_deadline") is None:
        return
    # The engine holds the row's lock and saves later: the difference is computed from what is stored against
    # this.
    before = both_languages(program)
    program.partner_deadline = answers["new_deadline"]
    set_internal_deadline(program)
    store_deadlines(program)
    changes = changes_between(before, both_languages(program))
    if changes:
        consent = answers.get("consent", "")
        record_amendment(program, actor, consent, changes)
        # Told like every other amendment, so that whoever listens to those hears of this one too; those whom the act
        # itself tells are not told twice.
        data = {"edition": program.edition, "changes": changes, "with_act": True}
        note(program.flow, program, actor, "amend", data, consent)


def remember_state(program, actor, answers):
    """Where a suspended programme goes back to."""
    program.status_before_suspension = Program.objects.values_list("status", flat=True).get(pk=program.pk)


def forget_state(program, actor, answers):
    """The programme is back where it was."""
    program.status_before_suspension = ""


def keep_attendance(program, actor, answers):
    """The attendance list stays with the programme, readable by partner and ministry only."""
    _keep(program, answers["attendance"], ProgramFile.Kind.ATTENDANCE, actor)


def keep_report(program, actor, answers):
    """The evaluation report, where one was attached, stays with the programme."""
    if answers.get("report_file"):
        _keep(program, answers["report_file"], ProgramFile.Kind.REPORT, actor)


def _keep(program, upload, kind, actor):
    ProgramFile(program=program, kind=kind).hold(upload, actor=actor).save()


def default_deadline(program):
    """For the form of an extension: a week after the present deadline."""
    if program.partner_deadline is None:
        return None
    return timezone.localtime(max(program.partner_deadline, timezone.now()) + dt.timedelta(days=7))
