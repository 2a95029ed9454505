"""When a person wants mail of which kind: what holds for them, and what they choose."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from notices.models import ALLOWED, DEFAULTS, SWITCHABLE, Cadence, NoticeKind, Preference


def cadences_of(user) -> dict[NoticeKind, Cadence]:
    """What holds for this person, for every kind; one query."""
    chosen = dict(Preference.objects.filter(user=user).values_list("kind", "cadence"))
    return {kind: Cadence(chosen.get(kind, DEFAULTS[kind])) for kind in NoticeKind}


@transaction.atomic
def choose(user, wanted: dict[str, str]) -> list[NoticeKind]:
    """Keep what a person chose; returns the kinds that changed. What the workflow requires stays as it was."""
    before, changed = cadences_of(user), []
    for kind in NoticeKind:
        cadence = wanted.get(kind)
        if cadence is None or cadence == before[kind] or cadence not in ALLOWED[kind]:
            continue
        Preference.objects.update_or_create(
            user=user, kind=kind, defaults={"cadence": cadence, "changed_at": timezone.now()}
        )
        changed.append(kind)
    return changed


def switch_off(user, kinds: Iterable[str]) -> list[NoticeKind]:
    """No more mail of these kinds, as far as that is the reader's to say."""
    return choose(user, {kind: Cadence.OFF for kind in kinds if kind in SWITCHABLE})


def switch_on(user, kinds: Iterable[str]) -> list[NoticeKind]:
    """Mail of these kinds again, at its usual hours; what was not off stays as it is."""
    off = [kind for kind, cadence in cadences_of(user).items() if cadence == Cadence.OFF]
    return choose(user, {kind: DEFAULTS[kind] for kind in kinds if kind in off})
