"""Adds one PAdES signature (B-B) to a PDF with pyHanko. Runs as a process of its own, like the reader."""

from __future__ import annotations

import io

FIELD_HEIGHT, FIELD_WIDTH = 52, 190
"""Points; room for four lines."""


def sign(pdf: bytes, key: bytes, certificate: bytes, root: bytes, asked: dict) -> bytes:
    """The PDF with one more signature as an incremental update: earlier signatures stay whole.

    `asked`: field, reason, place, lines (what the visible signature says), page and box where the paper keeps room for
    it; without a box it stands in the lower margin of the last page, beside earlier ones.
    """
    from asn1crypto import keys, pem, x509
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign import fields, signers
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    def der(data: bytes) -> bytes:
        return pem.unarmor(data)[2]

    chain = SimpleCertificateStore()
    chain.register(x509.Certificate.load(der(root)))
    signer = signers.SimpleSigner(
        signing_cert=x509.Certificate.load(der(certificate)),
        signing_key=keys.PrivateKeyInfo.load(der(key)),
        cert_registry=chain,
    )
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    taken = [name for name, _value, _ref in fields.enumerate_sig_fields(writer)]
    name = asked["field"] if asked["field"] not in taken else f"{asked['field']}-{len(taken) + 1}"
    page, box = asked.get("page", -1), asked.get("box") or _in_the_margin(len(taken))
    out = signers.PdfSigner(
        signers.PdfSignatureMetadata(
            field_name=name,
            reason=asked["reason"],
            location=asked["place"],
            md_algorithm="sha256",
            subfilter=fields.SigSeedSubFilter.PADES,
        ),
        signer=signer,
        stamp_style=_look(asked["lines"]),
        new_field_spec=fields.SigFieldSpec(name, on_page=page, box=tuple(box)),
    ).sign_pdf(writer)
    return out.getvalue()


def _in_the_margin(number: int) -> list[int]:
    left = 60 + (number % 3) * (FIELD_WIDTH - 30)
    return [left, 14, left + FIELD_WIDTH - 40, 14 + FIELD_HEIGHT - 8]


def _look(lines: list[str]):
    """The visible part: plain words in a frame, no picture of a signature (that would prove nothing)."""
    from pyhanko.pdf_utils import layout
    from pyhanko.pdf_utils.font.basic import SimpleFontEngineFactory
    from pyhanko.pdf_utils.text import TextBoxStyle
    from pyhanko.stamp import TextStampStyle

    text = "\n".join(_latin(line) for line in lines).replace("%", "%%")
    return TextStampStyle(
        stamp_text=text,
        border_width=1,
        text_box_style=TextBoxStyle(font=SimpleFontEngineFactory("Helvetica", 0.5), font_size=8, leading=10),
        inner_content_layout=layout.SimpleBoxLayoutRule(
            x_align=layout.AxisAlignment.ALIGN_MIN,
            y_align=layout.AxisAlignment.ALIGN_MID,
            margins=layout.Margins(4, 4, 3, 3),
        ),
    )


def _latin(line: str) -> str:
    """The built-in font knows Latin letters only; a dash becomes a hyphen, anything else a question mark."""
    return line.replace("–", "-").replace("—", "-").replace("’", "'").encode("latin-1", "replace").decode("latin-1")


if __name__ == "__main__":
    from workflow.signing import sandbox

    sandbox.serve(lambda asked, files: ({}, [sign(files[0], files[1], files[2], files[3], asked)]))
