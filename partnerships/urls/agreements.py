"""Addresses of agreements."""

from django.urls import path

from partnerships.views import agreement_content, agreements, documents

urlpatterns = [
    path("kemitraan/", agreements.agreement_list, name="agreements"),
    path("kemitraan/baru/", agreements.open_agreement, name="open_agreement"),
    path("kemitraan/<str:code>/", agreements.agreement_page, name="agreement"),
    path("kemitraan/<str:code>/ubah/", agreement_content.edit_agreement, name="edit_agreement"),
    path("kemitraan/<str:code>/daerah/", agreement_content.regions, name="agreement_regions"),
    path("kemitraan/<str:code>/rencana-aksi/", agreement_content.action_plan, name="agreement_action_plan"),
    path("kemitraan/<str:code>/perubahan/", agreements.changes, name="agreement_changes"),
    path("kemitraan/<str:code>/hibah/", agreement_content.grant, name="agreement_grant"),
    path("kemitraan/<str:code>/klausul/", agreement_content.clauses, name="agreement_clauses"),
    path("kemitraan/<str:code>/surat/", documents.letter, name="agreement_letter"),
    path("kemitraan/<str:code>/surat/<int:pk>/", documents.answer, name="agreement_answer"),
    path("kemitraan/<str:code>/berkas/", documents.upload, name="agreement_upload"),
    path("kemitraan/<str:code>/berkas/<int:pk>/", documents.download, name="agreement_file"),
    path("kemitraan/<str:code>/berkas/<int:pk>/kode/", documents.seal, name="agreement_seal"),
    path("kemitraan/<str:code>/naskah/", documents.draft, name="agreement_draft"),
    path("kemitraan/<str:code>/naskah/<slug:paper>/<slug:lang>/", documents.preview, name="agreement_preview"),
    path("kemitraan/<str:code>/<slug:action>/", agreements.act_agreement, name="act_agreement"),
]
