"""Addresses of programmes: the catalogue for everyone, the working pages under mitra/."""

from django.urls import path

from programs.views import manage, public

app_name = "programs"
urlpatterns = [
    path("program/", public.catalogue, name="catalogue"),
    path("program/<slug:slug>/", public.program, name="program"),
    path("program/<slug:slug>/berkas/<int:pk>/", public.file, name="file"),
    path("mitra/program/", manage.mine, name="mine"),
    path("mitra/program/baru/", manage.start, name="start"),
    path("mitra/program/<slug:code>/", manage.manage, name="manage"),
    path("mitra/program/<slug:code>/isi/", manage.fill, name="fill"),
    path("mitra/program/<slug:code>/isi/periksa/", manage.review, name="review"),
    path("mitra/program/<slug:code>/isi/catatan/", manage.remarks, name="remarks"),
    path("mitra/program/<slug:code>/isi/<slug:part>/", manage.section, name="section"),
    path("mitra/program/<slug:code>/ubah/", manage.amend, name="amend"),
    path("mitra/program/<slug:code>/ubah/<slug:part>/", manage.amend_section, name="amend_section"),
    path("mitra/program/<slug:code>/<slug:action>/", manage.act, name="act"),
]
