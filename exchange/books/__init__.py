"""Spreadsheets read and written: templates, hostile files, headings in either language, marked copies."""
