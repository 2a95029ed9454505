"""Migrations that stand in for a room's own while `test_migrations.py` upgrades a database (MIGRATION_MODULES)."""
