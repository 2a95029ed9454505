"""Every address for every kind of reader, against matrix.txt: matching, allocation, people and the forum.

Two files share the work, so that two processes of a test run can do it at the same time.
"""

from __future__ import annotations

import pytest

from tests.authorisation.comparing import differences
from tests.authorisation.typed import COOPERATION, lines, sections

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("undrawn")]


@pytest.mark.parametrize("section", [name for name in sections() if name in COOPERATION])
def test_everyone_gets_what_the_matrix_says(section, browsers, records):
    assert differences([line for line in lines() if line.section == section], browsers, records) == []
