"""Addresses of the national allocation."""

from django.urls import path

from partnerships.views import allocation_lines, allocation_results, allocations

urlpatterns = [
    path("alokasi/", allocations.overview, name="allocations"),
    path("alokasi/jalan/<str:code>/", allocations.progress, name="allocation_progress"),
    path("alokasi/hasil/<str:code>/", allocation_results.result, name="allocation_result"),
    path("alokasi/hasil/<str:code>/salin/", allocations.copy, name="allocation_copy"),
    path("alokasi/hasil/<str:code>/unduh.xlsx", allocation_results.sheet, name="allocation_sheet"),
    path("alokasi/hasil/<str:code>/unduh.json", allocation_results.file, name="allocation_file"),
    path("alokasi/hasil/<str:code>/baris/<str:need>/<int:position>/", allocation_lines.line, name="allocation_line"),
    path("alokasi/banding/<str:code>/<str:other>/", allocation_results.compare, name="allocation_compare"),
    path("alokasi/<str:code>/siapkan/", allocations.prepare, name="allocation_prepare"),
    path("alokasi/<str:code>/lepas/<int:pk>/", allocation_lines.unpin, name="allocation_unpin"),
    path("alokasi/<str:code>/", allocations.run_page, name="allocation_run"),
    path("alokasi/<str:code>/<slug:action>/", allocations.act, name="act_allocation"),
    path("transparansi/alokasi/<str:code>/", allocation_results.public, name="public_allocation"),
    path(
        "transparansi/alokasi/<str:code>/unduh.<str:kind>",
        allocation_results.public_file,
        name="public_allocation_file",
    ),
]
