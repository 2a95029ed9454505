"""Where needs and programmes meet."""

from django.apps import AppConfig


class PartnershipsConfig(AppConfig):
    name = "partnerships"

    def ready(self):
        from partnerships import receivers  # noqa: F401 - connects the signal
        from partnerships.lifecycle import AGREEMENT, ALLOCATION, PROPOSAL
        from partnerships.models import Agreement, AllocationRun, Proposal
        from partnerships.rules import agreements_in_reach, proposals_in_reach, runs_in_reach
        from partnerships.rules.agreements import my_turn as agreement_turn
        from partnerships.rules.proposals import my_turn as proposal_turn
        from partnerships.services.seals import SEALED
        from partnerships.views import agreement_panels, allocation_panels, suggestion_panels
        from workflow.registry import register
        from workflow.seals import register_seals

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
        register(ALLOCATION, AllocationRun, reach=runs_in_reach, related=("round__cycle",))
        register_seals(AGREEMENT.name, SEALED)
        suggestion_panels.register()
        agreement_panels.register()
        allocation_panels.register()
