"""What partners offer."""

from django.apps import AppConfig


class ProgramsConfig(AppConfig):
    name = "programs"

    def ready(self):
        from programs import receivers  # noqa: F401 - connects itself to the signals
        from programs.lifecycle import PROGRAM
        from programs.models import Program
        from programs.rules import my_turn, programs_in_reach
        from workflow.registry import register

        register(PROGRAM, Program, reach=programs_in_reach, turn=my_turn, related=("partner", "scheme"))
