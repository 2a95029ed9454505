"""What `manage.py check --deploy` says about uploads and the log."""

from django.conf import settings
from django.core.checks import Warning, register


@register(deploy=True)
def uploads_are_scanned(app_configs=None, **_kwargs):
    """Where people rely on the portal, somebody looks for malware."""
    if settings.CLAMD or settings.DEMO or settings.DEBUG:
        return []
    return [
        Warning(
            "Uploads are not scanned for malware.",
            hint="Run clamd and set CLAMD (docs/files.md).",
            id="workflow.W001",
        )
    ]


@register(deploy=True)
def the_log_is_anchored(app_configs=None, **_kwargs):
    """Its head lies where the owner of the database cannot change it."""
    if settings.LOG_ANCHOR_DIR or settings.LOG_ANCHOR_MAIL or settings.DEMO or settings.DEBUG:
        return []
    return [
        Warning(
            "The log has no anchors: whoever owns the database could rewrite it unnoticed.",
            hint="Set LOG_ANCHOR_DIR or LOG_ANCHOR_MAIL (docs/operations/backups.md).",
            id="workflow.W002",
        )
    ]
