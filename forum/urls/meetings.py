"""Addresses of meetings and action points."""

from django.urls import path

from forum.urls.meetings_minutes import urlpatterns as minutes
from forum.views import meeting_invitations, meetings

urlpatterns = [
    *minutes,
    path("rapat/", meetings.meeting_list, name="meetings"),
    path("rapat/baru/", meetings.plan, name="plan_meeting"),
    path("rapat/<str:code>/", meetings.meeting, name="meeting"),
    path("rapat/<str:code>/ubah/", meetings.edit, name="edit_meeting"),
    path("rapat/<str:code>/undangan/", meeting_invitations.invitations, name="invitations"),
    path("rapat/<str:code>/jawab/", meetings.answer, name="answer_meeting"),
    path("rapat/<str:code>/cetak/", meetings.print_view, name="print_meeting"),
    path("rapat/<str:code>/<slug:action>/", meetings.act, name="act_meeting"),
]
