"""The loading dock: long jobs, spreadsheets in, lists out, open data."""
