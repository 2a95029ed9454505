"""Addresses of candidates, proposals and agreements."""

from partnerships.urls import agreements, proposals

app_name = "partnerships"
urlpatterns = [*proposals.urlpatterns, *agreements.urlpatterns]
