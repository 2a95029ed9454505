"""Values for the arguments of the addresses of meetings, for tests/addresses.py: the coming meeting of the scenario,
and the forum that was held with what it asked for."""

from __future__ import annotations

from forum.models import ActionPoint, Meeting


def coming() -> str:
    """The coordination meeting to come: called by PPSDM; NTB and JICA are asked."""
    return Meeting.objects.get(kind="COORDINATION", status="PLANNED").code


def minuted() -> str:
    """The matchmaking forum of 2024: minutes published and corrected once."""
    return Meeting.objects.get(kind="MATCHMAKING", status="MINUTED").code


def to_do() -> str:
    """What the forum asked of JICA and is still open."""
    return ActionPoint.objects.get(organisation__code="JICA", status="OPEN").code


MEETINGS = {
    **{
        (f"forum:{name}", "code"): minuted
        for name in (
            "minutes",
            "correct_minutes",
            "print_minutes",
            "minutes_paper",
            "minutes_edition",
            "take_decision",
        )
    },
    ("forum:minutes_edition", "number"): lambda: 1,
    ("forum:take_decision", "position"): lambda: 1,
    ("forum:action", "code"): to_do,
    ("forum:act_action", "code"): to_do,
    ("forum:act_action", "action"): lambda: "finish",
    **{
        (f"forum:{name}", "code"): coming
        for name in (
            "meeting",
            "edit_meeting",
            "invitations",
            "answer_meeting",
            "print_meeting",
            "act_meeting",
            "meeting_calendar",
        )
    },
    ("forum:act_meeting", "action"): lambda: "cancel",
}
"""{(name of the address, argument): value}."""
