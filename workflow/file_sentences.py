"""Why a file is not kept, in the reader's language: the cause, then the way out."""

from __future__ import annotations

from django.utils.translation import gettext as _


def unfit(key: str, kind: str) -> str:
    """What is said about a reason of `workflow.inspecting`."""
    match key:
        case "mismatch":
            return mismatch(kind)
        case "password":
            return _("The file is protected by a password or against changes. Save it without protection, then upload.")
        case "old_format":
            return _("The file has the old Office format. Save it as DOCX or XLSX, then upload again.")
        case "macros":
            return _("The file contains macros. Save it without macros, then upload again.")
        case "active":
            return _("The file contains an embedded program or object. Replace it by a picture of it, then upload.")
        case "attached":
            return _("The file carries other files inside. Print it to a new PDF and upload the others separately.")
        case "runs":
            return _(
                "The file contains a script, or starts or fetches something. Print it to a new PDF, then upload that."
            )
        case "outside":
            return _(
                "The file fetches content from outside (template, linked workbook or picture, other program). "
                "Break these links, then upload again."
            )
        case "polyglot":
            return _("The file holds a second file before or behind its content. Save it again, then upload.")
        case "bomb":
            return _("The file unpacks to too much data. Save it again, then upload.")
        case "unusual":
            return _("The file is packed in a way that cannot be checked. Print it to a new PDF, then upload that.")
        case "heavy":
            return _("Checking the file takes too much time or memory. Make it smaller or simpler, then upload again.")
        case "pixels":
            return _("The picture has more than 50 million pixels. Make it smaller, then upload again.")
        case "animated":
            return _("The picture is animated. Upload one picture that stands still.")
        case "too_large_anew":
            return _("Stored anew without hidden data the picture is too large. Make it smaller, then upload again.")
        case "damaged" if kind == "pdf":
            return _("The file is damaged or cut off. Upload the file as it was made, or print it to a new PDF.")
    return _("The file is damaged or password-protected. Save it again, then upload.")


def mismatch(kind: str) -> str:
    """Content and name do not agree."""
    return _("The content of the file does not match its name. Save it again as %(kind)s.") % {"kind": kind.upper()}
