"""Who is told, and in which capacity."""

from __future__ import annotations

from collections.abc import Iterable

from accounts.models import Membership
from accounts.roles import OFFICE, Role
from workflow.table import ANYONE

SUPERIOR = {
    Role.DINAS_OP: Role.DINAS_HEAD,
    Role.NOMINEE: Role.DINAS_OP,
    Role.PROV_VER: Role.PPSDM_VER,
    Role.DITJEN_REV: Role.PPSDM_VER,
    Role.PPSDM_VER: Role.PPSDM_HEAD,
    Role.PPSDM_HEAD: Role.SEKJEN,
    Role.BIROKS_OFF: Role.BIROKS_HEAD,
    Role.BIROKS_HEAD: Role.SEKJEN,
    Role.LEGAL: Role.SEKJEN,
    Role.EVAL: Role.PPSDM_HEAD,
    Role.PARTNER_OFF: Role.PARTNER_HEAD,
    Role.PARTNER_HEAD: Role.BIROKS_OFF,
    "DOER": "ORGANISER",  # what a meeting asked for: whoever called it
}
"""Who hears when a time limit has passed besides the one whose turn it is: overdue is never silent (docs/deadlines.md).

A head of a regional office has no superior in the portal: the ministry does not command it. Who stands for the next
level hears only of records that exist for them.
"""

REGIONS = (*OFFICE, Role.PROV_VER, Role.NOMINEE)
"""Who does not read what is marked as internal in a difference, such as a partner's own deadline."""


def superiors_of(roles) -> list[str]:
    """The next level above the roles whose turn it is; one of several whose turn it is counts as told already."""
    return [r for r in dict.fromkeys(SUPERIOR[role] for role in roles if role in SUPERIOR) if r not in roles]


def who_can_see(record, roles) -> list[str]:
    """Of some roles those for which the record exists in its present state: nobody is sent to a missing
    page."""
    sees = record.state.sees
    return [r for r in dict.fromkeys(roles) if sees == ANYONE or r in sees]


class Crowd:
    """People met while one stretch of the log is told: each is loaded with their capacities once."""

    def __init__(self):
        self._known: dict[int, object] = {}

    def of(self, people: Iterable) -> list:
        """Users with their present memberships, new ones loaded in one query: a published programme concerns a
        thousand."""
        users = list(people)
        new = {user.pk: user for user in users if user.pk not in self._known}
        if new:
            own: dict[int, list] = {pk: [] for pk in new}
            current = Membership.objects.current().filter(user__in=new)
            for membership in current.select_related("organisation", "delegation__post").order_by("pk"):
                own[membership.user_id].append(membership)
            for pk, user in new.items():
                user.current_memberships = own[pk]
            self._known.update(new)
        return [self._known[user.pk] for user in users]

    def by_record(self, registered, records: Iterable, roles_of, *, turn: bool = False) -> dict[int, list[tuple]]:
        """record key -> (user, membership) of everyone who holds one of `roles_of(record)` on it; `turn`: only where
        it is their turn.

        A person with several capacities is told once, in the first that applies.
        """
        found: dict[int, list[tuple]] = {}
        for record in records:
            roles = who_can_see(record, roles_of(record))
            found[record.pk] = list(self._on(registered.flow, record, set(roles))) if roles else []
        if turn and registered.turn is not None:
            self._keep_turns(registered, found)
        return {pk: self._first(pairs) for pk, pairs in found.items()}

    def _on(self, flow, record, roles: set[str]):
        for user in self.of(flow.people(record, roles)):
            for membership in user.current_memberships:
                user.act_as(membership.pk)
                if flow.roles(user, record) & roles:
                    yield user, membership

    @staticmethod
    def _keep_turns(registered, found: dict[int, list[tuple]]) -> None:
        """Ask once per capacity, not once per record, of which records it is the turn."""
        asked: dict[int, tuple] = {}
        for record, pairs in found.items():
            for user, membership in pairs:
                asked.setdefault(membership.pk, (user, membership, []))[2].append(record)
        mine: set[tuple[int, int]] = set()
        for user, membership, records in asked.values():
            user.act_as(membership.pk)
            query = registered.model._default_manager.filter(registered.turn(user), pk__in=records)
            mine |= {(membership.pk, pk) for pk in query.values_list("pk", flat=True)}
        for record, pairs in found.items():
            found[record] = [(user, m) for user, m in pairs if (m.pk, record) in mine]

    @staticmethod
    def _first(pairs: list[tuple]) -> list[tuple]:
        """Each person once."""
        once: dict[int, tuple] = {}
        for user, membership in pairs:
            once.setdefault(user.pk, (user, membership))
        return list(once.values())


def capacities(registered, record, roles, *, turn: bool = False) -> list[tuple]:
    """(user, membership) for everyone who holds one of the roles on one record."""
    return Crowd().by_record(registered, [record], lambda _record: roles, turn=turn)[record.pk]
