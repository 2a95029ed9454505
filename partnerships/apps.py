"""Where needs and programmes meet."""

from django.apps import AppConfig


class PartnershipsConfig(AppConfig):
    name = "partnerships"

    def ready(self):
        from partnerships import receivers  # noqa: F401 - connects the signal
        from partnerships.lifecycle import AGREEMENT, PROPOSAL
        from partnerships.models import Agreement, Proposal
        from partnerships.rules import agreements_in_reach, proposals_in_reach
        from partnerships.rules.agreements import my_turn as agreement_turn
        from partnerships.rules.proposals import my_turn as proposal_turn
        from partnerships.views import agreement_panels, suggestion_panels
        from workflow.registry import register

        register(
            PROPOSAL,
            Proposal,
            reach=proposals_in_reach,
            turn=proposal_turn,
            related=("partner", "line__post", "line__need__office", "intake__program__partner"),
        )
        register(
            AGREEMENT,
            Agreement,
            reach=agreements_in_reach,
            turn=agreement_turn,
            related=("partner", "office", "program", "unit"),
        )
        suggestion_panels.register()
        agreement_panels.register()
