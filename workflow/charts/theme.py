"""How every chart looks: Sinergi's colours and sizes laid under a specification, and numbers in the reader's way."""

from __future__ import annotations

from typing import Any

from workflow.charts import palette as p

NUMBERS = {
    "id": {"decimal": ",", "thousands": ".", "grouping": [3], "currency": ["Rp", ""], "percent": "%"},
    "en": {"decimal": ".", "thousands": ",", "grouping": [3], "currency": ["Rp", ""], "percent": "%"},
}
HREF = "https://chart.invalid"
"""Put before addresses on their way through the drawing, which takes relative ones for its own examples."""

CONFIG: dict[str, Any] = {
    "background": "transparent",
    "font": p.FONT,
    "padding": 2,
    "view": {"stroke": None},
    "axis": {
        "labelColor": p.INK_700,
        "labelFontSize": 13,
        "titleColor": p.INK_700,
        "titleFontSize": 13,
        "titleFontWeight": 600,
        "gridColor": p.LINE,
        "domainColor": p.LINE_STRONG,
        "tickColor": p.LINE_STRONG,
    },
    "legend": {
        "labelColor": p.INK_700,
        "labelFontSize": 13,
        "titleColor": p.INK_700,
        "titleFontSize": 13,
        "orient": "top",
        "offset": 6,
        "symbolType": "square",
        "columnPadding": 14,
        "labelLimit": 240,
    },
    "header": {"labelColor": p.INK_700, "labelFontSize": 13},
    "bar": {"color": p.SERIES[0]},
    "line": {"color": p.SERIES[0], "strokeWidth": 2.5},
    "point": {"color": p.SERIES[0], "filled": True, "size": 110},
    "text": {"color": p.INK_900, "fontSize": 13},
    "rule": {"color": p.INK_700},
    "range": {"category": list(p.SERIES), "ordinal": list(p.RAMP), "ramp": list(p.RAMP), "heatmap": list(p.RAMP)},
}


def themed(spec: dict[str, Any]) -> dict[str, Any]:
    """A specification with the portal's look under it; what it says itself stands."""
    config = {**CONFIG, **spec.get("config", {})}
    return {"$schema": "https://vega.github.io/schema/vega-lite/v6.json", **spec, "config": config}


def titled(spec: dict[str, Any], title: str, subtitle: str, width: int) -> dict[str, Any]:
    """A specification for a picture that travels alone: with its finding, its source and a white ground."""
    letters = max(width // 8, 24)
    head = {
        "text": wrapped(title, letters),
        "subtitle": wrapped(subtitle, letters + 8),
        "anchor": "start",
        "frame": "bounds",
        "color": p.INK_900,
        "fontSize": 15,
        "subtitleColor": p.INK_500,
        "subtitleFontSize": 12,
        "offset": 12,
    }
    return {**spec, "title": head, "background": p.WHITE, "padding": 16}


def wrapped(text: str, letters: int) -> list[str]:
    """A text in lines of about so many letters."""
    lines: list[str] = []
    for word in text.split():
        if lines and len(lines[-1]) + 1 + len(word) <= letters:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines
