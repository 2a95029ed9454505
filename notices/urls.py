"""Addresses of the post room: the inbox, one's own choices, the operators' page, the way out of mails."""

from django.urls import path

from notices.views import desk, inbox, settings, unsubscribe

app_name = "notices"
urlpatterns = [
    path("pemberitahuan/", inbox.inbox, name="inbox"),
    path("pemberitahuan/dibaca/", inbox.mark_all_read, name="mark_all_read"),
    path("pemberitahuan/pengaturan/", settings.settings, name="settings"),
    path("pemberitahuan/kiriman/", desk.desk, name="desk"),
    path("pemberitahuan/kiriman/tindakan/", desk.act, name="desk_act"),
    path("pemberitahuan/<int:pk>/", inbox.open_notice, name="open"),
    path("pemberitahuan/<int:pk>/banyak/", inbox.many, name="many"),
    path("pemberitahuan/<int:pk>/dibaca/", inbox.mark_read, name="mark_read"),
    path("berhenti/<str:token>/", unsubscribe.unsubscribe, name="unsubscribe"),
]
