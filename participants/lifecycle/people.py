"""Who has to do with a nomination: the groups of roles that its table names."""

from __future__ import annotations

from accounts.roles import OFFICE, PARTNER, Role

OWN = (Role.NOMINEE, *OFFICE)
PPSDM = (Role.PPSDM_VER, Role.PPSDM_HEAD)
BUREAU = (Role.BIROKS_OFF, Role.BIROKS_HEAD)
AUDIT = (Role.AUDITOR,)
CONCERNED = (*OWN, *PPSDM, *BUREAU, *PARTNER, *AUDIT)
"""Once the person is known to the partner; before that the partner holds no role on the nomination."""
