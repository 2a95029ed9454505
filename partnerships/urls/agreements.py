"""Addresses of agreements."""

urlpatterns = []
