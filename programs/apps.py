"""What partners offer."""

from django.apps import AppConfig


class ProgramsConfig(AppConfig):
    name = "programs"

    def ready(self):
        from programs.lifecycle import PROGRAM
        from programs.models import Program
        from workflow.registry import register

        register(PROGRAM, Program)
