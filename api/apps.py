"""The JSON interface."""

from django.apps import AppConfig
from django.utils.functional import lazy
from django.utils.translation import gettext


def _label(sentence: str, resource) -> str:
    return gettext(sentence) % {"resource": resource.label}


class ApiConfig(AppConfig):
    """The front desk for machines."""

    name = "api"

    def ready(self):
        """Tell the room of accounts which permissions a token may carry, and webhooks where a machine reads on."""
        import api.resources  # noqa: F401 - registers what there is
        from accounts.rules.tokens import use_scopes
        from api.resource import address_of, resources
        from notices.webhook_events import use_api_address

        use_api_address(address_of)
        label = lazy(_label, str)
        scopes = []
        for resource in resources():
            if not resource.unscoped:
                scopes.append((f"{resource.name}:read", label("Read: %(resource)s", resource)))
            if resource.writes:
                scopes.append((f"{resource.name}:write", label("Write and decide: %(resource)s", resource)))
        use_scopes(scopes)
