"""Where needs and programmes meet."""

from django.apps import AppConfig


class PartnershipsConfig(AppConfig):
    name = "partnerships"

    def ready(self):
        from partnerships.lifecycle import AGREEMENT, PROPOSAL
        from partnerships.models import Agreement, Proposal
        from partnerships.rules import agreements_in_reach, proposals_in_reach
        from workflow.registry import register

        register(PROPOSAL, Proposal, reach=proposals_in_reach,
                 related=("partner", "line__post", "line__need__office", "intake__program"))
        register(AGREEMENT, Agreement, reach=agreements_in_reach, related=("partner", "office", "program"))
