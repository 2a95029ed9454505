"""No address of the portal without a line in the matrix, and no line without an address."""

from __future__ import annotations

from accounts.roles import Role
from tests.addresses import patterns
from tests.authorisation.readers import ROLES
from tests.authorisation.records import RECORDS
from tests.authorisation.test_acts import ACTS
from tests.authorisation.typed import lines


def test_every_address_has_a_line():
    typed = {line.name for line in lines()} | set(ACTS)
    assert sorted({name for name, _arguments in patterns()} ^ typed) == []


def test_every_record_is_looked_at_and_no_line_is_typed_twice():
    named = [(line.record, line.name) for line in lines()]
    assert sorted({record for record, _name in named} ^ set(RECORDS)) == []
    assert len(named) == len(set(named))


def test_every_role_is_among_the_readers():
    assert set(ROLES.values()) == set(Role)
