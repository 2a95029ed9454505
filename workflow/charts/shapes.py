"""The few shapes the portal's charts have, as Vega-Lite specifications made for the width of a phone.

Every row of a bar chart carries its name and its figure in a line above its bar: places have long names and a phone is
narrow. `url` opens the records of a mark, `hover` is what it says under the pointer.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from workflow.charts import palette as p
from workflow.charts.theme import HREF

WIDTH, WIDE = 360, 1120
STEP, BAR = 42, 14
ABOVE, BELOW = -10, 8
"""Where the words and the bar of a row stand, measured from the middle of the row."""

Values = Sequence[dict[str, Any]]


def linked(values: Values) -> list[dict[str, Any]]:
    """Values with their addresses made safe for the way through the drawing, and their hover text marked as such."""
    return [
        {
            **{key: value for key, value in row.items() if key not in {"url", "hover", "key"}},
            "url": HREF + row["url"] if row.get("url") else None,
            "hover": f"» {row['hover']}" if row.get("hover") else "",
        }
        for row in values
    ]


def _opens() -> dict[str, Any]:
    return {"href": {"field": "url"}, "description": {"field": "hover"}}


def _y(**more: Any) -> dict[str, Any]:
    return {"field": "line", "type": "nominal", "sort": None, "axis": None, **more}


def _lined(values: Values) -> list[dict[str, Any]]:
    """Values with the `line` they stand in and whether they are the `first` there. Those of one `key` (without one, of
    one label) share a line: two programmes may have one title, and what stands in a picture must not be added up."""
    lines: dict[Any, str] = {}
    told = []
    for row in values:
        key = row.get("key", row["label"])
        told.append({**row, "first": key not in lines, "line": lines.setdefault(key, f"line {len(lines)}")})
    return told


def _frame(values: Values, layers: list[dict], **more: Any) -> dict[str, Any]:
    return {
        "width": WIDTH,
        "height": {"step": STEP},
        "autosize": {"type": "fit-x", "contains": "padding"},
        "data": {"values": linked(values)},
        "layer": layers,
        **more,
    }


def _words(field: str, side: str, **mark: Any) -> dict[str, Any]:
    """The line of words above the bars, at the left or the right edge."""
    at = {"value": 0} if side == "left" else {"value": "width"}
    style = {"type": "text", "align": side, "baseline": "middle", "yOffset": ABOVE, "limit": 300, **mark}
    opens = {"href": {"field": "url"}} if side == "right" else {}
    return {"mark": style, "encoding": {"y": _y(), "x": at, "text": {"field": field}, **opens}}


def bars(values: Values, *, top: float | None = None, color: str = p.SERIES[0], track: bool = False) -> dict[str, Any]:
    """One bar a row: {"label", "n", "text", "url", "hover"}, and "color" where a row has its own. `track` draws the
    whole (`top`) behind each bar; a row with "mark" gets a line there: what it is measured against."""
    top = top or max((row["n"] or 0 for row in values), default=0) or 1
    low = min([0, *(row["n"] or 0 for row in values)])
    x = {"field": "n", "type": "quantitative", "scale": {"domain": [low, top]}, "axis": None}
    layers = [_words("label", "left"), _words("text", "right", fontWeight=700)]
    if track:
        layers.insert(0, {
            "mark": {"type": "bar", "height": BAR, "yOffset": BELOW, "color": p.NOTHING},
            "encoding": {"y": _y(), "x": {**x, "field": "zero"}, "x2": {"field": "whole"}},
        })  # fmt: skip
    own = {"field": "color", "type": "nominal", "scale": None} if any("color" in row for row in values) else None
    layers.append({
        "mark": {"type": "bar", "height": BAR, "yOffset": BELOW, "color": color},
        "encoding": {"y": _y(), "x": x, **({"color": own} if own else {}), "href": {"field": "url"}},
    })  # fmt: skip
    if any(row.get("mark") is not None for row in values):
        layers.append({
            "transform": [{"filter": "isValid(datum.mark)"}],
            "mark": {"type": "tick", "color": p.INK_900, "thickness": 2.5, "height": BAR + 8, "yOffset": BELOW},
            "encoding": {"y": _y(), "x": {**x, "field": "mark"}},
        })  # fmt: skip
    return _frame([{**row, "zero": 0, "whole": top, "line": f"line {n}"} for n, row in enumerate(values)], layers)


def stacked(values: Values, kinds: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """One bar a row made of parts: rows {"label", "kind", "n", "text", "url", "hover"}, where `text` is the same for
    all parts of a row; `kinds` names the parts in order with their colours. Rows of one name have a `key` each."""
    names = [name for name, _color in kinds]
    order = {name: number for number, name in enumerate(names)}
    told = [{**row, "order": order[row["kind"]]} for row in _lined(values)]
    layers = [
        {**_words("label", "left"), "transform": [{"filter": "datum.first"}]},
        {**_words("text", "right", fontWeight=700), "transform": [{"filter": "datum.first"}]},
        {
            "mark": {"type": "bar", "height": BAR, "yOffset": BELOW, "stroke": p.WHITE, "strokeWidth": 1},
            "encoding": {
                "y": _y(),
                "x": {"field": "n", "type": "quantitative", "stack": "zero", "axis": None},
                "order": {"field": "order"},
                "color": {
                    "field": "kind",
                    "type": "nominal",
                    "title": None,
                    "sort": None,
                    "scale": {"domain": names, "range": [color for _name, color in kinds]},
                    "legend": {"columns": 2},
                },
                **_opens(),
            },
        },
    ]
    return _frame(told, layers)


def paired(values: Values, kinds: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """A few bars side by side for each row: {"label", "kind", "n", "text", "url", "hover"}; each bar has its `text`."""
    names = [name for name, _color in kinds]
    scale = {"domain": names, "range": [color for _name, color in kinds]}
    top = max((row["n"] or 0 for row in values), default=0) or 1
    told = _lined(values)
    step, rows = 19, len(names)
    height = step * rows + 26
    within = {"y": _y(scale={"paddingInner": 0, "paddingOuter": 0})}
    x = {"field": "n", "type": "quantitative", "scale": {"domain": [0, top * 1.18]}, "axis": None}
    layers: list[dict] = [{
        "transform": [{"filter": "datum.first"}],
        "mark": {"type": "text", "align": "left", "baseline": "top", "yOffset": -height // 2 + 6, "fontWeight": 700,
                 "limit": 300},
        "encoding": {**within, "x": {"value": 0}, "text": {"field": "label"}},
    }]  # fmt: skip
    for number, name in enumerate(names):
        middle = -height // 2 + 26 + step * number + step // 2
        only = [{"filter": f"datum.kind === {json.dumps(name)}"}]
        color = {
            "field": "kind",
            "type": "nominal",
            "title": None,
            "sort": None,
            "scale": scale,
            "legend": {"columns": 3},
        }
        layers += [
            {"transform": only, "mark": {"type": "bar", "height": BAR, "yOffset": middle},
             "encoding": {**within, "x": x, "color": color, **_opens()}},
            {"transform": only, "mark": {"type": "text", "align": "left", "baseline": "middle", "dx": 5,
                                         "yOffset": middle},
             "encoding": {**within, "x": x, "text": {"field": "text"}, **_opens()}},
        ]  # fmt: skip
    return {**_frame(told, layers), "height": {"step": height}}


def columns(values: Values, *, height: int = 150) -> dict[str, Any]:
    """One upright bar for each point of time, with its figure above: {"label", "n", "text", "color", "url", "hover"}.
    Where nothing is known, `n` is None: `text` stands on the ground line."""
    known = [row["n"] for row in values if row["n"] is not None]
    low, top = min([0, *known]), max([0, *known]) or 1
    room = (top - low) * 0.18
    told = [{**row, "end": row["n"] or 0, "line": f"line {n}"} for n, row in enumerate(values)]
    x = {"field": "line", "type": "nominal", "sort": None, "axis": None, "scale": {"paddingInner": 0.35}}
    y = {"field": "end", "type": "quantitative", "axis": None,
         "scale": {"domain": [low - room if low < 0 else low, top + room], "nice": False}}  # fmt: skip
    color = {"field": "color", "type": "nominal", "scale": None}
    above = {"filter": "datum.end >= 0"}
    layers = [
        {"mark": {"type": "bar", "cornerRadiusEnd": 2},
         "encoding": {"x": x, "y": y, "color": color, **_opens()}},
        {"transform": [above], "mark": {"type": "text", "baseline": "bottom", "dy": -4, "fontWeight": 700},
         "encoding": {"x": x, "y": y, "text": {"field": "text"}, **_opens()}},
        {"transform": [{"filter": "datum.end < 0"}],
         "mark": {"type": "text", "baseline": "top", "dy": 4, "fontWeight": 700},
         "encoding": {"x": x, "y": y, "text": {"field": "text"}, **_opens()}},
        {"mark": {"type": "text", "baseline": "top", "color": p.INK_700},
         "encoding": {"x": x, "y": {"value": height + 6}, "text": {"field": "label"}}},
    ]  # fmt: skip
    return {**_frame(told, layers), "height": height, "padding": {"left": 8, "right": 8, "top": 4, "bottom": 24}}


def dots(values: Values, *, reference: float, reference_text: str, top: float = 100) -> dict[str, Any]:
    """Where each row stands on one scale, and where all together: {"label", "n", "text", "color", "url", "hover"}.

    The line of the whole is cut where words stand. It is named once, at the top.
    """
    x = {"field": "n", "type": "quantitative", "scale": {"domain": [0, top]}, "axis": None}
    color = {"field": "color", "type": "nominal", "scale": None}
    layers = [
        {"mark": {"type": "rule", "color": p.LINE, "strokeWidth": 2, "yOffset": BELOW},
         "encoding": {"y": _y(), "x": {**x, "field": "zero"}, "x2": {"field": "whole"}}},
        {"mark": {"type": "tick", "color": p.INK_700, "thickness": 2, "height": BAR + 8, "yOffset": BELOW},
         "encoding": {"y": _y(), "x": {**x, "field": "reference"}}},
        {"mark": {"type": "rule", "strokeWidth": 3, "yOffset": BELOW},
         "encoding": {"y": _y(), "x": x, "x2": {"field": "reference"}, "color": color}},
        {"mark": {"type": "point", "filled": True, "size": 150, "yOffset": BELOW, "opacity": 1},
         "encoding": {"y": _y(), "x": x, "color": color, "href": {"field": "url"}}},
        _words("label", "left"),
        _words("text", "right", fontWeight=700),
        {"data": {"values": [{"at": reference, "text": reference_text}]},
         "mark": {"type": "text", "baseline": "bottom", "color": p.INK_700,
                  "align": "left" if reference < top / 2 else "right"},
         "encoding": {"x": {**x, "field": "at"}, "text": {"field": "text"}, "y": {"value": -2}}},
    ]  # fmt: skip
    told = [
        {**row, "zero": 0, "whole": top, "reference": reference, "line": f"line {n}"} for n, row in enumerate(values)
    ]
    height = STEP * len(values)
    return {**_frame(told, layers), "height": height, "padding": {"left": 8, "right": 8, "top": 20, "bottom": 4}}


def heat(
    values: Values, *, columns: Sequence[str], rows: Sequence[str], steps: Sequence[float], step: int = 27,
    label_width: int = 150, width: int = WIDTH, turned: bool = False,
) -> dict[str, Any]:  # fmt: skip
    """A table of colours: {"row", "column", "n", "text", "url", "hover"}. `steps`: from which value each darker colour
    begins, four of them; the figure stands in its field. `turned` sets long names of columns aslant."""
    aslant = {"labelAngle": -45, "labelAlign": "left", "labelLimit": 130} if turned else {"labelAngle": 0}
    scale = {"type": "threshold", "domain": list(steps), "range": list(p.RAMP)}
    common = {
        "x": {"field": "column", "type": "nominal", "sort": list(columns), "scale": {"domain": list(columns)},
              "axis": {"orient": "top", "title": None, **aslant, "ticks": False, "domain": False,
                       "labelPadding": 4, "labelFontSize": 12}},
        "y": {"field": "row", "type": "nominal", "sort": list(rows), "scale": {"domain": list(rows)},
              "axis": {"title": None, "ticks": False, "domain": False, "labelLimit": label_width, "labelFontSize": 13}},
    }  # fmt: skip
    return {
        "width": width,
        "height": {"step": step},
        "autosize": {"type": "fit-x", "contains": "padding"},
        "data": {"values": linked(values)},
        "encoding": common,
        "layer": [
            {"mark": {"type": "rect", "stroke": p.WHITE, "strokeWidth": 1.5},
             "encoding": {"color": {"field": "n", "type": "quantitative", "scale": scale, "legend": None}, **_opens()}},
            {"mark": {"type": "text", "fontSize": 12},
             "encoding": {"text": {"field": "text"},
                          "color": {"condition": {"test": f"datum.n >= {steps[2]}", "value": p.WHITE},
                                    "value": p.INK_900}}},
        ],
    }  # fmt: skip


def spans(
    values: Values, kinds: Sequence[tuple[str, str]], *, first: str, last: str, today: str,
    ticks: Values, width: int = WIDTH,
) -> dict[str, Any]:  # fmt: skip
    """Bars along a calendar: {"label", "kind", "begins", "ends", "text", "url", "hover"}, days as 2026-11-30. `ticks`:
    {"day", "text"}, so that months read in the reader's language."""
    names = [name for name, _color in kinds]
    time = {"type": "temporal", "scale": {"domain": [first, last]}, "axis": None}
    told = [{**row, "today": today} for row in _lined(values)]
    only = [{"filter": "datum.first"}]
    layers = [
        {"data": {"values": list(ticks)}, "mark": {"type": "rule", "color": p.LINE},
         "encoding": {"x": {**time, "field": "day"}}},
        {"data": {"values": list(ticks)}, "mark": {"type": "text", "align": "left", "baseline": "bottom", "dx": 2,
                                                   "fontSize": 12, "color": p.INK_500},
         "encoding": {"x": {**time, "field": "day"}, "y": {"value": -4}, "text": {"field": "text"}}},
        {"mark": {"type": "bar", "height": BAR, "yOffset": BELOW},
         "encoding": {
             "y": _y(), "x": {**time, "field": "begins"}, "x2": {"field": "ends"},
             "color": {"field": "kind", "type": "nominal", "title": None, "sort": None,
                       "legend": {"columns": 2, "orient": "bottom"},
                       "scale": {"domain": names, "range": [color for _name, color in kinds]}},
             **_opens()}},
        {"transform": only,
         "mark": {"type": "tick", "color": p.LATE, "thickness": 2, "height": BAR + 10, "yOffset": BELOW},
         "encoding": {"y": _y(), "x": {**time, "field": "today"}}},
        {**_words("label", "left", limit=width - 80), "transform": only},
        {**_words("text", "right", color=p.INK_700), "transform": only},
    ]  # fmt: skip
    return {**_frame(told, layers), "width": width}
