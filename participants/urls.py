"""Addresses of rosters and nominations. Codes only: no address says anything about a person."""

from django.urls import path

from participants.views import certificates, letters, nominations, rosters, steps

app_name = "participants"
urlpatterns = [
    path("peserta/", rosters.overview, name="nominations"),
    path("peserta/calon/<str:code>/", nominations.nomination, name="nomination"),
    path("peserta/calon/<str:code>/isi/", nominations.edit, name="edit_nomination"),
    path("peserta/calon/<str:code>/data/", nominations.own_data, name="own_data"),
    path("peserta/calon/<str:code>/kalender.ics", nominations.calendar, name="calendar"),
    path("peserta/calon/<str:code>/berkas/", steps.attach, name="attach_paper"),
    path("peserta/calon/<str:code>/berkas/<int:pk>/", steps.paper, name="paper"),
    path("peserta/calon/<str:code>/sertifikat/", certificates.certificate, name="certificate"),
    path("peserta/calon/<str:code>/sertifikat/cabut/", certificates.revoke, name="revoke_certificate"),
    path("peserta/calon/<str:code>/surat/", letters.letters, name="letters"),
    path("peserta/calon/<str:code>/surat/<slug:paper>/<slug:lang>/", letters.letter, name="letter"),
    path("peserta/calon/<str:code>/izin/", steps.clearance, name="clearance"),
    path("peserta/calon/<str:code>/nilai/", steps.score, name="score"),
    path("peserta/calon/<str:code>/kehadiran/", steps.attendance, name="attendance"),
    path("peserta/calon/<str:code>/<slug:action>/", nominations.act, name="act_nomination"),
    path("peserta/<str:code>/", rosters.roster, name="roster"),
    path("peserta/<str:code>/usulkan/", rosters.nominate, name="nominate"),
]
