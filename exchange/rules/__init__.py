"""Small questions about jobs and files."""
