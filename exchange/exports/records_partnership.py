"""What agreements, reviews, results of a national run and conversations say on paper."""

from __future__ import annotations

from django.http import Http404
from django.utils.html import format_html, strip_spaces_between_tags
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.services.log import record_event
from forum.selectors import threads
from forum.selectors.audiences import shown_room
from partnerships.selectors import agreements, allocations, reviews
from partnerships.selectors import allocation_results as results
from partnerships.selectors.agreement_stages import stage_rows
from partnerships.selectors.allocation_runs import preset_label, rule_rows
from workflow import formats
from workflow.exports import EXPORT_LOG
from workflow.records import Section, history_of, register_record
from workflow.templatetags.workflow_tags import role_name

# --- Agreements ---------------------------------------------------------------------------------------------

PLACES = {
    "done": gettext_lazy("Done"),
    "now": gettext_lazy("Now"),
    "skipped": gettext_lazy("Not needed"),
    "stopped": gettext_lazy("Stopped here"),
    "todo": gettext_lazy("Cannot start yet"),
}


def _agreement(user, agreement) -> list[Section]:
    regions = agreements.region_rows(agreement)
    parties = tuple((p["name"], p["side"], p["post"]) for p in agreements.parties_of(agreement, regions))
    stages = tuple(
        (
            row.number,
            row.label,
            ", ".join(str(role_name(role)) for role in row.roles),
            PLACES[row.place],
            formats.shortday(row.since) if row.since else "",
            formats.shortday(row.until) if row.until else "",
        )
        for row in stage_rows(agreement, agreements.letters_of(agreement))
    )
    seats = tuple(
        (row.line.need.office.name, row.line.post.label, row.code, formats.num(row.seats_allotted))
        for row in agreements.seat_rows(user, agreement)
    )
    plan = tuple(
        (line["activity"], line.get("place"), line.get("who"), line.get("when")) for line in agreement.action_plan
    )
    return [
        Section(
            _("Summary"),
            facts=(
                (_("Track"), agreement.get_track_display()),
                (_("Instrument"), agreement.get_instrument_display()),
                (_("Programme"), agreement.program.title if agreement.program else ""),
                (_("Validity"), _validity(agreement)),
                (_("Signed"), _signed(agreement)),
                (_("Takes effect on"), formats.day(agreement.effective_date) if agreement.signed_on else ""),
                (_("Renewal"), agreement.get_renewal_display() if agreement.renewal else ""),
            ),
        ),
        Section(_("Parties"), head=(_("Party"), _("Side"), _("Signed by")), rows=parties),
        Section(
            _("Approval"),
            head=(_("No."), _("Stage"), _("Who"), _("State"), _("Since"), _("Until")),
            rows=stages,
        ),
        Section(
            _("Cooperation plan"),
            facts=(
                (_("Subject"), agreement.subject),
                (_("Scope"), agreement.scope),
                (_("Source of funds"), agreement.cost_source),
                (_("Place of implementation"), agreement.place),
                (_("Duration"), _months(agreement)),
                (_("Regions"), ", ".join(row["name"] for row in regions if row["name"])),
            ),
        ),
        Section(_("Action plan"), head=(_("Activity"), _("Place"), _("Responsible"), _("Schedule")), rows=plan),
        Section(_("Seats"), head=(_("Office"), _("Post"), _("Proposal"), _("Seats")), rows=seats, numbers=(3,)),
        history_of(user, agreement),
    ]


def _validity(agreement) -> str:
    if agreement.starts:
        return formats.daterange(agreement.starts, agreement.ends)
    return formats.day(agreement.ends) if agreement.ends else ""


def _signed(agreement) -> str:
    if not agreement.signed_on:
        return ""
    return ", ".join(part for part in (formats.day(agreement.signed_on), agreement.signing_place) if part)


def _months(agreement) -> str:
    return _("%(months)d months") % {"months": agreement.duration_months} if agreement.duration_months else ""


# --- Reviews ------------------------------------------------------------------------------------------------


def _review(user, review) -> list[Section]:
    ratings = reviews.ratings_of(review)
    steps = [rating.step for rating in ratings if rating.step]
    advice = tuple(
        (
            row.text,
            str(role_name(row.owner)),
            formats.day(row.due_on),
            row.get_stance_display() if row.stance else "",
            row.answer,
        )
        for row in reviews.recommendations_of(review)
    )
    return [
        Section(
            _("What is reviewed"),
            facts=(
                (_("Subject"), f"{review.subject.title} ({review.subject.code})"),
                (_("Partner"), review.partner.name if review.partner else ""),
                (
                    _("Period reviewed"),
                    formats.daterange(review.covers_from, review.covers_to) if review.covers_from else "",
                ),
                (
                    _("Mean rating"),
                    _("%(mean)s of 4") % {"mean": formats.decimal(sum(steps) / len(steps))} if steps else "",
                ),
                (_("Published"), formats.day(review.published_at) if review.published_at else ""),
            ),
        ),
        Section(_("Summary of the findings"), words=(review.summary,)),
        Section(
            _("The six criteria"),
            head=(_("Criterion"), _("Rating"), _("Reasons"), _("Sources")),
            rows=tuple(
                (r.get_criterion_display(), f"{r.step} · {r.step_name}" if r.step else "", r.text, r.sources)
                for r in ratings
            ),
        ),
        Section(
            _("Recommendations and response"),
            head=(_("Recommendation"), _("Who"), _("Until"), _("Response"), _("What will be done, or why not")),
            rows=advice,
        ),
        Section(_("Management response"), words=(review.response,)),
        history_of(user, review),
    ]


# --- A national run -----------------------------------------------------------------------------------------


def _solved(user, code: str):
    run = allocations.get_run(user, code)
    if not run.is_solved:
        raise Http404
    return run


def _run(user, run) -> list[Section]:
    """The summary of the page: exact for the centre, small groups withheld from everyone else."""
    public = not results.reads_everything(user)
    shown = results.shown_result(run, results.comparator_of(run, ""), public=public)
    figures = tuple(
        (f.label, " ".join(part for part in (f.value, f.unit) if part), f.before, f.words) for f in shown.figures
    )
    withheld = _("withheld")
    places = tuple(
        (
            place.code,
            place.name,
            withheld if place.people is None else formats.num(place.people),
            withheld if place.seats is None else formats.num(place.seats),
            withheld if place.now is None else formats.percent(place.now),
        )
        for place in shown.places
    )
    return [
        Section(
            _("The run"),
            facts=(
                (_("Round"), run.round.code),
                (_("Calculated"), formats.moment(run.finished_at) if run.finished_at else ""),
                (_("Rules of scoring"), run.rules_version),
                (_("Preset"), preset_label(run)),
                (_("How far it is proven"), shown.proof),
                (_("Frozen input (SHA-256)"), run.input_hash),
            ),
        ),
        Section(_("Figures"), head=(_("Figure"), _("Now"), _("Before"), _("Change")), rows=figures),
        Section(
            _("Provinces"),
            head=(_("Code"), _("Province"), _("People"), _("Seats"), _("Coverage")),
            rows=places,
            numbers=(2, 3, 4),
        ),
        Section(_("Rules"), facts=tuple((row["label"], row["value"]) for row in rule_rows(run.rules))),
        history_of(user, run),
    ]


# --- Conversations ------------------------------------------------------------------------------------------


def _all_posts(user, thread):
    after = 0
    while some := threads.posts_of(user, thread, after):
        yield from some
        after = some[-1].pk


def _said(post) -> str:
    if post.deleted_at:
        return _("Message deleted by %(name)s.") % {"name": post.deleted_by or post.author}
    if post.kind != "TEXT":
        return _happened(post)
    files = ", ".join(file.name for file in post.attachments)
    # Papers keep line breaks: between tags they would be empty lines.
    words = SafeString(strip_spaces_between_tags(post.html.strip()))
    return format_html("{}{}", words, _("Files: %(names)s") % {"names": files} if files else "")


def _happened(post) -> str:
    said = {
        "WIDENED": _("%(name)s let more people read along."),
        "RESOLVED": _("%(name)s marked this as resolved."),
    }.get(post.kind, _("%(name)s took this up again."))
    return "\n".join(part for part in (said % {"name": post.author}, post.text) if part)


def _thread(user, thread) -> list[Section]:
    room = shown_room(thread)
    posts = tuple(
        (
            formats.moment(post.at),
            "\n".join(part for part in (post.author, post.role, post.organisation) if part),
            _said(post),
        )
        for post in _all_posts(user, thread)
    )
    return [
        Section(
            _("The conversation"),
            facts=(
                (_("Who reads it"), f"{room.label}. {room.sentence}"),
                (_("Record"), thread.record_code),
                (_("Opened"), f"{formats.moment(thread.opened_at)}, {thread.organisation.name}"),
                (_("Messages"), formats.num(thread.message_count)),
            ),
        ),
        Section(_("Messages"), head=(_("When"), _("Who"), _("What was said")), rows=posts),
    ]


def _log_transcript(user, thread) -> None:
    """A transcript names people and what they said: who took it along is written down."""
    record_event(EXPORT_LOG, thread.pk, thread.code, "download", user, kind="transcript")


def register() -> None:
    """Make these papers known."""
    register_record("agreement", gettext_lazy("Agreement"), get=agreements.get_agreement, sections=_agreement)
    register_record("review", gettext_lazy("Review"), get=reviews.get_review, sections=_review)
    register_record("allocation", gettext_lazy("National allocation"), get=_solved, sections=_run)
    register_record(
        "thread",
        gettext_lazy("Conversation"),
        get=threads.get_thread,
        sections=_thread,
        heard=_log_transcript,
    )
