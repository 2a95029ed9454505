"""Every kind of record that can be brought in from a spreadsheet."""

from __future__ import annotations

from exchange.books.columns import Kind
from exchange.kinds.needs import NeedsKind
from exchange.kinds.participants import Participants
from exchange.kinds.people import People
from exchange.kinds.programmes import Programmes

KINDS: dict[str, Kind] = {kind.name: kind for kind in (NeedsKind(), Programmes(), Participants(), People())}


def kind_named(name: str) -> Kind | None:
    """A kind, or None."""
    return KINDS.get(name)


def options_from(kind: Kind, asked) -> dict[str, str]:
    """What a kind wants to know beforehand (`option_names`), out of an address or a form."""
    names = getattr(kind, "option_names", ())
    return {name: asked.get(name, "")[:80].replace("\x00", "") for name in names if asked.get(name)}
