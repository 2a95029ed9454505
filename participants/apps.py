"""The people who take the seats."""

from django.apps import AppConfig


class ParticipantsConfig(AppConfig):
    name = "participants"

    def ready(self):
        from participants import receivers  # noqa: F401 - connects the signal
        from participants.lifecycle import NOMINATION
        from participants.models import Nomination
        from participants.rules import my_turn, nominations_in_reach
        from participants.services.certificates import SEALED
        from participants.views import panels
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
        register_seals(NOMINATION.name, SEALED)
        panels.register()
