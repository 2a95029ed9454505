"""Lists of needs: all of them, the ministry's queue, a province's."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext_lazy as _

from accounts.roles import Role
from exchange.exports.parts import code, due, due_of, state_of, status
from partnerships.sentences import post_names, theme_names
from regions import selectors
from regions.models import CompetencyGap, NeedLine, TrainingNeed
from regions.models.vocabulary import term_label
from regions.views.queues import MINISTRY
from workflow.exports import Column, register_export


def _only(asked, *roles: str) -> None:
    if asked.user.acting_role not in roles:
        refusal = PermissionDenied("this queue belongs to another role")
        refusal.roles = roles
        raise refusal


def _queue(asked):
    _only(asked, *MINISTRY)
    return selectors.queue_listing(asked, selectors.queue_tabs(asked.user), selectors.QUEUE_FACETS)


def _province_queue(asked):
    _only(asked, Role.PROV_VER)
    return selectors.queue_listing(asked, selectors.province_tabs(asked.user), selectors.PROVINCE_QUEUE_FACETS)


@dataclass(frozen=True, slots=True)
class Row:
    """A need with what its lines add up to."""

    need: TrainingNeed
    themes: str
    posts: str
    waiting: int


def _bare(needs):
    """Without the lines as records, which the page shows one by one: here they are read as bare values."""
    return needs.prefetch_related(None)


def _with_lines(user, needs) -> list[Row]:
    """Four queries, however many needs and lines."""
    keys = [need.pk for need in needs]
    lines = NeedLine.objects.filter(need__in=keys).order_by("position", "pk")
    gaps = CompetencyGap.objects.filter(line__need__in=keys).order_by("line__position", "line", "pk")
    post_label, theme_label = post_names(), theme_names()
    posts: dict[int, dict[str, None]] = {key: {} for key in keys}
    themes: dict[int, dict[str, None]] = {key: {} for key in keys}
    waiting = dict.fromkeys(keys, 0)
    for key, post, wanted, trained in lines.values_list("need_id", "post_id", "requested_total", "people_trained"):
        posts[key][post_label(post)] = None
        waiting[key] += max(wanted - trained, 0)
    for key, theme in gaps.values_list("line__need_id", "theme_id"):
        themes[key][theme_label(theme)] = None
    return [Row(n, "; ".join(themes[n.pk]), "; ".join(posts[n.pk]), waiting[n.pk]) for n in needs]


def _region(need):
    profile = getattr(need.office, "office", None)
    return profile.region if profile else None


def _province(need) -> str:
    region = _region(need)
    return "" if region is None else (region.parent or region).name


def need_columns(user) -> list[Column]:
    """One row for each need."""
    return [
        code(lambda r: r.need.code),
        code(lambda r: r.need.national_number, _("National number")),
        Column(_("Competencies"), lambda r: r.themes, 50),
        Column(_("Posts"), lambda r: r.posts, 36),
        Column(_("Office"), lambda r: r.need.office.name, 36),
        code(lambda r: r.need.office.code, _("Code of the office"), 14),
        Column(_("Region"), lambda r: region.name if (region := _region(r.need)) else "", 26),
        Column(_("Province"), lambda r: _province(r.need), 22),
        Column(_("Cycle"), lambda r: r.need.cycle_id, 8, "whole"),
        status(lambda r: state_of(r.need)),
        Column(_("Number of people"), lambda r: r.need.people_requested, 10, "whole"),
        Column(_("Trained"), lambda r: r.need.people_completed, 10, "whole"),
        Column(_("Still waiting"), lambda r: r.waiting, 10, "whole"),
        Column(_("Score"), lambda r: r.need.score, 8, "decimal"),
        Column(_("Priority band"), lambda r: r.need.band, 8, "code"),
        Column(_("Urgency"), lambda r: term_label("urgency", r.need.urgency), 26),
        Column(_("Filed"), lambda r: r.need.submitted_at, 17, "moment"),
        due(lambda r: due_of(r.need)),
    ]


def register() -> None:
    """Make these lists known."""
    shape = {"columns": need_columns, "query": _bare, "rows": _with_lines}
    register_export("needs", _("Training needs"), listing=selectors.need_listing, **shape)
    register_export(
        "needs-queue", _("Needs in the ministry"), listing=_queue, tabs=_labels_of(selectors.queue_tabs), **shape
    )
    register_export(
        "needs-province",
        _("Needs of the province, by turn"),
        listing=_province_queue,
        tabs=_labels_of(selectors.province_tabs),
        **shape,
    )


def _labels_of(tabs_of):
    return lambda user: {tab.name: tab.label for tab in tabs_of(user)}
