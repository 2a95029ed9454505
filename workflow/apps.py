"""The rulebook and the logbook."""

from django.apps import AppConfig


class WorkflowConfig(AppConfig):
    name = "workflow"

    def ready(self):
        """What `check` says about this room."""
        from workflow import checks  # noqa: F401 - registers itself
