"""The people who take the seats."""

from django.apps import AppConfig


class ParticipantsConfig(AppConfig):
    name = "participants"

    def ready(self):
        from participants import receivers  # noqa: F401 - connects the signal
        from participants.lifecycle import CORRECTION, EVALUATION, NOMINATION
        from participants.models import Correction, Evaluation, Nomination
        from participants.rules import my_turn, nominations_in_reach
        from participants.rules.evaluations import evaluations_in_reach, evaluations_my_turn
        from participants.rules.rights import corrections_in_reach
        from participants.services.certificates import SEALED
        from participants.views import evaluation_panels, panels
        from workflow.registry import register
        from workflow.seals import register_seals

        register(
            NOMINATION,
            Nomination,
            reach=nominations_in_reach,
            turn=my_turn,
            related=(
                "person__office",
                "person__post",
                "proposal__partner__partner",
                "proposal__line__need__office",
                "proposal__line__post",
                "proposal__intake__program",
            ),
        )
        register(
            CORRECTION,
            Correction,
            reach=corrections_in_reach,
            related=("person__office", "nomination"),
        )
        register(
            EVALUATION,
            Evaluation,
            reach=evaluations_in_reach,
            turn=evaluations_my_turn,
            related=(
                "nomination__person",
                "proposal__partner__partner",
                "proposal__line__need__office",
                "proposal__line__post",
                "proposal__intake__program",
            ),
        )
        register_seals(NOMINATION.name, SEALED)
        panels.register()
        evaluation_panels.register()
