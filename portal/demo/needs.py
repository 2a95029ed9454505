"""The 24 needs of the scenario and how each came to where it stands."""
# ruff: noqa: E501 - a table of the scenario reads best with its sentences unbroken

from __future__ import annotations

from dataclasses import dataclass, field

from django.utils import timezone

from accounts.models import Organisation
from portal.demo.days import Days, born
from portal.demo.papers import pdf
from regions.lifecycle import NEED
from regions.models import CompetencyGap, FunctionalPost, NeedCycle, NeedLine, TrainingNeed
from regions.services import attach_evidence, attach_letter, open_need, save_part, write_line
from workflow.engine import perform


@dataclass(frozen=True, slots=True)
class Sample:
    """One row of the scenario: one need with one line."""

    number: int
    office: str
    who: str
    """Short address of the office's operator and head."""
    post: str
    rank: str
    themes: tuple[str, ...]
    staff: tuple[int, int, int, int]
    """Authorised, in post, untrained, requested."""
    level: tuple[int, int]
    mode: str
    urgency: str
    causes: tuple[str, ...]
    reason: str
    road: str
    """Name of the function below that tells how far the need has come."""
    more: dict = field(default_factory=dict)
    """Further fields of the line."""
    ready: tuple[str, ...] = ()
    retiring: int = 0
    verifier: str = ""


READY_PEOPLE = ("nominees_identified", "language_evidence")
READY_PLAN = ("budget_line", "follow_up_plan")
SEASONED = {"age_band": "A30_39", "education": "S1_D4", "years_in_post_band": "Y5_10"}
YOUNG = {"age_band": "LT30", "education": "S1_D4", "years_in_post_band": "LT2"}

SAMPLES = (
    Sample(
        1, "DISNAKER-52", "ntb", "WASNAK", "AHLI_MUDA", ("T01",), (60, 11, 3, 11), (2, 4), "BLENDED", "U1",
        ("CASELOAD", "RETIREMENT"),
        "Sebelas pengawas melayani lebih dari 17.000 perusahaan dan lima orang pensiun dalam tiga tahun. "
        "Pemeriksaan perlu lebih terarah pada risiko.",
        "approved_after_review", SEASONED | {"language_level": "B2", "n_female": 4, "n_male": 7}, READY_PEOPLE, 5,
    ),
    Sample(
        2, "DISNAKER-52", "ntb", "MEDHI", "AHLI_PERTAMA", ("T07",), (18, 3, 1, 8), (1, 3), "IN_COUNTRY", "U1",
        ("NEW_POST", "CASELOAD"),
        "Perselisihan hubungan industrial bertambah, sedangkan mediator di banyak kabupaten sudah pensiun.",
        "approved", YOUNG | {"language_level": "A2"}, ("follow_up_plan",),
    ),
    Sample(
        3, "DISNAKER-5203", "lombok-timur", "PKERJA", "AHLI_PERTAMA", ("T14",), (12, 4, 2, 6), (1, 3), "IN_COUNTRY",
        "U2", ("CASELOAD", "NEW_REGULATION"),
        "Kabupaten ini pengirim pekerja migran terbesar di provinsi; layanan penempatan dan pelindungan harus "
        "lebih cepat dan lebih aman.",
        "in_province", {"age_band": "A30_39", "education": "S1_D4", "years_in_post_band": "Y2_5", "language_level": "A2"},
        READY_PEOPLE, 0, "ntb",
    ),
    Sample(
        4, "DISNAKER-32", "jabar", "MEDHI", "AHLI_MUDA", ("T07", "T08"), (135, 70, 12, 40), (2, 4), "BLENDED", "U2",
        ("CASELOAD", "NEW_REGULATION"),
        "Target lima mediator per kabupaten/kota belum tercapai; mediator madya perlu dikuatkan agar dapat membina "
        "yang baru.",
        "approved", SEASONED | {"language_level": "B1", "n_female": 18, "n_male": 22}, ("budget_line",), 8,
    ),
    Sample(
        5, "DISNAKER-3218", "pangandaran", "MEDHI", "AHLI_PERTAMA", ("T07",), (5, 0, 0, 2), (0, 3), "IN_COUNTRY", "U1",
        ("NEW_POST",),
        "Belum ada mediator. Dua pegawai disiapkan sebagai calon mediator untuk formasi yang akan diisi.",
        "in_ministry", YOUNG | {"language_level": "A2", "work_unit": "Calon mediator"}, (), 0, "jabar",
    ),
    Sample(
        6, "DISNAKER-3279", "kota-banjar", "PTGANTAR", "NONE", ("T11",), (4, 3, 3, 3), (1, 3), "ONLINE", "U3",
        ("NO_TRAINING",),
        "Petugas antarkerja belum pernah dilatih konseling karier dan pelayanan bursa kerja daring.",
        "just_submitted", {"education": "D3", "language_level": "A1"}, (), 0, "jabar",
    ),
    Sample(
        7, "DISNAKER-3216", "kab-bekasi", "PKERJA", "AHLI_MUDA", ("T12",), (20, 9, 4, 9), (2, 4), "OVERSEAS", "U2",
        ("NEW_TECH", "CASELOAD"),
        "Kawasan industri terbesar di negeri ini belum punya analisis pasar kerja yang dipakai lembaga pelatihan.",
        "approved", SEASONED | {"language_level": "B1"}, READY_PEOPLE, 1, "jabar",
    ),
    Sample(
        8, "DISNAKER-33", "jateng", "ANAKER", "AHLI_PERTAMA", ("T13",), (24, 6, 6, 6), (1, 3), "BLENDED", "U2",
        ("NEW_POST", "NEW_REGULATION"),
        "Jabatan analis ketenagakerjaan baru dibuka; rencana tenaga kerja daerah harus selesai tahun depan.",
        "in_technical_review", YOUNG | {"language_level": "B1"}, READY_PLAN,
    ),
    Sample(
        9, "DISNAKER-3374", "kota-semarang", "WASNAK", "AHLI_MUDA", ("T01",), (0, 0, 0, 4), (2, 4), "IN_COUNTRY", "U2",
        ("CASELOAD",),
        "Perusahaan di kota meminta pembinaan norma kerja.",
        "blocked", {"language_level": "A2"},
    ),
    Sample(
        10, "DISNAKER-3322", "kab-semarang", "INSTR", "AHLI_PERTAMA", ("T17",), (10, 7, 4, 7), (2, 4), "BLENDED", "U3",
        ("NEW_TECH",),
        "Instruktur UPTD BLK perlu metodologi pelatihan dan asesmen yang sesuai dengan kebutuhan industri.",
        "approved", SEASONED | {"work_unit": "UPTD Balai Latihan Kerja", "language_level": "A2"}, READY_PLAN, 0, "jateng",
    ),
    Sample(
        11, "DISNAKER-35", "jatim", "PK3", "AHLI_MUDA", ("T05",), (40, 14, 6, 14), (2, 4), "OVERSEAS", "U2",
        ("NEW_TECH", "CASELOAD"),
        "Laboratorium higiene industri belum dapat menguji paparan bahan kimia baru di kawasan industri.",
        "approved", SEASONED | {"language_level": "B2"}, READY_PEOPLE, 2,
    ),
    Sample(
        12, "BPVP-SDA", "bpvp-sidoarjo", "INSTR", "AHLI_MUDA", ("T18",), (45, 38, 9, 12), (3, 5), "OVERSEAS", "U3",
        ("NEW_TECH",),
        "Peralatan manufaktur cerdas sudah terpasang, instruktur belum menguasai pemrograman dan perawatannya.",
        "approved", SEASONED | {"language_level": "B1"}, READY_PEOPLE, 3,
    ),
    Sample(
        13, "DISNAKER-36", "banten", "WASNAK", "AHLI_MADYA", ("T03", "T04"), (75, 28, 5, 12), (3, 5), "OVERSEAS", "U2",
        ("CASELOAD", "NEW_INDUSTRY"),
        "Kecelakaan di industri kimia dan baja menuntut pengawas yang mampu menilai sistem manajemen K3.",
        "approved", {"age_band": "A40_49", "education": "S2", "years_in_post_band": "GT10", "language_level": "B2"},
        READY_PEOPLE, 4,
    ),
    Sample(
        14, "DISNAKER-2171", "batam", "MEDHI", "AHLI_MUDA", ("T08",), (10, 4, 1, 4), (2, 4), "BLENDED", "U2",
        ("CASELOAD",),
        "Banyak perusahaan belum memiliki LKS Bipartit yang berjalan; perselisihan berulang.",
        "returned_once", SEASONED | {"language_level": "B1"}, (), 0, "kepri",
    ),
    Sample(
        15, "DISNAKER-12", "sumut", "WASNAK", "AHLI_MUDA", ("T06",), (90, 41, 15, 20), (2, 3), "IN_COUNTRY", "U3",
        ("AUDIT_FINDING",),
        "Temuan pekerja anak di perkebunan belum ditangani dengan tata cara yang seragam.",
        "approved", SEASONED | {"language_level": "A2"}, READY_PLAN, 6,
    ),
    Sample(
        16, "DISNAKER-7206", "morowali", "MEDHI", "AHLI_PERTAMA", ("T07", "T09"), (8, 2, 1, 4), (1, 3), "EXPERT_IN",
        "U1", ("NEW_INDUSTRY", "CASELOAD"),
        "Industri nikel membawa puluhan ribu pekerja baru; perselisihan upah melebihi kemampuan dua mediator.",
        "approved",
        {"employment_status": "PPPK", "age_band": "A30_39", "education": "S1_D4", "years_in_post_band": "Y2_5",
         "language_level": "A2"},
        ("follow_up_plan",), 0, "sulteng",
    ),
    Sample(
        17, "DISNAKER-72", "sulteng", "PK3", "AHLI_PERTAMA", ("T03", "T04"), (22, 5, 5, 10), (1, 3), "EXPERT_IN", "U1",
        ("NEW_INDUSTRY", "NO_TRAINING"),
        "Pesawat uap dan bejana tekan di kawasan smelter belum diuji sesuai jadwal karena penguji belum terlatih.",
        "approved", SEASONED | {"language_level": "B1"}, ("budget_line",),
    ),
    Sample(
        18, "BPVP-BTG", "bpvp-bantaeng", "INSTR", "AHLI_PERTAMA", ("T19",), (30, 24, 10, 10), (2, 4), "BLENDED", "U3",
        ("NEW_TECH",),
        "Kejuruan TIK berkembang ke komputasi awan; instruktur perlu pelatihan dan sertifikasi.",
        "at_ministry_directly", YOUNG | {"language_level": "B1"}, ("nominees_identified",),
    ),
    Sample(
        19, "DISNAKER-53", "ntt", "PKERJA", "AHLI_MUDA", ("T14", "T06"), (26, 8, 3, 12), (2, 4), "IN_COUNTRY", "U1",
        ("CASELOAD", "NEW_REGULATION"),
        "Penempatan nonprosedural masih tinggi; pengantar kerja perlu menguasai pelindungan dan pencegahan kerja paksa.",
        "approved", SEASONED | {"language_level": "A2"}, READY_PLAN, 1,
    ),
    Sample(
        20, "DISNAKER-5371", "kota-kupang", "PKERJA", "AHLI_PERTAMA", ("T14",), (6, 3, 2, 3), (1, 3), "IN_COUNTRY",
        "U2", ("CASELOAD",),
        "Kota menjadi tempat transit pekerja migran; petugas perlu dilatih bersama provinsi.",
        "merged", YOUNG | {"language_level": "A2"}, (), 0, "ntt",
    ),
    Sample(
        21, "DISNAKER-81", "maluku", "ANAKER", "AHLI_PERTAMA", ("T13", "T24"), (10, 2, 2, 4), (1, 3), "BLENDED", "U2",
        ("NEW_POST",),
        "Rencana tenaga kerja kepulauan memerlukan analis yang mampu mengolah data lintas pulau.",
        "approved", YOUNG | {"language_level": "B1"}, ("budget_line",),
    ),
    Sample(
        22, "DISNAKER-93", "papua-selatan", "STRUKT", "NONE", ("T23",), (9, 7, 7, 5), (1, 3), "IN_COUNTRY", "U2",
        ("NEW_POST", "NO_TRAINING"),
        "Provinsi baru: pejabat dinas belum pernah mengikuti pelatihan kebijakan ketenagakerjaan.",
        "approved", {"age_band": "A40_49", "education": "S1_D4", "years_in_post_band": "LT2", "language_level": "A2"},
        READY_PLAN,
    ),
    Sample(
        23, "DISNAKER-9671", "kota-sorong", "PTGANTAR", "NONE", ("T11",), (6, 4, 4, 4), (0, 2), "ONLINE", "U2",
        ("NO_TRAINING",),
        "Petugas belum pernah dilatih; sambungan internet sering terputus.",
        "autosaved", {"education": "SMA", "language_level": "A1"},
    ),
    Sample(
        24, "DISNAKER-9401", "nabire", "MEDHI", "AHLI_PERTAMA", ("T07",), (4, 0, 0, 2), (0, 3), "IN_COUNTRY", "U1",
        ("NEW_POST",),
        "Belum ada mediator; perselisihan diselesaikan tanpa mediasi.",
        "rejected_then_new", YOUNG | {"language_level": "A2"}, (), 0, "papua-tengah",
    ),
)  # fmt: skip

NATIONAL_THEMES = ("T01", "T03", "T07", "T12", "T14", "T23")
PROVINCIAL_THEMES = (("33", "T13"), ("35", "T05"), ("81", "T13"), ("12", "T06"))

EVIDENCE = {
    "WASNAK": ("CASE_DATA", "data-pemeriksaan"),
    "PK3": ("ACCIDENT_DATA", "data-kecelakaan-kerja"),
    "MEDHI": ("CASE_DATA", "data-perselisihan"),
    "INSTR": ("UJIKOM", "hasil-uji-kompetensi"),
}
"""Post -> type of evidence and name of the file; the others show their development-needs analysis."""
OUTCOMES = {
    "WASNAK": ("Pemeriksaan diarahkan pada risiko tertinggi", "Pemeriksaan per pengawas per bulan"),
    "PK3": ("Objek K3 diuji tepat waktu", "Objek yang diuji per penguji per bulan"),
    "MEDHI": (
        "Lebih banyak perselisihan selesai dengan perjanjian bersama",
        "Perjanjian bersama per 100 perkara",
    ),
    "PKERJA": ("Pencari kerja ditempatkan lebih cepat dan aman", "Penempatan per pengantar kerja per bulan"),
    "INSTR": ("Lulusan sesuai dengan permintaan industri", "Lulusan yang bekerja dalam enam bulan"),
    "ANAKER": ("Rencana tenaga kerja dipakai dalam penganggaran", "Rekomendasi yang dipakai dinas lain"),
}


class Needs:
    """Plans the life of every need; `codes` knows them by their number in the scenario once they exist."""

    def __init__(self, days: Days, users: dict, cycle: NeedCycle):
        self.days, self.users, self.cycle = days, users, cycle
        self.ids: dict[object, int] = {}

    def need(self, key) -> TrainingNeed:
        """The need as it is now."""
        return TrainingNeed.objects.get(pk=self.ids[key])

    def plan(self) -> None:
        """Put every step of every need into the calendar. Drafts are opened in the scenario's order."""
        for sample in SAMPLES:
            opened = self.days.at(self.days.in_days(-100), 8, sample.number)
            self.days.plan(opened, lambda s=sample: self.write(s))
            getattr(self, sample.road)(sample)

    # --- The form ------------------------------------------------------------------------------------

    def write(self, sample: Sample, key=None, source: TrainingNeed | None = None) -> None:
        """The operator opens a draft and fills it in."""
        operator = self.users[f"operator.{sample.who}"]
        office = Organisation.objects.get(code=sample.office)
        need = open_need(office=office, cycle=self.cycle, actor=operator, source=source)
        born(need)
        self.ids[key or sample.number] = need.pk
        kept = sample.road != "autosaved"
        if source is None:
            save_part(need, "office", actor=operator, seen=None, final=kept, write=lambda n, _part: _contact(n, sample))
            save_part(
                need,
                "line-0",
                actor=operator,
                seen=None,
                final=kept,
                write=lambda n, _part: _line(n, sample, kept),
            )
            save_part(need, "reason", actor=operator, seen=None, final=kept, write=lambda n, _part: _reason(n, sample))
        if not kept:
            return
        if source is not None:
            extra = pdf("data-perkara.pdf", "Data perkara dua tahun", office.name_id, "Jumlah perkara: 31")
            attach_evidence(need, extra, "CASE_DATA", actor=operator)
        if sample.road != "returned_once":
            kind, name = EVIDENCE.get(sample.post, ("AKPK", "akpk"))
            paper = pdf(f"{name}-{sample.number}.pdf", "Bukti dukung kebutuhan pelatihan", office.name_id,
                        f"Formasi {sample.staff[0]}, terisi {sample.staff[1]}, diusulkan {sample.staff[3]} orang.",
                        sample.reason[:90])  # fmt: skip
            attach_evidence(need, paper, kind, actor=operator)
        else:
            paper = pdf("surat-edaran.pdf", "Surat edaran", office.name_id, "Tanpa data pendukung.")
            attach_evidence(need, paper, "LETTER", actor=operator)
        number = f"500.15/{100 + sample.number}/{self.cycle.year}"
        letter = pdf(f"surat-pengantar-{sample.number}.pdf", "Surat pengantar", f"Nomor: {number}", office.name_id,
                     "Perihal: usulan kebutuhan pelatihan aparatur ketenagakerjaan")  # fmt: skip
        attach_letter(need, letter, number=number, date=timezone.localdate(), actor=operator,
                      subject="Usulan kebutuhan pelatihan aparatur ketenagakerjaan")  # fmt: skip

    # --- Acts ----------------------------------------------------------------------------------------

    def act(self, moment, key, name: str, who: str, **answers) -> None:
        """Plan one act of a user on a need."""
        self.days.plan(
            moment,
            lambda: perform(NEED, name, record=self.need(key), actor=self.users[who], answers=answers),
        )

    def submit(self, sample: Sample, moment, key=None) -> None:
        """Hand to the head, who signs half an hour later."""
        key = key or sample.number
        self.act(moment, key, "send_to_head", f"operator.{sample.who}")
        self.act(self.days.later(moment, 30), key, "submit", f"kepala.{sample.who}")

    def endorse(self, sample: Sample, moment, key=None, rank=None) -> None:
        """The province passes it on."""
        self.act(moment, key or sample.number, "prov_endorse", f"verifikator.{sample.verifier}", checked=True,
                 provincial_rank=rank)  # fmt: skip

    def approve(self, sample: Sample, moment) -> None:
        """The head of PPSDM approves."""
        self.act(moment, sample.number, "approve", "kepala.ppsdm")

    # --- Roads ---------------------------------------------------------------------------------------

    def approved(self, sample: Sample) -> None:
        """Through the province where there is one, then approved by the ministry."""
        signed = self.days.ago(92 - sample.number, 10, sample.number)
        self.submit(sample, signed)
        if sample.verifier:
            self.endorse(sample, self.days.after(signed, 3, 11))
        self.approve(sample, self.days.after(signed, 9, 14))

    def approved_after_review(self, sample: Sample) -> None:
        """With the opinion of the unit that guides the post."""
        signed = self.days.ago(92 - sample.number, 10, sample.number)
        self.submit(sample, signed)
        asked = self.days.after(signed, 2)
        self.act(asked, sample.number, "send_tech", "verifikator.ppsdm", unit="DJ-WASNAKER")
        opinion = "Kebutuhan wajar: beban pengawasan jauh di atas rata-rata nasional."
        self.act(
            self.days.after(signed, 6),
            sample.number,
            "recommend",
            "penelaah.wasnaker",
            opinion=opinion,
            mandate="NATIONAL",
        )
        self.approve(sample, self.days.after(signed, 8, 14))

    def in_province(self, sample: Sample) -> None:
        """The fourth of the province's five working days."""
        self.submit(sample, self.days.working_days_ago(4))

    def in_ministry(self, sample: Sample) -> None:
        """Endorsed, before the ministry."""
        self.submit(sample, self.days.working_days_ago(8))
        self.endorse(sample, self.days.working_days_ago(4), rank=1)

    def just_submitted(self, sample: Sample) -> None:
        """Signed a moment ago; the portal passes it to the province at once."""
        self.submit(sample, self.days.later(self.days.now, -40))

    def in_technical_review(self, sample: Sample) -> None:
        """With the unit that guides the post."""
        self.submit(sample, self.days.working_days_ago(6))
        self.act(self.days.working_days_ago(2), sample.number, "send_tech", "verifikator.ppsdm", unit="BARENBANG")

    def blocked(self, sample: Sample) -> None:
        """Stays a draft: inspectors exist only at the centre and in provinces."""

    def autosaved(self, sample: Sample) -> None:
        """Stays a draft, as the browser left it."""

    def returned_once(self, sample: Sample) -> None:
        """The ministry misses evidence."""
        self.submit(sample, self.days.working_days_ago(9))
        self.endorse(sample, self.days.working_days_ago(6))
        remarks = [
            {
                "field": "evidence",
                "text": "Lampirkan data perkara atau analisis beban kerja; surat edaran bukan bukti.",
            },
            {
                "line": "1",
                "field": "untrained",
                "text": "Jelaskan siapa yang belum dilatih: nama jabatan cukup.",
            },
        ]
        self.act(self.days.working_days_ago(2), sample.number, "return", "verifikator.ppsdm", comments=remarks)

    def at_ministry_directly(self, sample: Sample) -> None:
        """Training centres do not pass a province."""
        self.submit(sample, self.days.working_days_ago(5))

    def merged(self, sample: Sample) -> None:
        """Joined to the need of the province."""
        signed = self.days.ago(40)
        self.submit(sample, signed)
        self.endorse(sample, self.days.after(signed, 3))
        self.days.plan(
            self.days.after(signed, 8),
            lambda: perform(
                NEED, "merge", record=self.need(20), actor=self.users["verifikator.ppsdm"],
                answers={
                    "parent": self.need(19).code,
                    "reason": "Pesertanya dilatih bersama provinsi dalam satu angkatan.",
                },
            ),
        )  # fmt: skip

    def rejected_then_new(self, sample: Sample) -> None:
        """Rejected for weak evidence, then filed again with case data."""
        signed = self.days.ago(45)
        self.submit(sample, signed)
        self.endorse(sample, self.days.after(signed, 2))
        self.act(
            self.days.after(signed, 8), sample.number, "reject", "kepala.ppsdm", reason_code="R04",
            reason="Bukti tidak memuat jumlah perkara. Ajukan lagi dengan data perkara dua tahun terakhir.",
        )  # fmt: skip
        again = "24 again"
        self.days.plan(self.days.ago(20), lambda: self.write(sample, again, self.need(24)))
        self.submit(sample, self.days.working_days_ago(6), again)
        self.endorse(sample, self.days.working_days_ago(3), again)


def _contact(need, sample: Sample) -> None:
    need.contact_post = "Kepala Bidang" if sample.office.startswith("DISNAKER") else "Kepala Seksi Penyelenggaraan"
    need.contact_email = f"{sample.who}@example.test"
    need.contact_phone = f"(021) 555-01{sample.number:02d}"


def _line(need, sample: Sample, final: bool) -> str:
    formation, in_post, untrained, wanted = sample.staff
    line = NeedLine(
        post=FunctionalPost.objects.get(code=sample.post),
        rank=sample.rank,
        formation_abk=formation,
        in_post=in_post,
        untrained=untrained,
        retiring_3y=sample.retiring,
        requested_total=wanted,
        vacancies_to_fill=max(wanted - in_post, 0),
        jp_requested=80,
        **sample.more,
    )
    outcome, indicator = OUTCOMES.get(sample.post, ("Layanan dinas lebih cepat dan tepat", "Waktu layanan rata-rata"))
    gaps = [
        CompetencyGap(
            theme_id=theme,
            current_level=sample.level[0],
            target_level=sample.level[1],
            gap_cause=sample.causes[0],
            certification_wanted="TRAINING_CERT",
            expected_outcome=outcome,
            performance_indicator=indicator,
        )
        for theme in sample.themes
    ]
    return write_line(need, line, gaps, final=final)


def _reason(need, sample: Sample) -> None:
    need.urgency, need.preferred_mode = sample.urgency, sample.mode
    need.causes, need.reason = list(sample.causes), sample.reason
    for name in sample.ready:
        setattr(need, name, True)
