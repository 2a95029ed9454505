"""Where needs and programmes meet."""

from django.apps import AppConfig


class PartnershipsConfig(AppConfig):
    name = "partnerships"

    def ready(self):
        from partnerships import receivers  # noqa: F401 - connects the signal
        from partnerships.lifecycle import AGREEMENT, ALLOCATION, BRIEF, PROPOSAL, REVIEW
        from partnerships.models import Agreement, AllocationRun, Brief, Proposal, Review
        from partnerships.rules import (
            agreements_in_reach,
            briefs_in_reach,
            proposals_in_reach,
            reviews_in_reach,
            runs_in_reach,
        )
        from partnerships.rules.agreements import my_turn as agreement_turn
        from partnerships.rules.proposals import my_turn as proposal_turn
        from partnerships.rules.reviews import has_finished_review
        from partnerships.rules.reviews import my_turn as review_turn
        from partnerships.services.brief_papers import SEALED as SEALED_BRIEFS
        from partnerships.services.seals import SEALED
        from partnerships.views import (
            agreement_panels,
            allocation_panels,
            brief_panels,
            review_panels,
            suggestion_panels,
        )
        from programs.readiness import register_report
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
        register(
            REVIEW,
            Review,
            reach=reviews_in_reach,
            turn=review_turn,
            related=("program__partner", "agreement__partner", "agreement__office"),
        )
        register(BRIEF, Brief, reach=briefs_in_reach, related=("cycle", "follows"))
        register_seals(AGREEMENT.name, SEALED)
        register_seals(BRIEF.name, SEALED_BRIEFS)
        suggestion_panels.register()
        agreement_panels.register()
        allocation_panels.register()
        review_panels.register()
        brief_panels.register()
        register_report(has_finished_review)
