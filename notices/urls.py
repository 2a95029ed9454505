"""Addresses of the post room: the inbox, one's own choices, the operators' page, the way out of mails, webhooks."""

from django.urls import path

from notices.views import desk, inbox, settings, unsubscribe, webhooks

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
    path("webhook/", webhooks.webhooks, name="webhooks"),
    path("webhook/baru/", webhooks.create, name="make_webhook"),
    path("webhook/<int:pk>/", webhooks.webhook, name="webhook"),
    path("webhook/<int:pk>/ubah/", webhooks.change, name="change_webhook"),
    path("webhook/<int:pk>/tindakan/", webhooks.act, name="webhook_act"),
    path("webhook/<int:pk>/rahasia/", webhooks.secret, name="webhook_secret"),
    path("webhook/<int:pk>/hapus/", webhooks.delete, name="delete_webhook"),
    path("webhook/<int:pk>/kirim-ulang/", webhooks.replay_failed, name="replay_webhook"),
    path("webhook/<int:pk>/kiriman/<int:number>/", webhooks.delivery, name="webhook_delivery"),
    path("webhook/<int:pk>/kiriman/<int:number>/kirim-ulang/", webhooks.replay, name="replay_delivery"),
]
