"""Addresses of minutes, action points and calendar files; they come before those of the meetings themselves."""

from django.urls import path

from forum.views import actions, minutes

urlpatterns = [
    path("rapat/tindak-lanjut/", actions.action_list, name="actions"),
    path("rapat/tindak-lanjut/<str:code>/", actions.action_page, name="action"),
    path("rapat/tindak-lanjut/<str:code>/<slug:action>/", actions.act_action, name="act_action"),
    path("rapat/<str:code>/undangan.ics", minutes.calendar, name="meeting_calendar"),
    path("rapat/<str:code>/notulen/", minutes.minutes, name="minutes"),
    path("rapat/<str:code>/notulen/perbaiki/", minutes.correct, name="correct_minutes"),
    path("rapat/<str:code>/notulen/cetak/", minutes.print_view, name="print_minutes"),
    path("rapat/<str:code>/notulen/pdf/", minutes.paper, name="minutes_paper"),
    path("rapat/<str:code>/notulen/edisi/<int:number>/", minutes.edition, name="minutes_edition"),
    path("rapat/<str:code>/notulen/putusan/<int:position>/catat/", minutes.take, name="take_decision"),
]
