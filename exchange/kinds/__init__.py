"""What can be brought in from a spreadsheet; each kind says its columns, reads rows into items and carries one out."""
