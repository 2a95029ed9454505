"""Files nobody wants to receive, made by hand: archives with the parts of a workbook, good and bad."""

from __future__ import annotations

import io
import zipfile

TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="xml" ContentType="application/xml"/></Types>'
)
BOOK = (
    '<workbook xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">{properties}<sheets>'
    '<sheet name="Things" sheetId="1" {state} r:id="rId1"/></sheets></workbook>'
)
RELATIONS = (
    '<Relationships><Relationship Id="rId1" Type="x/worksheet" Target="worksheets/sheet1.xml"/>'
    '<Relationship Id="rId2" Type="x/styles" Target="styles.xml"/>'
    '<Relationship Id="rId3" Type="x/sharedStrings" Target="sharedStrings.xml"/></Relationships>'
)
START = '<Relationships><Relationship Id="a" Type="x/officeDocument" Target="xl/workbook.xml"/></Relationships>'
STYLES = (
    '<styleSheet><numFmts><numFmt numFmtId="170" formatCode="[$-421]dd\\ mmmm\\ yyyy"/></numFmts><cellXfs>'
    '<xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="170"/></cellXfs></styleSheet>'
)
HEAD = (
    '<row r="1">'
    + "".join(
        f'<c r="{letter}1" t="inlineStr"><is><t>{text}</t></is></c>'
        for letter, text in zip("ABCDE", ("Name", "Count", "Day", "Kind", "Ready"), strict=True)
    )
    + "</row>"
)
ROW = '<row r="2"><c r="A2" t="inlineStr"><is><t>first</t></is></c><c r="B2"><v>3</v></c></row>'


def sheet(rows: str = ROW, *, head: str = HEAD, after: str = "", before: str = "") -> str:
    """The part of one sheet."""
    return f"<worksheet>{before}<sheetData>{head}{rows}</sheetData>{after}</worksheet>"


def book(
    content: str | None = None,
    *,
    properties: str = "",
    state: str = "",
    strings: str = "<sst/>",
    prolog: str = "",
    more: dict[str, bytes | str] | None = None,
    without: tuple[str, ...] = (),
) -> io.BytesIO:
    """A workbook with one sheet; `prolog` stands before its XML, `more` are further parts."""
    parts: dict[str, bytes | str] = {
        "[Content_Types].xml": TYPES,
        "_rels/.rels": START,
        "xl/workbook.xml": BOOK.format(properties=properties, state=state),
        "xl/_rels/workbook.xml.rels": RELATIONS,
        "xl/styles.xml": STYLES,
        "xl/sharedStrings.xml": strings,
        "xl/worksheets/sheet1.xml": prolog + (content if content is not None else sheet()),
        **(more or {}),
    }
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            if name not in without:
                archive.writestr(name, part)
    target.seek(0)
    return target
