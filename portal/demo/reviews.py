"""Two reviews by the six criteria: last year's training for mediators, published, and the memorandum with JICA, which
waits for the Bureau of Cooperation to answer. Findings are invented like everything here."""

from __future__ import annotations

import datetime as dt

from partnerships.lifecycle import REVIEW
from partnerships.models import Criterion, Review
from partnerships.services import reviews as services
from portal.demo.agreements import Agreements
from portal.demo.days import Days, born
from portal.demo.past import COURSE, Past
from workflow.engine import perform

AUTHOR = "evaluator.ppsdm"

COURSE_RATINGS = {
    Criterion.RELEVANCE: (
        4,
        "Kedua kantor mengajukan mediator baru yang belum pernah dilatih; materi menjawab tingkat 1 ke 3 yang diminta.",
        "Kebutuhan yang disetujui; daftar peserta; materi pelatihan",
    ),
    Criterion.COHERENCE: (
        3,
        "Sejalan dengan pelatihan dasar PPSDM, tetapi bagian perundingan bersama tumpang tindih dengan modul lama.",
        "Kurikulum PPSDM; wawancara dengan penyelenggara",
    ),
    Criterion.EFFECTIVENESS: (
        3,
        "Tujuh dari delapan peserta menyelesaikan pelatihan; satu dipanggil kembali ke kantor pada hari ketiga.",
        "Daftar hadir; sertifikat; hasil tes awal dan akhir",
    ),
    Criterion.EFFICIENCY: (
        3,
        "Kedelapan kursi terisi dan tidak ada biaya pembatalan, tetapi pengumuman terbit terlambat lima hari kerja.",
        "Riwayat program di portal; laporan biaya penyelenggara",
    ),
    Criterion.IMPACT: (
        2,
        "Perkara yang selesai dengan perjanjian bersama naik di satu provinsi; di provinsi lain belum ada perubahan.",
        "Formulir hasil kantor; data perkara provinsi",
    ),
    Criterion.SUSTAINABILITY: (
        3,
        "Enam peserta berbagi pengetahuan dengan rekan mediator; belum ada anggaran daerah untuk pertemuan lanjutan.",
        "Rencana tindak lanjut; laporan sesi berbagi",
    ),
}
COURSE_ADVICE = (
    ("Terbitkan tawaran paling lambat dua hari kerja setelah diverifikasi.", "BIROKS_HEAD", 120),
    ("Sediakan satu hari pendalaman daring tiga bulan setelah pelatihan.", "PPSDM_HEAD", 180),
)
MOU_RATINGS = {
    Criterion.RELEVANCE: (
        4,
        "Tema nota kesepahaman sama dengan prioritas nasional: pemeriksaan norma kerja, K3, dan hubungan industrial.",
        "Daftar tema prioritas; kebutuhan yang disetujui tiga tahun terakhir",
    ),
    Criterion.COHERENCE: (
        3,
        "Kegiatan daerah mengikuti nota kesepahaman ini, tetapi satu kerja sama daerah masih menunggu verifikasi.",
        "Daftar kerja sama; surat Kementerian Dalam Negeri",
    ),
    Criterion.EFFECTIVENESS: (
        3,
        "Sebagian besar kursi yang ditawarkan terpakai; pencalonan dari kawasan timur masih sedikit.",
        "Indikator kursi terpakai dan kursi di luar Jawa",
    ),
    Criterion.EFFICIENCY: (
        3,
        "Biaya pelatihan ditanggung mitra; perjalanan dalam negeri membebani kantor kecil dan memperlambat pencalonan.",
        "Butir biaya program; wawancara dengan kantor daerah",
    ),
    Criterion.IMPACT: (
        3,
        "Kantor yang pegawainya dilatih menilai kesenjangan kompetensinya mengecil; hasilnya belum terukur.",
        "Penilaian atasan; indikator kebutuhan",
    ),
    Criterion.SUSTAINABILITY: (
        2,
        "Belum ada keputusan tentang perpanjangan, dan sebagian alumni dipindahkan sebelum dua tahun.",
        "Masa berlaku nota kesepahaman; data penempatan kantor",
    ),
}
MOU_ADVICE = (
    ("Putuskan perpanjangan nota kesepahaman sebelum 90 hari terakhir.", "SEKJEN", 30),
    ("Cantumkan janji bertahan pada jabatan dalam surat penawaran kursi.", "BIROKS_HEAD", 90),
)


class Reviews:
    """Plans both reviews."""

    def __init__(self, days: Days, users: dict, past: Past, agreements: Agreements):
        self.days, self.users, self.past, self.agreements = days, users, past, agreements
        self.ids: dict[str, int] = {}

    def plan(self) -> None:
        """Put every step into the calendar."""
        summary = "Pelatihan menjawab kebutuhan dua kantor dan diselesaikan hampir semua; dampaknya belum merata."
        self.write("course", 100, lambda: self.past.courses.program(COURSE.key), summary, COURSE_RATINGS, COURSE_ADVICE)
        self.act("course", 86, "submit", AUTHOR)
        self.on(82, lambda: self.respond("course", "kepala.ppsdm"))
        answer = "PPSDM menerima temuan ini. Kedua saran masuk rencana tahun berjalan."
        self.act("course", 81, "answer_program", "kepala.ppsdm", response=answer)
        self.act("course", 79, "publish", AUTHOR)
        summary = "Nota kesepahaman bermanfaat dan sesuai prioritas; keputusan perpanjangan perlu diambil tahun ini."
        self.write("mou", 24, self.agreements.mou, summary, MOU_RATINGS, MOU_ADVICE)
        self.days.plan(self.days.working_days_ago(4, 15), lambda: self.perform("mou", "submit", AUTHOR))

    def on(self, ago: int, step) -> None:
        """Plan a step so many days back."""
        self.days.plan(self.days.ago(ago, 11), step)

    def act(self, key: str, ago: int, name: str, who: str, **answers) -> None:
        """Plan one act."""
        self.on(ago, lambda: self.perform(key, name, who, **answers))

    def perform(self, key: str, name: str, who: str, **answers) -> None:
        """Carry it out."""
        perform(REVIEW, name, record=self.review(key), actor=self.users[who], answers=answers)

    def review(self, key: str) -> Review:
        """The review as it is now."""
        return Review.objects.get(pk=self.ids[key])

    def write(self, key: str, ago: int, subject, summary: str, ratings: dict, advice: tuple) -> None:
        """Begun on one day, filled in two weeks later."""
        self.on(ago, lambda: self.begin(key, subject()))
        self.on(ago - 12, lambda: self.fill(key, summary, ratings, advice))

    def begin(self, key: str, subject) -> None:
        """The empty review."""
        made = services.open_review(subject, self.users[AUTHOR])
        born(made)
        self.ids[key] = made.pk

    def fill(self, key: str, summary: str, ratings: dict, advice: tuple) -> None:
        """Everything it says."""
        review = self.review(key)
        services.save_content(
            review,
            self.users[AUTHOR],
            fields={"summary": summary},
            ratings={
                criterion.value: {"step": step, "text": text, "sources": sources}
                for criterion, (step, text, sources) in ratings.items()
            },
            recommendations=[
                {"text": text, "owner": owner, "due_on": self.days.today + dt.timedelta(days=within)}
                for text, owner, within in advice
            ],
            version=review.version,
        )

    def respond(self, key: str, who: str) -> None:
        """Every recommendation is accepted."""
        review = self.review(key)
        said = {"stance": "ACCEPTED", "answer": "Dilaksanakan mulai triwulan berikutnya."}
        answers = {row.pk: said for row in review.recommendations.all()}
        services.respond(review, self.users[who], answers, version=review.version)
