"""Addresses of candidates, proposals, agreements, allocations, reviews and demand briefs."""

from partnerships.urls import agreements, allocations, briefs, proposals, reviews

app_name = "partnerships"
urlpatterns = [
    *proposals.urlpatterns,
    *agreements.urlpatterns,
    *allocations.urlpatterns,
    *reviews.urlpatterns,
    *briefs.urlpatterns,
]
