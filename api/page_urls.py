"""Addresses of the documentation for people; in both languages like every page."""

from django.urls import path

from api.views import pages

app_name = "machines"
urlpatterns = [
    path("api/", pages.documents, name="documents"),
    path("api/<slug:name>/", pages.document, name="document"),
]
