"""Addresses of long jobs, spreadsheets in, lists out and open data."""

from django.urls import path

from exchange.views import exports, iati, imports, jobs, open_data, records

app_name = "exchange"
urlpatterns = [
    path("data/", open_data.catalogue, name="data"),
    path("data/katalog.json", open_data.machine_catalogue, name="data_catalogue"),
    path("data/iati/", iati.page, name="iati_page"),
    path("data/<slug:slug>/", open_data.dataset, name="dataset"),
    path("data/<slug:slug>/<str:name>", open_data.file, name="data_file"),
    path("kebutuhan/unggah/", imports.upload, {"kind": "needs"}, name="import_needs"),
    path("unggah/<slug:kind>/", imports.upload, name="import"),
    path("unggah/<slug:kind>/templat.<slug:suffix>", imports.template, name="template"),
    path("pekerjaan/<slug:token>/", jobs.job, name="job"),
    path("pekerjaan/<slug:token>/lanjut/", jobs.go_on, name="job_go_on"),
    path("pekerjaan/<slug:token>/hentikan/", jobs.stop, name="job_stop"),
    path("pekerjaan/<slug:token>/berkas/", jobs.made, name="job_file"),
    path("unduh/<slug:name>.<slug:kind>", exports.export, name="export"),
    path("cetak/<slug:name>/<str:code>.pdf", records.record_pdf, name="record_pdf"),
    path("cetak/<slug:name>/<str:code>/", records.record, name="record"),
]
