"""The post room."""

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "notices"

    def ready(self):
        from accounts.services import DELEGATION_LOG
        from notices import receivers  # noqa: F401 - connects itself to the signals
        from notices.audience import register_door, register_news
        from notices.delegations import news_of_delegation
        from notices.services.webhooks import WEBHOOK_LOG
        from notices.webhook_news import may_read, news_of_webhook

        register_news(DELEGATION_LOG, news_of_delegation)
        register_news(WEBHOOK_LOG, news_of_webhook)
        register_door(WEBHOOK_LOG, may_read)
