"""Every address of the portal: Indonesian without prefix, English under /en/."""

from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path

from portal.views import (
    audit,
    calendar,
    dashboard,
    deadlines,
    demo,
    gallery,
    health,
    home,
    kpi,
    map,
    nudge,
    offline,
    public,
    published,
    search,
    verify,
)

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("robots.txt", published.robots, name="robots"),
    path("sitemap.xml", published.sitemap, name="sitemap"),
    path("sw.js", offline.worker, name="worker"),
    path("peta/batas/<slug:name>-<slug:version>.svg", map.shapes, name="map_shapes"),
    path("favicon.ico", public.favicon, name="favicon"),
    path("kalender/<str:token>.ics", calendar.feed, name="calendar_feed"),
    path("api/v1/", include("api.urls")),
    path("iati/", include("exchange.iati.urls")),
]
urlpatterns += i18n_patterns(
    path("", public.landing, name="landing"),
    path("peta/", map.country, name="map"),
    path("peta/<slug:code>/", map.province, name="map_province"),
    path("transparansi/", public.transparency, name="transparency"),
    path("transparansi/kemitraan/", published.agreements, name="published_agreements"),
    path("transparansi/kemitraan/<str:code>/", published.agreement, name="published_agreement"),
    path("mitra/", published.partners, name="partners"),
    path("mitra/profil/<path:code>/", published.partner, name="partner"),
    path("hasil/", published.results, name="results"),
    path("cara-kerja/", published.how, name="how"),
    path("kontak/", published.contact, name="contact"),
    path("panduan/", public.guide, name="guide"),
    path("aksesibilitas/", public.accessibility, name="accessibility"),
    path("privasi/", public.privacy, name="privacy"),
    path("verify/", verify.verify_code, name="verify_code"),
    path("verify/<str:code>/", verify.verify, name="verify"),
    path("beranda/", home.home, name="home"),
    path("cari/", search.search, name="search"),
    path("tenggat/", deadlines.deadlines, name="deadlines"),
    path("ingatkan/<str:flow>/<str:code>/", nudge.nudge, name="nudge"),
    path("dasbor/", dashboard.dashboard, name="dashboard"),
    path("dasbor/baris/<slug:measure>/", dashboard.rows, name="dashboard_rows"),
    path("indikator/", kpi.overview, name="kpi"),
    path("indikator/kurs/", kpi.rate_list, name="kpi_rates"),
    path("indikator/kurs/<int:pk>/coret/", kpi.rate_strike, name="kpi_strike"),
    path("indikator/<slug:code>/", kpi.detail, name="kpi_detail"),
    path("indikator/<slug:code>/unduh.<str:kind>", kpi.file, name="kpi_file"),
    path("kalender/libur/", calendar.holidays, name="holidays"),
    path("kalender/libur/tambah/", calendar.add, name="holiday_add"),
    path("kalender/libur/<int:pk>/ubah/", calendar.change, name="holiday_change"),
    path("kalender/libur/<int:pk>/hapus/", calendar.remove, name="holiday_remove"),
    path("audit/", audit.audit, name="audit"),
    path("audit/<str:flow>/<str:code>/", audit.trail, name="audit_trail"),
    path("_components/", gallery.gallery, name="gallery"),
    path("_components/<slug:name>/", gallery.page, name="gallery_page"),
    path("masuk/contoh/", demo.sign_in, name="demo_login"),
    path("kebutuhan/luring/", offline.offline, name="offline"),
    path("", include("exchange.urls")),
    path("", include("accounts.urls")),
    path("", include("notices.urls")),
    path("", include("regions.urls")),
    path("", include("programs.urls")),
    path("", include("partnerships.urls")),
    path("", include("participants.urls")),
    path("", include("forum.urls")),
    prefix_default_language=False,
)

handler400 = "portal.views.errors.bad_request"
handler403 = "portal.views.errors.forbidden"
handler404 = "portal.views.errors.not_found"
handler500 = "portal.views.errors.server_error"
