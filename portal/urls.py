"""Every address of the portal: Indonesian without prefix, English under /en/."""

from importlib.util import find_spec

from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path

from portal.views import home

_rooms = ["accounts", "notices", "regions", "programs", "partnerships"]
urlpatterns = i18n_patterns(
    path("", home.landing, name="landing"),
    path("beranda/", home.home, name="home"),
    *[path("", include(f"{room}.urls")) for room in _rooms if find_spec(f"{room}.urls")],
    prefix_default_language=False,
)
