"""The rulebook and the logbook."""

from django.apps import AppConfig


class WorkflowConfig(AppConfig):
    name = "workflow"
