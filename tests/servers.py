"""Starts the test servers unless DATABASE_URL names one."""
