"""Makes a drawing fit to stand inside a page: a third of its size, with no roles of its own and no doubled ids."""

from __future__ import annotations

import re
from urllib.parse import quote
from xml.etree import ElementTree  # noqa: S405 - reads only what our own drawing process wrote
from xml.sax.saxutils import escape, quoteattr

from workflow.charts.palette import FONT
from workflow.charts.theme import HREF

KEPT = frozenset(
    "d fill stroke stroke-width stroke-dasharray stroke-linecap stroke-linejoin transform x y dx dy width height x1 x2"
    " y1 y2 cx cy r points text-anchor font-size font-weight font-style opacity fill-opacity stroke-opacity clip-path"
    " id clip-rule fill-rule offset stop-color gradientUnits href".split()
)
NUMBER = re.compile(r"-?\d+\.\d+(?:e-?\d+)?")
REFERENCE = re.compile(r"url\(#([^)]+)\)")
LINK = "{http://www.w3.org/1999/xlink}href"


def tidy(drawing: str, prefix: str, *, links: bool = True) -> str:
    """An SVG for the inside of a page. `prefix` keeps ids apart; without `links` marks lead nowhere."""
    root = ElementTree.fromstring(drawing)  # noqa: S314 - see above
    width, height = _whole(root.get("width", "0")), _whole(root.get("height", "0"))
    inner = "".join(_element(child, prefix, links) for child in root)
    return f'<svg viewBox="0 0 {width} {height}" width="{width}" height="{height}" aria-hidden="true">{inner}</svg>'


def as_image(made: str) -> str:
    """A tidied drawing as one element: for a picture of hundreds of parts, or the small twin of a large one. Its marks
    lead nowhere then; the table does."""
    width, height = re.search(r'width="(\d+)" height="(\d+)"', made).groups()
    alone = made.replace("<svg ", f'<svg xmlns="http://www.w3.org/2000/svg" font-family="{FONT}" ', 1)
    source = quote(alone, safe="/:=,;()'-._~!*@$+?")
    return f'<img src="data:image/svg+xml,{source}" alt="" width="{width}" height="{height}">'


def parts_of(made: str) -> int:
    """How many elements a tidied drawing has."""
    return made.count("<") - made.count("</")


def width_of(spec: dict) -> int:
    """The width a specification is drawn at."""
    return int(spec.get("width", 360)) if isinstance(spec.get("width", 360), int) else 360


def _element(node, prefix: str, links: bool) -> str:
    name = node.tag.rpartition("}")[2]
    if node.get("display") == "none" or (name == "path" and not node.get("d")) or _is_void(node, name):
        return ""
    if name == "text" and not (node.text or len(node)):
        return ""
    given = _attributes(node, prefix)
    inner = "".join(_element(child, prefix, links) for child in node)
    text = escape(node.text.strip()) if node.text and node.text.strip() else ""
    if name in {"g", "a"} and not inner and not text:
        return ""
    if name == "a":
        address = node.get(LINK, "").removeprefix(HREF)
        if not links or not address.startswith(("/", "?")) or address.startswith("//"):
            return inner
        return f'<a href={quoteattr(address)} tabindex="-1">{inner}</a>'
    if name == "g" and not given:
        return inner
    title = _hover(node)
    return f"<{name}{given}>{title}{text}{inner}</{name}>" if title or text or inner else f"<{name}{given}/>"


def _is_void(node, name: str) -> bool:
    """A ground nobody sees."""
    if name == "rect":
        return node.get("fill") == "transparent"
    return name == "path" and "background" in node.get("class", "").split() and not node.get("stroke")


def _attributes(node, prefix: str) -> str:
    kept = ""
    for key, value in node.attrib.items():
        if key not in KEPT or key == "href" or (key == "opacity" and value == "1"):
            continue
        if key == "transform" and value in {"translate(0,0)", "translate(0, 0)"}:
            continue
        if key == "id":
            value = f"{prefix}-{value}"
        value = REFERENCE.sub(rf"url(#{prefix}-\1)", value)
        value = NUMBER.sub(lambda found: _short(found.group(0)), value)
        kept += f" {key}={quoteattr(value)}"
    return kept


def _hover(node) -> str:
    """What a mark says when the pointer rests on it; the specification gives it as the mark's description."""
    label = node.get("aria-label", "")
    if node.get("role") != "graphics-symbol" or len(node) or not label.startswith("» "):
        return ""
    return f"<title>{escape(label.removeprefix('» '))}</title>"


def _short(number: str) -> str:
    return f"{float(number):.1f}".rstrip("0").rstrip(".") or "0"


def _whole(number: str) -> int:
    return round(float(number))
