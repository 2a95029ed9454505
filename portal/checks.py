"""What `manage.py check --deploy --database default` says about the portal beside what Django knows."""

from django.conf import settings
from django.core.checks import Tags, Warning, register

from portal.grants import rights_too_many


@register(Tags.database, deploy=True)
def the_log_stays_shut(app_configs=None, databases=None, **_kwargs):
    """The role that serves people can only add to the log (decision 4)."""
    if "default" not in (databases or []) or settings.DEMO or settings.DEBUG:
        return []
    if not (found := rights_too_many()):
        return []
    rights = ", ".join(found)
    return [
        Warning(
            f"The database role of this process may do more than add to the log: {rights}.",
            hint="Let web and workers use the role of DATABASE_WEB_ROLE (docs/operations/install.md).",
            id="portal.W001",
        )
    ]
