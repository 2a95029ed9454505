"""Lists of programmes: the catalogue for everyone, and those a partner or the ministry works on."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext_lazy as _

from exchange.exports.parts import CODE, code, status
from programs import selectors
from regions.models.vocabulary import term_label
from workflow.exports import Column, register_export


def _managed(asked):
    if not selectors.may_see_management(asked.user):
        raise PermissionDenied("programs.mine")
    return selectors.management_list(asked)


def _themes(program) -> str:
    return "; ".join(f"{t.theme.label} ({t.entry_level}→{t.exit_level})" for t in program.themes.all())


def _posts(program) -> str:
    return str(_("Every post")) if program.all_posts else "; ".join(post.label for post in program.posts.all())


def _offer() -> list[Column]:
    return [
        code(label=CODE),
        Column(_("Title"), lambda p: p.title, 50),
        Column(_("Partner"), lambda p: p.partner.name, 30),
        Column(_("Competencies and levels"), _themes, 50),
        Column(_("Target posts"), _posts, 36),
        Column(_("Way of learning"), lambda p: term_label("delivery_mode", p.delivery_mode), 20),
        Column(_("Country"), lambda p: term_label("country", p.country), 18),
        Column(_("Language"), lambda p: term_label("language", p.language), 14),
        Column(_("Funding"), lambda p: term_label("funding_mode", p.funding_mode), 24),
    ]


def _figures() -> list[Column]:
    return [
        Column(_("Starts"), lambda p: p.next_start, 12, "day"),
        Column(_("Seats"), lambda p: p.seats_total, 8, "whole"),
        Column(_("Seats free"), lambda p: p.seats_left, 8, "whole"),
    ]


def _internal() -> Column:
    return Column(_("Internal deadline"), lambda p: p.internal_deadline, 17, "moment")


def _catalogue_columns(user) -> list[Column]:
    return [*_offer(), *_figures(), _internal(), status()]


def _managed_columns(user) -> list[Column]:
    scheme = Column(_("Scheme"), lambda p: p.scheme.label, 24)
    closing = Column(_("Partner's deadline"), lambda p: p.partner_deadline, 17, "moment")
    return [*_offer(), scheme, *_figures(), closing, _internal(), status()]


def register() -> None:
    """Make these lists known."""
    register_export(
        "programs",
        _("Training programmes"),
        listing=selectors.catalogue,
        columns=_catalogue_columns,
        public=True,
    )
    register_export("programs-managed", _("Programmes on offer"), listing=_managed, columns=_managed_columns)
