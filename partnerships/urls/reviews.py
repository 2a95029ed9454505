"""Addresses of reviews."""

from django.urls import path

from partnerships.views import reviews

urlpatterns = [
    path("tinjauan/", reviews.review_list, name="reviews"),
    path("tinjauan/baru/", reviews.begin, name="begin_review"),
    path("tinjauan/<str:code>/", reviews.review_page, name="review"),
    path("tinjauan/<str:code>/ubah/", reviews.edit, name="edit_review"),
    path("tinjauan/<str:code>/tanggapan/", reviews.respond, name="respond_review"),
    path("tinjauan/<str:code>/cetak/", reviews.print_view, name="print_review"),
    path("tinjauan/<str:code>/<slug:action>/", reviews.act_review, name="act_review"),
]
