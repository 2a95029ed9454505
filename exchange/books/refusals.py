"""Why a file is not read, in the reader's language: the cause, then the way out."""

from __future__ import annotations

from django.utils.translation import gettext as _

from workflow import formats


def sentence(key: str, **facts) -> str:
    """What is said about a reason of the reading process."""
    limit = formats.num(facts.get("limit", 0))
    match key:
        case "password":
            return _("The file is password-protected. Remove the password in Excel, then upload again.")
        case "old_format":
            return _("The file has the old Excel format (.xls). Save it as .xlsx, then upload again.")
        case "binary":
            return _("The file has Excel's binary format (.xlsb). Save it as .xlsx, then upload again.")
        case "macros":
            return _("The file contains macros. Save it as .xlsx without macros, then upload again.")
        case "ods":
            return _("The file comes from LibreOffice or OpenOffice (.ods). Save it as .xlsx, then upload again.")
        case "pdf":
            return _("This is a PDF, not a spreadsheet. Fill in the template, then upload it.")
        case "picture":
            return _("This is a picture, not a spreadsheet. Fill in the template, then upload it.")
        case "web_page":
            return _("This is a web page or XML text, not a spreadsheet. Save it in Excel as .xlsx, then upload again.")
        case "not_a_sheet":
            return _("This is not a spreadsheet. Upload an Excel file (.xlsx) or a CSV file.")
        case "empty":
            return _("The file is empty. Fill in the template, then upload it.")
        case "no_rows":
            return _("The file has no filled rows below its headings. Fill in at least one row, then upload again.")
        case "bomb":
            return _(
                "The file unpacks to far more data than its size. Copy the rows into the template, then upload it."
            )
        case "doctype":
            return _("The file contains instructions that Excel never writes. Copy the rows into the template.")
        case "too_much":
            return _("The file holds too much data to be read. Copy the rows into the template, then upload it.")
        case "too_many_rows":
            return _("The file has more than %(limit)s filled rows. Divide it into several files.") % {"limit": limit}
        case "too_large":
            return _("The file is larger than %(limit)s. Divide it into several files.") % {
                "limit": formats.filesize(facts.get("limit", 0))
            }
    return _("The file is damaged. Open it in Excel, save it again as .xlsx, then upload.")
