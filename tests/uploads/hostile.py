"""Files nobody wants to keep, made by hand: PDFs, Office files and pictures with something in them."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

from PIL import Image

EICAR = ("X5O!P%@AP[4" + r"\PZX54(P^)7CC)7}" + "$EICAR-STANDARD-" + "ANTIVIRUS-TEST-FILE!$H+H*").encode()
"""The test string of all scanners; in pieces, so that none of them finds it here."""


def pdf(*objects: bytes, trailer: bytes = b"<</Root 1 0 R>>", behind: bytes = b"\n", head: bytes = b"") -> bytes:
    """A PDF with a catalogue and these further objects, from number 2."""
    body = b"%PDF-1.7\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n"
    for number, content in enumerate(objects, 2):
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    return head + body + b"trailer" + trailer + b"\n%%EOF" + behind


def stream(content: bytes, about: bytes = b"") -> bytes:
    """One stream object, packed."""
    packed = zlib.compress(content)
    return b"<<%s/Filter/FlateDecode/Length %d>>\nstream\n%s\nendstream" % (about, len(packed), packed)


def packed_objects(content: bytes, about: bytes = b"/Type/ObjStm") -> bytes:
    """A stream that holds one object."""
    return stream(b"9 0 " + content, about + b"/N 1/First 4")


SCRIPT = b"<</S/JavaScript/JS(app.alert\\(1\\))>>"

PDFS = {
    "script": (pdf(SCRIPT), "runs"),
    "script under an escaped name": (pdf(b"<</S/J#61vaScript/J#53(x)>>"), "runs"),
    "script in a packed object": (pdf(packed_objects(SCRIPT)), "runs"),
    "script in a packed object without a type": (pdf(packed_objects(SCRIPT, b"/Type 9 0 R")), "runs"),
    "script in an object inside a stream": (
        pdf(b"<</Length 60>>\nstream\n7 0 obj\n" + SCRIPT + b"\nendobj\nendstream"),
        "runs",
    ),
    "script behind a string that does not end": (pdf(b"(open", SCRIPT, b"shut)"), "runs"),
    "script behind a comment": (pdf(b"% harmless\r" + SCRIPT), "runs"),
    "object with a comment in its head": (pdf(b"(open\nendobj\n3 0 % x\nobj\n" + SCRIPT), "runs"),
    "program": (pdf(b"<</Type/Action/S/Launch/F(cmd.exe)>>"), "runs"),
    "action at the opening that fetches": (pdf(b"<</OpenAction<</S/GoToE/F(\\\\\\\\host\\\\x)>>>>"), "runs"),
    "dynamic form": (pdf(b"<</AcroForm<</XFA 5 0 R>>>>"), "runs"),
    "file inside": (pdf(b"<</Names<</EmbeddedFiles 5 0 R>>>>"), "attached"),
    "packed in a way nobody packs": (
        pdf(b"<</Type/ObjStm/N 1/First 4/Filter/LZWDecode>>\nstream\nx\nendstream"),
        "unusual",
    ),
    "bomb": (pdf(packed_objects(b"0" * 40_000_000)), "bomb"),
    "encrypted": (pdf(trailer=b"<</Root 1 0 R/Encrypt 5 0 R>>"), "password"),
    "strings without end": (pdf(b"(" * 1_000_000), "unusual"),
    "cut off": (pdf()[:-8], "damaged"),
    "cut off in a later revision": (pdf(behind=b"\n9 0 obj\n<</Type/Sig"), "damaged"),
    "much behind the end": (pdf(behind=b"<html>" * 300), "polyglot"),
    "page before it": (b"<html>" + pdf(), "damaged"),
}
HARMLESS_PDFS = {
    "plain": pdf(),
    "with a mark and lines before it": pdf(head=b"\xef\xbb\xbf\r\n"),
    "link whose address has the words": pdf(b"<</S/URI/URI(https://example.test/JS/Launch/JavaScript)>>"),
    "view at the opening": pdf(b"<</OpenAction[3 0 R/FitH 800]>>"),
    "packed objects": pdf(packed_objects(b"<</Type/Page>>")),
    "words in the text of a page": pdf(stream(b"BT (/JavaScript /Launch) Tj ET")),
}


def zip_behind_pdf() -> bytes:
    """A PDF that is a ZIP archive as well."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("a.txt", "x")
    return (
        pdf(b"<</Length 0>>\nstream\n")[: -len(b"%%EOF\n")]
        + archive.getvalue()[:-2]
        + struct.pack("<H", 6)
        + b"%%EOF\n"
    )


# --- Office ----------------------------------------------------------------------------------------------------------

RELATION = '<Relationship Id="{id}" Type="http://x/relationships/{kind}" Target="{target}" TargetMode="{mode}"/>'
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
BOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"


def types(main: str = WORD, part: str = "/word/document.xml", more: str = "") -> str:
    return (
        '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="{part}" ContentType="{main}"/>{more}</Types>'
    )


def office(parts: dict[str, bytes | str] | None = None, *, behind: bytes = b"", before: bytes = b"") -> bytes:
    """A Word file with these parts beside, or instead of, its own."""
    own: dict[str, bytes | str] = {
        "[Content_Types].xml": types(),
        "_rels/.rels": '<Relationships><Relationship Id="a" Type="x/y" Target="word/document.xml"/></Relationships>',
        "word/document.xml": "<w:document xmlns:w='w'><w:body><w:p><w:r><w:t>x</w:t></w:r></w:p></w:body></w:document>",
    }
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in {**own, **(parts or {})}.items():
            archive.writestr(name, content)
    return before + target.getvalue() + behind


def workbook(sheet: str = "<worksheet/>", parts: dict[str, bytes | str] | None = None) -> bytes:
    """A workbook with one sheet."""
    return office(
        {
            "[Content_Types].xml": types(BOOK, "/xl/workbook.xml"),
            "xl/workbook.xml": "<workbook/>",
            "xl/worksheets/sheet1.xml": sheet,
            **(parts or {}),
        }
    )


def linked(kind: str, target: str) -> dict[str, bytes | str]:
    """The list of links of a document, with one that leads outside."""
    link = RELATION.format(id="z", kind=kind, target=target, mode="External")
    return {"word/_rels/document.xml.rels": f"<Relationships>{link}</Relationships>"}


def field(*pieces: str) -> dict[str, bytes | str]:
    """A field whose instruction is written in pieces."""
    runs = "".join(f"<w:r><w:instrText>{piece}</w:instrText></w:r>" for piece in pieces)
    begin, end = (f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>' for kind in ("begin", "end"))
    return {"word/document.xml": f"<w:document xmlns:w='w'>{begin}{runs}{end}</w:document>"}


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600
OFFICE = {
    "macros": (office({"word/vbaProject.bin": b"x"}), "macros"),
    "macros under another name": (office({"word/media/image1.png": OLE}), "active"),
    "type of a file with macros": (
        office({"[Content_Types].xml": types(WORD.replace("document.main", "document.macroEnabled.main"))}),
        "mismatch",
    ),
    "macro part by its type": (
        office(
            {
                "[Content_Types].xml": types(
                    more='<Override PartName="/word/a.xml" ContentType="application/vnd.ms-office.vbaProject"/>'
                )
            }
        ),
        "macros",
    ),
    "ActiveX": (office({"word/activeX/activeX1.xml": "<x/>"}), "active"),
    "program inside": (office({"word/embeddings/oleObject1.bin": b"MZ" + b"\x00" * 90}), "active"),
    "template from outside": (office(linked("attachedTemplate", "https://example.test/a.dotm")), "outside"),
    "picture from outside": (office(linked("image", "https://example.test/a.png")), "outside"),
    "page from outside": (office(linked("oleObject", "mhtml:https://example.test/a!x")), "outside"),
    "link that runs": (office(linked("hyperlink", "javascript:x")), "outside"),
    "call of a program in pieces": (office(field(" D", "DEAU", "TO cmd /c calc")), "outside"),
    "call of a program in a simple field": (
        office({"word/document.xml": "<w:document xmlns:w='w'><w:fldSimple w:instr=' DDE x'/></w:document>"}),
        "outside",
    ),
    "entities": (office({"word/document.xml": "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"}), "outside"),
    "in another encoding": (
        office({"word/document.xml": field("DDE x")["word/document.xml"].encode("utf-16")}),  # type: ignore[union-attr]
        "outside",
    ),
    "bomb": (office({"word/a.xml": b"0" * 30_000_000}), "bomb"),
    "many parts": (office({f"word/{n}.xml": b"" for n in range(2100)}), "bomb"),
    "archive in an archive in an archive": (office({"word/a.docx": office({"word/b.docx": office()})}), "bomb"),
    "macros in a file inside": (office({"word/a.docx": office({"word/vbaProject.bin": b"x"})}), "macros"),
    "something before it": (office(before=b"MZ" + b"\x00" * 60), "polyglot"),
    "something behind it": (office(behind=b"<html>"), "polyglot"),
    "no list of types": (office({"[Content_Types].xml": "<x/>"}), "mismatch"),
    "torn": (office()[:300], "damaged"),
    "encrypted": (OLE + "EncryptedPackage".encode("utf-16-le"), "password"),
    "old": (OLE, "old_format"),
}
BOOKS = {
    "cell that calls a program": (workbook("<worksheet><c><f>cmd|'/c calc'!A0</f></c></worksheet>"), "outside"),
    "cell that calls a program, escaped": (
        workbook("<worksheet><c><f>cmd&#124;&#39;/c calc&#39;!A0</f></c></worksheet>"),
        "outside",
    ),
    "link to a program": (
        workbook(parts={"xl/externalLinks/externalLink1.xml": "<e><x:ddeLink xmlns:x='x'/></e>"}),
        "outside",
    ),
    "workbook on the web": (
        workbook(
            parts={
                "xl/externalLinks/_rels/externalLink1.xml.rels": "<Relationships>"
                + RELATION.format(
                    id="a", kind="externalLinkPath", target="https://example.test/a.xlsx", mode="External"
                )
                + "</Relationships>"
            }
        ),
        "outside",
    ),
    "document named like a workbook": (office(), "mismatch"),
}
HARMLESS_OFFICE = {
    "plain": office(),
    "link to a page": office(linked("hyperlink", "https://example.test/a")),
    "link to a file": office(linked("hyperlink", r"file:///C:\Users\a\b.pdf")),
    "chart with its workbook": office({"word/embeddings/book.xlsx": workbook()}),
    "page number": office(field(" PAGE ")),
    "printer's settings": office({"word/printerSettings1.bin": b"\x00\x01"}),
}


# --- Pictures --------------------------------------------------------------------------------------------------------


def picture(kind: str = "PNG", size: tuple[int, int] = (40, 30), mode: str = "RGB", **more) -> bytes:
    """A small picture."""
    target = io.BytesIO()
    Image.linear_gradient("L").resize(size).convert(mode).save(target, kind, **more)
    return target.getvalue()


def photograph() -> bytes:
    """A JPEG lying on its side, with the place where it was taken and the camera's name."""
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "Kamera Contoh"
    exif.get_ifd(0x8825)[1], exif.get_ifd(0x8825)[2] = "S", (8.0, 35.0, 12.0)
    return picture("JPEG", exif=exif, comment=b"<script>x</script>")


def animated() -> bytes:
    """A PNG of two pictures."""
    target = io.BytesIO()
    first, second = (Image.new("RGB", (9, 9), colour) for colour in ("red", "blue"))
    first.save(target, "PNG", save_all=True, append_images=[second])
    return target.getvalue()


def huge() -> bytes:
    """A few bytes that say they are 100,000 by 100,000 pixels."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack("!L", len(content)) + kind + content + struct.pack("!L", zlib.crc32(kind + content))

    head = struct.pack("!LLBBBBB", 100_000, 100_000, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 999)) + chunk(b"IEND", b"")
    )
