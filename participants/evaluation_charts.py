"""The drawing of levels before and after: worked out here, drawn by a template. Numbers for SVG are texts."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from workflow import formats

LEFT, RIGHT, TOP, STEP, LEVELS = 8, 222, 28, 46, 5
"""Where the scale begins and ends, where the first row is, how far apart rows are, and the highest level."""


def level_chart(gaps: Iterable) -> dict:
    """A row per competency: the filed level, the level now, and a stroke at the target."""
    rows = list(gaps)

    def at(level: float) -> str:
        return f"{LEFT + (RIGHT - LEFT) * min(max(level, 0), LEVELS) / LEVELS:.1f}"

    foot = TOP + len(rows) * STEP
    return {
        "rows": [
            {
                "gap": gap,
                "falls": gap.now < gap.filed,
                "y": str(TOP + n * STEP + 12),
                "line": str(TOP + n * STEP + 27),
                "text": str(TOP + n * STEP + 31),
                "top": str(TOP + n * STEP + 17),
                "bottom": str(TOP + n * STEP + 37),
                "filed": at(gap.filed),
                "now": at(gap.now),
                "target": at(gap.target),
            }
            for n, gap in enumerate(rows)
        ],
        "ticks": [{"x": at(level), "label": str(level)} for level in range(LEVELS + 1)],
        "height": str(foot),
        "foot": str(foot - 4),
        "sentence": "; ".join(
            _("%(competency)s from %(before)s to %(now)s, target %(target)s")
            % {
                "competency": gap.label,
                "before": formats.decimal(gap.filed),
                "now": formats.decimal(gap.now),
                "target": formats.decimal(gap.target),
            }
            for gap in rows
        ),
    }
