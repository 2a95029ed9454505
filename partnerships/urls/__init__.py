"""Addresses of candidates, proposals, agreements, allocations and reviews."""

from partnerships.urls import agreements, allocations, proposals, reviews

app_name = "partnerships"
urlpatterns = [*proposals.urlpatterns, *agreements.urlpatterns, *allocations.urlpatterns, *reviews.urlpatterns]
