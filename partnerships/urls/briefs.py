"""Addresses of demand briefs and pledges."""

from django.urls import path

from partnerships.views import briefs

ROOT = "mitra/permintaan/ringkasan/"

urlpatterns = [
    path(ROOT, briefs.brief_list, name="briefs"),
    path(f"{ROOT}baru/", briefs.begin, name="begin_brief"),
    path(f"{ROOT}<str:code>.json", briefs.brief_json, name="brief_json"),
    path(f"{ROOT}<str:code>.xlsx", briefs.brief_xlsx, name="brief_xlsx"),
    path(f"{ROOT}<str:code>.pdf", briefs.brief_pdf, name="brief_pdf"),
    path(f"{ROOT}<str:code>/", briefs.brief_page, name="brief"),
    path(f"{ROOT}<str:code>/baris/<int:number>/", briefs.brief_line, name="brief_line"),
    path(f"{ROOT}<str:code>/baris/<int:number>/komitmen/", briefs.pledge, name="brief_pledge"),
    path(f"{ROOT}<str:code>/<slug:action>/", briefs.act_brief, name="act_brief"),
]
