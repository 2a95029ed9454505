"""What regions need, and the vocabulary everyone shares."""

from django.apps import AppConfig


class RegionsConfig(AppConfig):
    name = "regions"

    def ready(self):
        from regions import receivers  # noqa: F401 - connects itself to the signals
        from regions.lifecycle import NEED
        from regions.models import TrainingNeed
        from regions.rules import my_turn, needs_in_reach
        from workflow.registry import register

        register(
            NEED, TrainingNeed, reach=needs_in_reach, turn=my_turn, related=("office__office__region__parent", "cycle")
        )
