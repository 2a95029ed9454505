"""A filled paper as a Word file: real headings, tables with repeated heads, languages marked, nothing of the machine.

python-docx is loaded only when a file is made.
"""

from __future__ import annotations

import datetime as dt
import io
from dataclasses import dataclass

from participants.partner_forms.filling import LINE, Filled, FilledPaper, Row, legal

TAGS = {"id": "id-ID", "en": "en-GB"}
FACE = "Times New Roman"
ANSWER = LINE[:22]
"""A line to write on, as long as the cell is wide in this face."""


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands around a paper: letterhead, number line, footer. Codes only, no persons."""

    head: tuple[str, ...]
    number: str
    footer: str
    code: str


def docx(filled: FilledPaper, frame: Frame, made_at: dt.datetime) -> bytes:
    """The file's bytes."""
    import docx as word

    made = _Word(word.Document(), filled, frame)
    made.properties(made_at)
    made.page()
    made.front()
    for block in filled.blocks:
        getattr(made, block.kind)(block)
    out = io.BytesIO()
    made.document.save(out)
    return out.getvalue()


class _Word:
    def __init__(self, document, filled: FilledPaper, frame: Frame):
        self.document, self.filled, self.frame = document, filled, frame
        self.language = filled.language

    # --- The file ----------------------------------------------------------------------------------------

    def properties(self, made_at: dt.datetime) -> None:
        """Who made it is the portal; the title names the paper and the code, never the person."""
        known = self.document.core_properties
        known.title = f"{self.filled.title} {self.frame.code}"
        known.author = known.last_modified_by = "Sinergi"
        known.comments = known.keywords = known.subject = known.category = ""
        known.language = TAGS[self.language]
        known.created = known.modified = made_at.astimezone(dt.UTC).replace(tzinfo=None)
        known.revision, known.version = 1, self.filled.paper.version

    def page(self) -> None:
        """A4, the styles and their language, header and footer."""
        from docx.shared import Mm, Pt

        section = self.document.sections[0]
        section.page_width, section.page_height = Mm(210), Mm(297)
        section.left_margin, section.right_margin = Mm(26), Mm(22)
        section.top_margin, section.bottom_margin = Mm(22), Mm(22)
        for name, size, bold in (
            ("Normal", 11, False),
            ("Title", 14, True),
            ("Subtitle", 11, False),
            ("Heading 1", 13, True),
            ("Heading 2", 11.5, True),
            ("Header", 9.5, True),
            ("Footer", 8, False),
        ):
            self._style(name, Pt(size), bold)
        normal = self.document.styles["Normal"].paragraph_format
        normal.space_after, normal.line_spacing = Pt(6), 1.1
        header = section.header.paragraphs[0]
        header.alignment = 2
        if self.filled.mark:
            self._run(header, self.filled.mark)
        footer = section.footer.paragraphs[0]
        self._run(footer, f"{self.frame.footer} · ")
        self._page_number(footer)

    def _style(self, name: str, size, bold: bool) -> None:
        from docx.oxml.ns import qn
        from docx.shared import RGBColor

        style = self.document.styles[name]
        style.font.name, style.font.size, style.font.bold = FACE, size, bold
        style.font.italic, style.font.color.rgb = False, RGBColor(0, 0, 0)
        fonts = style.element.rPr.rFonts
        for kind in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{kind}"), None)
        for kind in ("ascii", "hAnsi", "eastAsia", "cs"):
            fonts.set(qn(f"w:{kind}"), FACE)
        self._tag(style.element.rPr, self.language)
        for kind in ("pBdr", "spacing"):  # of the template's look: rules below titles, letters set apart
            for found in style.element.findall(f".//{qn(f'w:{kind}')}"):
                if kind == "pBdr" or found.getparent().tag == qn("w:rPr"):
                    found.getparent().remove(found)

    def _tag(self, properties, language: str) -> None:
        from docx.oxml import OxmlElement
        from docx.oxml.ns import qn

        for former in properties.findall(qn("w:lang")):
            properties.remove(former)
        mark = OxmlElement("w:lang")
        mark.set(qn("w:val"), TAGS[language])
        properties.append(mark)

    def _page_number(self, paragraph) -> None:
        from docx.oxml import OxmlElement
        from docx.oxml.ns import qn

        for before, code in (("", "PAGE"), (" / ", "NUMPAGES")):
            if before:
                self._run(paragraph, before)
            part = OxmlElement("w:fldSimple")
            part.set(qn("w:instr"), code)
            run = OxmlElement("w:r")
            text = OxmlElement("w:t")
            text.text = "1"
            run.append(text)
            part.append(run)
            paragraph._p.append(part)

    # --- Text --------------------------------------------------------------------------------------------

    def _run(self, paragraph, text: str, *, bold=None, small=False, italic=None, language: str = ""):
        from docx.shared import Pt

        run = paragraph.add_run(legal(text))
        run.bold, run.italic = bold, italic
        if small:
            run.font.size = Pt(8.5)
        if language and language != self.language:
            self._tag(run._r.get_or_add_rPr(), language)
        return run

    def _paragraph(self, text: str = "", style: str | None = None, *, centred=False, **how):
        paragraph = self.document.add_paragraph(style=style)
        if centred:
            paragraph.alignment = 1
        if text:
            self._run(paragraph, text, **how)
        return paragraph

    def _explain(self, paragraph, text: str) -> None:
        if text:
            paragraph.add_run().add_break()
            self._run(paragraph, text, bold=False, small=True, italic=True, language="id")

    def front(self) -> None:
        """Letterhead, title, number."""
        from docx.shared import Pt

        for place, line in enumerate(self.frame.head):
            paragraph = self._paragraph(
                line.upper() if place < 2 else line, centred=True, bold=place < 2, small=place > 1
            )
            paragraph.paragraph_format.space_after = Pt(12 if place == len(self.frame.head) - 1 else 0)
        if self.frame.head:
            self._rule(paragraph)
        self._paragraph(self.filled.title, "Title", centred=True)
        if self.filled.subtitle:
            self._paragraph(self.filled.subtitle, "Subtitle", centred=True)
        if self.frame.number:
            self._paragraph(self.frame.number, centred=True)
        if self.filled.file_copy:
            self._paragraph(self.filled.file_copy, small=True)

    def _rule(self, paragraph, side: str = "bottom", kind: str = "double") -> None:
        from docx.oxml import OxmlElement
        from docx.oxml.ns import qn

        borders = OxmlElement("w:pBdr")
        line = OxmlElement(f"w:{side}")
        space = "6" if side == "bottom" else "1"
        for key, value in (("val", kind), ("sz", "6"), ("space", space), ("color", "000000")):
            line.set(qn(f"w:{key}"), value)
        borders.append(line)
        paragraph._p.get_or_add_pPr().append(borders)

    # --- Blocks ------------------------------------------------------------------------------------------

    def part(self, block: Filled) -> None:
        """A part begins."""
        paragraph = self._paragraph(block.text, "Heading 1")
        paragraph.paragraph_format.page_break_before = block.new_page
        self._explain(paragraph, block.explained)

    def heading(self, block: Filled) -> None:
        """A section begins."""
        self._explain(self._paragraph(block.text, "Heading 2"), block.explained)

    def prose(self, block: Filled) -> None:
        """A paragraph."""
        paragraph = self._paragraph()
        for run in block.runs:
            self._run(paragraph, run.text)

    def note(self, block: Filled) -> None:
        """Small print."""
        paragraph = self._paragraph(block.text, small=True)
        paragraph.paragraph_format.keep_with_next = True
        self._explain(paragraph, block.explained)

    def rows(self, block: Filled) -> None:
        """Label and answer in a ruled table."""
        self._pairs(block.rows, "Table Grid")

    def letter(self, block: Filled) -> None:
        """Label, colon, value."""
        self._pairs(block.rows, None)

    ruled = letter

    def _pairs(self, rows: tuple[Row, ...], style: str | None) -> None:
        from docx.shared import Mm

        widths = (Mm(58), Mm(104)) if style else (Mm(36), Mm(126))
        table = self._table(0, widths, style)
        for row in rows:
            label, answer = table.add_row().cells
            self._run(label.paragraphs[0], row.label, bold=True if style else None)
            self._explain(label.paragraphs[0], row.explained)
            lines = row.paragraphs or (ANSWER,) * row.lines
            for place, line in enumerate(lines):
                paragraph = answer.paragraphs[0] if place == 0 else answer.add_paragraph()
                self._run(paragraph, line if style else f": {line}" if place == 0 else f"  {line}")
        self._finish(table, widths)

    def grid(self, block: Filled) -> None:
        """Rows of one kind below their label."""
        from docx.oxml import OxmlElement
        from docx.oxml.ns import qn
        from docx.shared import Mm

        grid = block.grid
        paragraph = self._paragraph(grid.label, bold=True)
        paragraph.paragraph_format.keep_with_next = True
        self._explain(paragraph, grid.explained)
        widths = tuple(Mm(162 * width / sum(grid.widths)) for width in grid.widths)
        table = self._table(1, widths, "Table Grid")
        for cell, head in zip(table.rows[0].cells, grid.heads, strict=True):
            self._run(cell.paragraphs[0], head, bold=True)
        repeat = OxmlElement("w:tblHeader")
        repeat.set(qn("w:val"), "true")
        table.rows[0]._tr.get_or_add_trPr().append(repeat)
        for row in grid.rows:
            for cell, text in zip(table.add_row().cells, row, strict=True):
                self._run(cell.paragraphs[0], text or "………")
        self._finish(table, widths)

    def _table(self, rows: int, widths, style: str | None):
        table = self.document.add_table(rows=rows, cols=len(widths))
        table.autofit = False
        if style:
            table.style = style
        return table

    def _finish(self, table, widths) -> None:
        from docx.oxml import OxmlElement
        from docx.shared import Pt

        for column, width in zip(table.columns, widths, strict=True):
            column.width = width
        for row in table.rows:
            row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
            for cell, width in zip(row.cells, widths, strict=True):
                cell.width = width
                for paragraph in cell.paragraphs:
                    paragraph.paragraph_format.space_after = Pt(2)
        after = self._paragraph(" ")
        after.runs[0].font.size = Pt(4)
        after.paragraph_format.space_after = Pt(0)

    def sign(self, block: Filled) -> None:
        """Room for a signature, kept together."""
        from docx.shared import Mm, Pt

        lines = [*block.lines, "", "", "", block.text]
        last = len(lines) - 1
        for place, line in enumerate(lines):
            paragraph = self._paragraph(line, centred=True, small=place == last)
            layout = paragraph.paragraph_format
            layout.left_indent = Mm(80)
            layout.space_before, layout.space_after = Pt(0 if place else 10), Pt(10 if place == last else 0)
            layout.keep_with_next, layout.keep_together = place < last, True
            if place == last:
                self._rule(paragraph, "top", "single")
