"""Addresses of the inbox."""

from django.urls import path

from notices import views

app_name = "notices"
urlpatterns = [
    path("pemberitahuan/", views.inbox, name="inbox"),
    path("pemberitahuan/dibaca/", views.mark_all_read, name="mark_all_read"),
    path("pemberitahuan/<int:pk>/", views.open_notice, name="open"),
    path("pemberitahuan/<int:pk>/dibaca/", views.mark_read, name="mark_read"),
]
