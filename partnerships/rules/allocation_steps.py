"""The steps of a calculation as people read them, and why one can fail."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

STEPS = {
    "freeze": gettext_lazy("Freezing needs, seats and scores"),
    "prepare": gettext_lazy("Preparing the problem"),
    "floors": gettext_lazy("Guaranteed seats"),
    "relaxation": gettext_lazy("Bound on what is possible"),
    "cohorts": gettext_lazy("Choosing the intakes that run"),
    "polish": gettext_lazy("Proving the best plan"),
    "compare": gettext_lazy("Comparing with other ways of giving out seats"),
    "explain": gettext_lazy("Explaining every line"),
    "costs": gettext_lazy("What each rule costs"),
    "store": gettext_lazy("Storing the result"),
}
"""In the order in which they come; the solver leaves out what a problem does not need."""

WAITING = gettext_lazy("Waiting for its turn")


def step_label(progress: dict) -> str:
    """What a run is at, in words."""
    return str(STEPS.get(progress.get("step", ""), WAITING))


def place_of(step: str) -> int:
    """How many steps come before this one; -1 for one that has no place of its own."""
    names = list(STEPS)
    return names.index(step) if step in names else -1


def failure_sentence(failure: dict | None) -> str:
    """Why a calculation failed and what to do: a sentence, never a stack trace."""
    if not failure:
        return ""
    params = failure.get("params") or {}
    words = {"step": step_label(params), **{k: v for k, v in params.items() if k != "step"}}
    sentence = {
        "not_started": _(
            "No process took up the calculation. Run it again; if it waits again, tell the administrator."
        ),
        "worker_lost": _("The process that calculated stopped at the step “%(step)s”. Run the calculation again."),
        "time_over": _(
            "The calculation took longer than %(minutes)s minutes and was stopped at the step “%(step)s”. Accept a "
            "small gap in the rules, or run it again."
        ),
        "too_large": _("The memory was not enough at the step “%(step)s”. Tell the administrator, then run it again."),
        "bad_input": _(
            "The data do not make a valid problem: %(path)s is %(value)s, expected %(expected)s. Correct it and run "
            "the calculation again."
        ),
    }.get(
        failure.get("key", ""),
        _(
            "An unexpected error occurred at the step “%(step)s”. Run the calculation again; if it fails again, "
            "tell the administrator the code and the time."
        ),
    )
    try:
        return sentence % words
    except KeyError:
        return sentence
