"""Addresses of the needs: list, form, one need, queues."""

from django.urls import path

from regions.views import fill, lines, needs, papers, queues, uploads

app_name = "regions"
urlpatterns = [
    path("kebutuhan/", needs.needs, name="needs"),
    path("kebutuhan/baru/", fill.start, name="start"),
    path("kebutuhan/<slug:code>/", needs.need, name="need"),
    path("kebutuhan/<slug:code>/isi/", fill.fill, name="fill"),
    path("kebutuhan/<slug:code>/isi/dinas/", fill.office, name="office"),
    path("kebutuhan/<slug:code>/isi/baris/", lines.lines, name="lines"),
    path("kebutuhan/<slug:code>/isi/baris/baru/", lines.new_line, name="new_line"),
    path("kebutuhan/<slug:code>/isi/baris/pulihkan/", lines.restore, name="restore_line"),
    path("kebutuhan/<slug:code>/isi/baris/<int:pk>/", lines.line, name="line"),
    path("kebutuhan/<slug:code>/isi/baris/<int:pk>/gandakan/", lines.duplicate, name="copy_line"),
    path("kebutuhan/<slug:code>/isi/baris/<int:pk>/hapus/", lines.remove, name="remove_line"),
    path("kebutuhan/<slug:code>/isi/baris/<int:pk>/ke-provinsi/", lines.to_province, name="line_to_province"),
    path("kebutuhan/<slug:code>/isi/alasan/", fill.reason, name="reason"),
    path("kebutuhan/<slug:code>/isi/berkas/", papers.papers, name="papers"),
    path("kebutuhan/<slug:code>/isi/berkas/<int:pk>/hapus/", papers.remove_evidence, name="remove_evidence"),
    path("kebutuhan/<slug:code>/isi/surat/hapus/", papers.remove_letter, name="remove_letter"),
    path("kebutuhan/<slug:code>/catatan/<int:pk>/", fill.answer, name="answer"),
    path("kebutuhan/<slug:code>/periksa/", fill.review, name="review"),
    path("kebutuhan/<slug:code>/cetak/", needs.sheet, name="print"),
    path("kebutuhan/<slug:code>/berkas/<int:pk>/", papers.evidence_file, name="evidence"),
    path("kebutuhan/<slug:code>/surat/", papers.letter_file, name="letter"),
    path("kebutuhan/<slug:code>/unggahan/", uploads.begin, name="uploads"),
    path("kebutuhan/<slug:code>/unggahan/<slug:token>/", uploads.upload, name="upload"),
    path("kebutuhan/<slug:code>/<slug:action>/", needs.act, name="act"),
    path("tanda-tangan/", queues.sign, name="sign"),
    path("provinsi/", queues.province, name="province"),
    path("provinsi/antrean/", queues.province_queue, name="province_queue"),
    path("antrean/", queues.queue, name="queue"),
    path("antrean/berikutnya/", queues.review_next, name="review_next"),
]
