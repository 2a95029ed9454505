"""What an address asks of a list: filters, search, sort, fields and page; what it does not know is refused by name."""

from __future__ import annotations

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext as _

from api.problems import Problem, invalid
from workflow.listing import Facet, Listing

LIMIT, MOST = 25, 100
LONGEST = 100


def check_names(query: QueryDict, known: Iterable[str]) -> None:
    """400 for a parameter nobody reads: a slip of the pen must not widen a list without a word."""
    names = sorted(known)
    said = _("Not known here. Known are: %(names)s.") if names else _("This address takes no parameters.")
    errors = [(name[:60], said % {"names": ", ".join(names)}) for name in query if name not in names]
    errors += [(name, _("Characters without meaning (NUL).")) for name in query if _has_nul(query.getlist(name))]
    errors += [(name, _("Give this once.")) for name in _once(query) if name in names]
    if errors:
        raise Problem(400, errors=errors)


def _has_nul(values: list[str]) -> bool:
    return any("\x00" in value for value in values)


def _once(query: QueryDict) -> list[str]:
    single = {"q", "sort", "limit", "cursor", "fields"}
    return [name for name in query if name in single and len(query.getlist(name)) > 1]


def check_listing(listing: Listing, query: QueryDict) -> None:
    """400 for a value that a filter does not know, a sort nobody offers, a search too long to be one."""
    for facet in listing.facets:
        _check_values(listing, facet, query.getlist(facet.name))
    if len(query.get("q", "")) > LONGEST:
        raise invalid(("q", _("Write at most %(count)d characters.") % {"count": LONGEST}))
    sort = query.get("sort")
    known = [*listing.sorts, *(f"-{name}" for name in listing.sorts)]
    if sort is not None and sort not in known:
        raise invalid(("sort", _("Not known here. Known are: %(names)s.") % {"names": ", ".join(sorted(known))}))


def _check_values(listing: Listing, facet: Facet, values: list[str]) -> None:
    if not values:
        return
    if len(values) > 40:
        raise invalid((facet.name, _("Give at most %(count)d values.") % {"count": 40}))
    known = _known(listing, facet, values)
    for value in values:
        if value not in known or len(value) > 60:
            raise invalid((facet.name, _("The value “%(value)s” is not known.") % {"value": value[:60]}))


def _known(listing: Listing, facet: Facet, values: list[str]) -> set[str]:
    """Those of the values that the filter's own vocabulary names; none where the column could not even hold them."""
    try:
        listing.query.filter(**{f"{facet.path}__in": values}).query  # noqa: B018 - a nonsense value raises here
        return {str(value) for value in facet.label_of(list(values))}
    except (ValueError, TypeError, ValidationError, OverflowError):
        return set()


def limit_of(query: QueryDict) -> int:
    """How many rows a page has."""
    text = query.get("limit")
    if text is None:
        return LIMIT
    if not (text.isascii() and text.isdecimal() and len(text) <= 3 and 1 <= int(text) <= MOST):
        raise invalid(("limit", _("Give a whole number from 1 to %(most)d.") % {"most": MOST}))
    return int(text)


def fields_of(query: QueryDict, known: Iterable[str]) -> list[str] | None:
    """The fields to show; None for all of them."""
    text = query.get("fields")
    if text is None:
        return None
    names = list(dict.fromkeys(name.strip() for name in text.split(",")))
    if unknown := [name for name in names if name not in set(known)]:
        said = _("“%(name)s” is not a field. Fields are: %(names)s.")
        raise invalid(("fields", said % {"name": unknown[0][:60], "names": ", ".join(known)}))
    return names
