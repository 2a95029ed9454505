"""The meeting hall: threads with an audience, questions on programmes, meetings and what was agreed there."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ForumConfig(AppConfig):
    name = "forum"

    def ready(self):
        from forum import receivers  # noqa: F401 - connects them
        from forum.lifecycle import ACTION, MEETING, QUESTION
        from forum.models import DOER, GUEST, ORGANISER, ActionPoint, Meeting, Question
        from forum.rules.actions import actions_in_reach, actions_my_turn, actions_with_my_dates
        from forum.rules.meetings import meetings_in_reach, meetings_my_turn, meetings_with_my_dates
        from forum.rules.questions import questions_in_reach, questions_my_turn
        from forum.views import meeting_panels, minutes_panels, question_panels, thread_panels
        from workflow.registry import register, use_role_labels

        use_role_labels(
            {ORGANISER: _("Organiser"), DOER: _("Responsible for it"), GUEST: _("Whoever is asked to come")}
        )
        register(
            MEETING,
            Meeting,
            reach=meetings_in_reach,
            turn=meetings_my_turn,
            dates=meetings_with_my_dates,
            related=("organiser",),
        )
        register(
            ACTION,
            ActionPoint,
            reach=actions_in_reach,
            turn=actions_my_turn,
            dates=actions_with_my_dates,
            related=("meeting__organiser", "organisation"),
        )
        register(
            QUESTION,
            Question,
            reach=questions_in_reach,
            turn=questions_my_turn,
            related=("program__partner",),
        )
        thread_panels.register()
        question_panels.register()
        meeting_panels.register()
        minutes_panels.register()
