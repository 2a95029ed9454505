"""Data in and out of the portal."""

from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    """The loading dock."""

    name = "exchange"

    def ready(self):
        from exchange import exports
        from exchange.open_data.counts import withheld_of
        from exchange.open_data.sitemap import DataPages
        from exchange.services import exports as export_files
        from portal.selectors.map import withhold_also
        from portal.views.published import SITEMAPS

        exports.register_all()
        export_files.register()
        withhold_also(withheld_of)
        SITEMAPS["open_data"] = DataPages
        self.register_jobs()

    @staticmethod
    def register_jobs():
        """Kinds of imports, and what the end of long work is called and means to whom."""
        from functools import partial

        from django.utils.translation import gettext_lazy as _

        from exchange import job_news
        from exchange.kinds.catalogue import KINDS
        from exchange.selectors.imports import report
        from exchange.services import imports
        from exchange.services.jobs import LOG, use_queue
        from exchange.tasks import run_job
        from notices import audience
        from portal.selectors import audit
        from workflow.templatetags.workflow_tags import NOTES

        for kind in KINDS.values():
            imports.register(kind, partial(report, kind))
        use_queue(lambda pk: run_job.delay(pk))
        audience.register_news(LOG, job_news.tell)
        audience.register_door(LOG, job_news.may_read, many=job_news.many)
        audit.ACCOUNT_FLOWS[LOG] = _("Long work")
        ends = {
            "job_read": _("Read and checked, waits for your word"),
            "job_done": _("Done"),
            "job_fail": _("Failed"),
            "job_stop": _("Stopped"),
        }
        audit.ACCOUNT_ACTIONS |= ends
        NOTES.update(ends)
