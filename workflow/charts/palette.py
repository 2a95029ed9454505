"""The colours of drawings: the same values as the style sheet's tokens, since a picture file knows no style sheet."""

from __future__ import annotations

INK_900, INK_700, INK_500 = "#14202e", "#384a5f", "#566579"
LINE, LINE_STRONG, WHITE = "#dbe2ea", "#75859a", "#ffffff"

RAMP = ("#dce9f6", "#a9cbea", "#6fa8da", "#2f78bd", "#0a4683")
"""From little to much."""
SERIES = ("#0b5ba8", "#b85309", "#0f7a72", "#6b4fc0")
"""Kinds without an order; one colour keeps one meaning on a page."""
BEFORE = "#8392a6"
"""What was, what is asked for, what a value is measured against."""
NOTHING = "#e4e9ef"
"""A track that shows the whole of which a bar is a part."""

LATE, NEAR, GOOD = "#b42318", "#b85309", "#0f7a72"
"""Past its time, near it, in time; a word or a figure stands beside each."""

FONT = "Liberation Sans, Noto Sans, Arial, sans-serif"
"""For picture files and for measuring; on a page the text takes the page's own font."""
