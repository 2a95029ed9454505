"""Addresses of candidates, proposals, agreements and allocations."""

from partnerships.urls import agreements, allocations, proposals

app_name = "partnerships"
urlpatterns = [*proposals.urlpatterns, *agreements.urlpatterns, *allocations.urlpatterns]
