"""Sessions for the load: `python -m bench.load.cast FILE EACH` writes accounts of each role with their cookies."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import django

ROLES = ("DINAS_OP", "DINAS_HEAD", "PROV_VER", "PPSDM_VER", "DITJEN_REV", "PARTNER_OFF")


def main(into: str, each: int) -> None:
    """Some accounts of each role, offices from all over the country."""
    from accounts.models import Membership
    from bench.load.visitors import _cookies
    from portal.demo.accounts import PASSWORD

    found: dict = {"password": PASSWORD}
    for role in ROLES:
        holders = list(Membership.objects.filter(role=role).select_related("user").order_by("user__email"))
        step = max(1, len(holders) // each)
        found[role] = [
            {"email": holder.user.email, "cookies": _cookies(holder.user)} for holder in holders[::step][:each]
        ]
    Path(into).write_text(json.dumps(found))


if __name__ == "__main__":
    django.setup()
    main(sys.argv[1], int(sys.argv[2]))
