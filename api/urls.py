"""Addresses of the JSON interface. What is not here is a 404 in JSON."""

from django.urls import path, re_path

import api.resources  # noqa: F401 - registers what there is
from api.resource import resources
from api.views import pages
from api.views.documents import LostView, OpenApiView

app_name = "api"
urlpatterns = [
    path("", pages.root, name="root"),
    path("openapi.json", OpenApiView.as_view(), name="openapi"),
    *(address for resource in resources() for address in resource.urls()),
    re_path(r"^.*$", LostView.as_view(), name="lost"),
]
