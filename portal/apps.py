"""The building: ties together what the rooms may not know of each other."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "portal"

    def ready(self):
        from accounts.selectors import use_place_names
        from notices import audience
        from portal.audiences import (
            allocated_offices,
            concerned_by_amendment,
            receiving_office,
            sends_the_proposals,
        )
        from portal.selectors.places import province_names

        use_place_names(province_names)
        for action in ("amend", "suspend", "resume", "cancel"):
            audience.register("programs.program", action, concerned_by_amendment, at_once=True)
        audience.register("regions.need", "receive", receiving_office)
        audience.register("partnerships.allocation", "ratify", allocated_offices, at_once=True)
        audience.register("partnerships.allocation", "ratify", sends_the_proposals, at_once=True)
