"""Addresses of the IATI file: the same in every language."""

from django.urls import path

from exchange.views import iati

app_name = "iati"
urlpatterns = [path("activities.xml", iati.activities, name="activities")]
