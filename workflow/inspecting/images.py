"""Pictures are drawn anew: what is kept holds the picture alone, neither place and camera nor hidden content."""

from __future__ import annotations

import io
import warnings

from PIL import Image, ImageFile, ImageOps

MOST_PIXELS = 50_000_000
FORMATS = {"png": "PNG", "jpg": "JPEG", "jpeg": "JPEG"}
QUALITIES = (90, 75)
"""Of a photograph; the second where the first makes it larger than a file may be."""


def drawn_anew(content: bytes, kind: str, largest: int) -> tuple[str, list[bytes]]:
    """(reason against it, [the new file])."""
    warnings.simplefilter("ignore")
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    wanted = FORMATS[kind]
    try:
        # Phones put a second picture behind the first (MPO): the first one is kept.
        ImageFile.LOAD_TRUNCATED_IMAGES = False  # whoever makes PDFs in the same process lets halves pass
        picture = Image.open(io.BytesIO(content), formats=["JPEG", "MPO"] if wanted == "JPEG" else [wanted])
        if picture.width * picture.height > MOST_PIXELS:
            return "pixels", []
        if wanted == "PNG" and getattr(picture, "is_animated", False):
            return "animated", []
        picture.load()
    except Image.DecompressionBombError:
        return "pixels", []
    except (OSError, ValueError, SyntaxError, TypeError, KeyError):
        return "damaged", []
    turned = ImageOps.exif_transpose(picture)
    for quality in QUALITIES if wanted == "JPEG" else (0,):
        made = _bare(turned, wanted, quality)
        if len(made) <= largest:
            return "", [made]
    return "too_large_anew", []


def _bare(picture: Image.Image, wanted: str, quality: int) -> bytes:
    target = io.BytesIO()
    if wanted == "JPEG":
        plain = picture if picture.mode in {"L", "RGB"} else picture.convert("RGB")
        clean = Image.new(plain.mode, plain.size)
        clean.paste(plain)
        clean.save(target, "JPEG", quality=quality, optimize=True)
    else:
        clean = picture.copy()
        clean.info = {"transparency": picture.info["transparency"]} if "transparency" in picture.info else {}
        clean.save(target, "PNG")
    return target.getvalue()
