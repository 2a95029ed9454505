"""Addresses of the front desk."""

from django.urls import path

from accounts.views import delegations, drafts, feeds, invitations, own, people, saved, session, sign_in, tokens

app_name = "accounts"
urlpatterns = [
    path("masuk/", sign_in.login, name="login"),
    path("keluar/", sign_in.logout, name="logout"),
    path("sandi/", sign_in.password_reset, name="password_reset"),
    path("sandi/terkirim/", sign_in.password_reset_done, name="password_reset_done"),
    path("sandi/baru/<uidb64>/<token>/", sign_in.PasswordResetConfirm.as_view(), name="password_reset_confirm"),
    path("sandi/selesai/", sign_in.password_reset_complete, name="password_reset_complete"),
    path("undangan/<str:token>/", invitations.accept, name="accept"),
    path("peran/", own.switch, name="switch"),
    path("akun/", own.settings, name="settings"),
    path("akun/kunci-draf/", drafts.key, name="draft_key"),
    path("akun/kalender/", feeds.calendar, name="calendar"),
    path("akun/sesi/", session.session, name="session"),
    path("akun/tampilan/", saved.views, name="views"),
    path("akun/tampilan/simpan/", saved.save, name="save_view"),
    path("akun/tampilan/<int:pk>/", saved.change, name="view"),
    path("akun/tampilan/<int:pk>/hapus/", saved.delete, name="delete_view"),
    path("akun/tampilan/<int:pk>/utama/", saved.first, name="first_view"),
    path("akun/token/", tokens.tokens, name="tokens"),
    path("akun/token/sistem/", tokens.systems, name="system_tokens"),
    path("akun/token/<int:pk>/cabut/", tokens.revoke, name="revoke_token"),
    path("akun/delegasi/", delegations.delegations, name="delegations"),
    path("akun/delegasi/catat/", delegations.record, name="delegate"),
    path("akun/delegasi/<str:code>/", delegations.delegation, name="delegation"),
    path("akun/delegasi/<str:code>/cabut/", delegations.revoke, name="revoke_delegation"),
    path("akun/delegasi/<str:code>/berkas/<int:pk>/", delegations.paper, name="delegation_paper"),
    path("pengguna/", people.people, name="people"),
    path("pengguna/undang/", people.invite, name="invite"),
    path("pengguna/undangan/<int:pk>/kirim-ulang/", people.renew, name="renew"),
    path("pengguna/undangan/<int:pk>/batalkan/", people.revoke, name="revoke"),
    path("pengguna/peran/<int:pk>/akhiri/", people.end, name="end"),
]
