"""What regions need, and the vocabulary everyone shares."""

from django.apps import AppConfig


class RegionsConfig(AppConfig):
    name = "regions"

    def ready(self):
        from regions.lifecycle import NEED
        from regions.models import TrainingNeed
        from workflow.registry import register

        register(NEED, TrainingNeed)
