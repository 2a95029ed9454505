"""The building: settings, urls, role homes and commands. May import every room; nobody imports it."""

from portal.celery_app import app as celery_app

__all__ = ["celery_app"]
