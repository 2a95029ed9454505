"""The 17 programmes of the scenario and how each came to where it stands."""
# ruff: noqa: E501 - a table of the scenario reads best with its sentences unbroken

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from accounts.models import Organisation
from portal.demo.days import CLOSING, ZONE, Days, born
from portal.demo.papers import pdf
from programs.chain import OFFICE_MINIMUM
from programs.lifecycle import PROGRAM
from programs.models import Contact, CostItem, EligibilityRule, Intake, Program, ProgramTheme, Scheme
from programs.services import amend, attach_file, open_program
from programs.services.deadlines import buffer_of
from workflow.calendar import shift
from workflow.engine import perform

ABROAD = (
    ("TUITION", "PARTNER"),
    ("AIRFARE_INTL", "PARTNER"),
    ("ACCOMMODATION", "PARTNER"),
    ("ALLOWANCE", "PARTNER"),
    ("INSURANCE", "PARTNER"),
    ("TRAVEL_DOM", "PEMDA"),
    ("PASSPORT", "PEMDA"),
)
"""Who pays what for a training abroad that the partner funds in full."""
AT_HOME = (
    ("TUITION", "PARTNER"),
    ("ACCOMMODATION", "PARTNER"),
    ("MATERIALS", "PARTNER"),
    ("TRAVEL_DOM", "PEMDA"),
)

ZONES = {"JP": "Asia/Tokyo", "KR": "Asia/Seoul", "IT": "Europe/Rome"}


@dataclass(frozen=True, slots=True)
class Offer:
    """One row of the scenario. Dates are those of 2026 and move with the calendar; deadlines count from today."""

    key: str
    scheme: str
    title_id: str
    title_en: str
    about_id: str
    about_en: str
    themes: tuple[tuple[str, int, int], ...]
    posts: tuple[str, ...]
    intakes: tuple[dict, ...]
    mode: str
    country: str
    road: str
    """How far it has come: open, published, closed, running, verification, returned, submitted."""
    closes: int | None = None
    """Our own deadline: so many days from today (negative: ago)."""
    opens: int | None = None
    """Registration opens so many days from today; None: when it is published."""
    published: int = 15
    """Published so many working days ago."""
    fields: dict = field(default_factory=dict)
    rules: tuple[tuple[str, str, bool], ...] = ()
    costs: tuple[tuple, ...] = ABROAD


def run(starts: str, ends: str, seats: int, place: str = "", **more) -> dict:
    """One intake."""
    return {"starts": starts, "ends": ends, "seats": seats, "place": place, **more}


HEALTH = ("Sehat jasmani dan rohani", "In good health", True)
STAY = (
    "Bersedia tetap pada jabatan sekurang-kurangnya dua tahun setelah pelatihan",
    "Willing to stay in post for at least two years after the training",
    True,
)

OFFERS = (
    Offer(
        "JA1", "JICA_KCCP_GRF", "Administrasi Pengawasan Ketenagakerjaan", "Labour Inspection Administration",
        "Cara Jepang mengatur dan menjalankan pengawasan ketenagakerjaan: perencanaan berbasis risiko, pemeriksaan, "
        "dan penegakan hukum. Satu minggu daring, lalu empat minggu di Jepang.",
        "How Japan organises labour inspection: risk-based planning, inspection and enforcement. One week online, "
        "then four weeks in Japan.",
        (("T01", 2, 4), ("T02", 2, 4)), ("WASNAK",),
        (run("2026-11-16", "2026-12-11", 2, "Tokyo", online_starts="2026-11-02", online_ends="2026-11-06"),),
        "OVERSEAS", "JP", "open", 10, None, 13,
        {"language": "EN", "min_language_level": "B2", "min_years": 5, "max_age": 50, "min_rank": "AHLI_MUDA",
         "min_education": "S1_D4", "language_test": "TOEFL_ITP", "language_score": 500},
        (HEALTH, STAY),
    ),
    Offer(
        "JA2", "JICA_KCCP_GRF", "Kebijakan K3 dan Pencegahan Kecelakaan Kerja", "OSH Policy and Accident Prevention",
        "Kebijakan K3, analisis kecelakaan, dan pengujian lingkungan kerja di tempat kerja berisiko tinggi.",
        "OSH policy, accident analysis and workplace testing where risks are high.",
        (("T03", 1, 4), ("T04", 1, 4), ("T05", 1, 4)), ("WASNAK", "PK3"),
        (run("2027-01-11", "2027-02-12", 2, "Osaka"),),
        "OVERSEAS", "JP", "published", 60, 14, 9,
        {"language": "EN", "min_language_level": "B1", "min_years": 3},
        (HEALTH, STAY),
    ),
    Offer(
        "JA3", "JICA_KCCP_GRF", "Manajemen TVET dan Keterkaitan dengan Industri", "TVET Management and Industry Linkage",
        "Memimpin lembaga pelatihan vokasi bersama industri: kurikulum, magang, dan penempatan lulusan.",
        "Leading a vocational training institution together with industry: curriculum, apprenticeship, placement.",
        (("T20", 2, 4),), ("STRUKT",),
        (run("2026-10-05", "2026-11-06", 1, "Nagoya"),),
        "OVERSEAS", "JP", "closed", -5, None, 32,
        {"language": "EN", "min_language_level": "B2", "min_age": 35, "max_age": 55, "min_education": "S1_D4"},
        (("Kepala lembaga pelatihan", "Head of a training institution", True), HEALTH),
    ),
    Offer(
        "JA4", "JICA_YL", "Pemimpin Muda: Ketenagakerjaan dan Ekonomi Lokal",
        "Young Leaders: Employment and Local Economy",
        "Tujuh belas hari bersama pegawai muda daerah di Jepang: layanan kerja dan perluasan kesempatan kerja.",
        "Seventeen days with young local officials in Japan: employment services and job creation.",
        (("T11", 0, 2), ("T15", 0, 2)), (),
        (run("2026-12-01", "2026-12-17", 16, "Sapporo"),),
        "OVERSEAS", "JP", "open", 24, None, 8,
        {"language": "JA", "interpretation": "CONSECUTIVE", "all_posts": True, "min_age": 20, "max_age": 35,
         "no_prior_visit": True, "visibility": "PUBLIC"},
        (("Bukan anggota militer", "Not a member of the military", True), HEALTH),
    ),
    Offer(
        "JA5", "JICA_KCCP_CF", "Sistem Pengawasan Ketenagakerjaan Elektronik", "Electronic Labour Inspection System",
        "Dua rombongan masing-masing sepuluh hari tentang pengawasan berbasis data dan sistem informasi.",
        "Two groups of ten days each on data-driven inspection and its information system.",
        (("T01", 2, 4), ("T24", 1, 3)), ("WASNAK",),
        (run("2026-11-09", "2026-11-18", 6, "Tokyo"), run("2027-01-18", "2027-01-27", 6, "Tokyo")),
        "OVERSEAS", "JP", "verification", 45, None, 0,
        {"language": "JA", "interpretation": "CONSECUTIVE", "needs_agreement": True,
         "agreement_note": "DEMO-MOU-JICA", "min_years": 3},
        (HEALTH,),
    ),
    Offer(
        "JA6", "JICA_EXPERT", "Tenaga Ahli Jangka Pendek: Laboratorium Higiene Industri",
        "Short-term Expert: Industrial Hygiene Laboratory",
        "Seorang ahli bekerja empat minggu di laboratorium tuan rumah di Jawa Timur bersama para penguji K3.",
        "An expert works for four weeks in the host's laboratory in East Java, together with its OSH testers.",
        (("T05", 1, 4),), ("PK3",),
        (run("2026-11-09", "2026-12-04", 14, "Surabaya", label="Tuan rumah: Jawa Timur"),),
        "EXPERT_IN", "ID", "published", 45, 10, 4,
        {"language": "EN", "interpretation": "CONSECUTIVE", "host_province": "35"},
        (("Tuan rumah menyediakan ruang kerja dan pendamping", "The host provides an office and a counterpart", True),),
        (("EXPERT_FEE", "PARTNER"), ("AIRFARE_INTL", "PARTNER"), ("VENUE", "PEMDA"), ("MATERIALS", "PEMDA")),
    ),
    Offer(
        "KO1", "KOICA_CIAT_GLOB", "Asuransi Ketenagakerjaan dan Layanan Kerja Publik",
        "Employment Insurance and Public Employment Service",
        "Asuransi pengangguran, layanan penempatan, dan pengukuran hasilnya di Korea.",
        "Unemployment insurance, placement services and how their results are measured in Korea.",
        (("T10", 1, 3), ("T11", 1, 3)), ("PKERJA", "MEDHI"),
        (run("2026-09-07", "2026-09-22", 2, "Seoul"),),
        "OVERSEAS", "KR", "express", 6, None, 1,
        {"language": "EN", "min_language_level": "B1", "min_years": 3, "visibility": "PUBLIC"},
        (HEALTH, STAY),
    ),
    Offer(
        "KO2", "KOICA_CIAT_CTRY", "Hubungan Industrial dan Mediasi untuk Indonesia",
        "Labour Relations and Mediation, Indonesia",
        "Mediasi, perundingan bersama, dan lembaga kerja sama bipartit: dua minggu khusus untuk Indonesia.",
        "Mediation, collective bargaining and bipartite bodies: two weeks made for Indonesia.",
        (("T07", 1, 4), ("T08", 1, 4)), ("MEDHI",),
        (run("2026-10-12", "2026-10-25", 18, "Seoul"),),
        "OVERSEAS", "KR", "open", 17, None, 12,
        {"language": "EN", "interpretation": "CONSECUTIVE", "share_outside_java": 34, "visibility": "PUBLIC"},
        (("Sekurang-kurangnya sepertiga peserta dari luar Jawa", "At least one third from outside Java", False), HEALTH),
    ),
    Offer(
        "KO3", "KOICA_CIAT_CTRY", "Peningkatan Instruktur Vokasi: Manufaktur Cerdas",
        "Vocational Instructor Upgrading: Smart Manufacturing",
        "Empat minggu praktik pada lini manufaktur cerdas dan metodologi instruktur.",
        "Four weeks of practice on smart manufacturing lines and instructor methodology.",
        (("T17", 2, 4), ("T18", 2, 4), ("T19", 2, 4)), ("INSTR",),
        (run("2026-11-03", "2026-11-28", 15, "Incheon"),),
        "OVERSEAS", "KR", "published", 30, 7, 12,
        {"language": "KO", "interpretation": "CONSECUTIVE"},
        (("Instruktur UPTP atau UPTD", "Instructor of a ministry or regional training centre", True), HEALTH),
    ),
    Offer(
        "KO4", "KOICA_SP", "Magister Kebijakan Ketenagakerjaan", "Master in Labour Policy",
        "Beasiswa magister enam belas bulan pada universitas mitra di Korea.",
        "A sixteen-month master's scholarship at a partner university in Korea.",
        (("T13", 2, 5), ("T23", 2, 5)), ("ANAKER", "STRUKT"),
        (run("2026-08-03", "2027-12-17", 2, "Seoul"),),
        "DEGREE", "KR", "running", -60, None, 78,
        {"language": "EN", "min_language_level": "B2", "max_age": 40, "min_education": "S1_D4", "interview": True,
         "employment_statuses": ["PNS"]},
        (HEALTH,),
    ),
    Offer(
        "KO5", "KOICA_PROJECT", "Akademi Informasi Pasar Kerja Digital", "Digital Labour-Market Information Academy",
        "Enam angkatan tentang data pasar kerja, dasbor, dan layanan informasi daerah.",
        "Six groups on labour-market data, dashboards and regional information services.",
        (("T12", 1, 3), ("T24", 1, 3)), ("PKERJA", "ANAKER"),
        tuple(
            run(first, last, 20, place)
            for first, last, place in (
                ("2026-10-12", "2026-10-16", "Bekasi"),
                ("2026-10-26", "2026-10-30", "Medan"),
                ("2026-11-09", "2026-11-13", "Makassar"),
                ("2026-11-23", "2026-11-27", "Surabaya"),
                ("2027-01-18", "2027-01-22", "Ambon"),
                ("2027-02-01", "2027-02-05", "Jayapura"),
            )
        ),
        "IN_COUNTRY", "ID", "returned", 50, None, 0,
        {"language": "ID"},
        (("Membawa data pasar kerja daerah", "Brings the region's labour-market data", False),),
        (("TUITION", "PARTNER"), ("MATERIALS", "PARTNER"), ("VENUE", "PEMDA", None, "", "APBD"), ("TRAVEL_DOM", "PEMDA")),
    ),
    Offer(
        "IL1", "ILO_TC", "Kepatuhan dan Hak Dasar di Tempat Kerja bagi Pengawas",
        "Compliance and Fundamental Rights for Inspectors",
        "Tiga hari di empat kota tentang pemeriksaan norma kerja, pekerja anak, dan kerja paksa.",
        "Three days in each of four cities on inspection, child labour and forced labour.",
        (("T01", 1, 3), ("T06", 1, 3)), ("WASNAK",),
        (
            run("2026-09-22", "2026-09-24", 30, "Medan"),
            run("2026-10-20", "2026-10-22", 30, "Surabaya"),
            run("2026-11-17", "2026-11-19", 30, "Makassar"),
            run("2027-01-19", "2027-01-21", 30, "Mataram"),
        ),
        "IN_COUNTRY", "ID", "open", None, None, 16,
        {"language": "ID", "rolling": True, "visibility": "PUBLIC"},
        (("Bertugas sebagai pengawas ketenagakerjaan", "Serving as a labour inspector", True),), AT_HOME,
    ),
    Offer(
        "IL2", "ILO_TC", "Dialog Sosial dan Keterampilan Mediasi", "Social Dialogue and Mediation Skills",
        "Lima hari di Makassar: mediasi, perundingan bersama, dan peran LKS Bipartit.",
        "Five days in Makassar: mediation, collective bargaining and the role of bipartite bodies.",
        (("T07", 1, 3), ("T08", 1, 3)), ("MEDHI",),
        (run("2026-09-21", "2026-09-25", 30, "Makassar"),),
        "IN_COUNTRY", "ID", "open", 20, None, 10,
        {"language": "ID", "visibility": "PUBLIC"},
        (("Menangani perkara hubungan industrial", "Handles industrial relations cases", True),), AT_HOME,
    ),
    Offer(
        "IL3", "ILO_ITC_OPEN", "Layanan Antarkerja dan Bimbingan Karier (daring)",
        "Employment Services and Career Guidance (online)",
        "Enam minggu daring dari Turin, dua puluh jam seminggu, dengan tutor.",
        "Six weeks online from Turin, twenty hours a week, with a tutor.",
        (("T11", 0, 3),), ("PKERJA",),
        (run("2026-09-14", "2026-10-23", 2),),
        "ONLINE", "IT", "open", 14, None, 11,
        {"language": "EN", "min_language_level": "B2"},
        (("Komputer dan sambungan internet", "A computer and an internet connection", True),),
        (("TUITION", "PARTNER", 1400, "EUR", "Beasiswa sebagian dari EUR 1.950"),
         ("MATERIALS", "PEMDA", 550, "EUR", "Sisa biaya")),
    ),
    Offer(
        "IL4", "ILO_ITC_TAILOR", "Statistik Ketenagakerjaan untuk Perencanaan Daerah",
        "Labour Statistics for Regional Planning",
        "Delapan hari di Bandung tentang statistik pasar kerja dan rencana tenaga kerja daerah.",
        "Eight days in Bandung on labour-market statistics and regional manpower plans.",
        (("T12", 1, 3), ("T13", 1, 3)), ("ANAKER",),
        (run("2026-11-02", "2026-11-09", 30, "Bandung"),),
        "IN_COUNTRY", "ID", "submitted", 40, None, 0,
        {"language": "EN", "interpretation": "CONSECUTIVE"},
        (("Menyusun rencana tenaga kerja daerah", "Prepares the regional manpower plan", False),),
        (("TUITION", "PARTNER"), ("VENUE", "KEMNAKER"), ("TRAVEL_DOM", "PEMDA")),
    ),
    Offer(
        "IL5", "ILO_TC", "Perekrutan yang Adil dan Pusat Layanan Pekerja Migran",
        "Fair Recruitment and Migrant Resource Centres",
        "Daring lalu tatap muka: perekrutan yang adil dan pusat layanan pekerja migran di daerah.",
        "Online, then face to face: fair recruitment and migrant resource centres in the regions.",
        (("T14", 1, 3),), ("PKERJA",),
        (run("2026-10-19", "2026-10-23", 40, "Mataram", online_starts="2026-10-05", online_ends="2026-10-09"),),
        "BLENDED", "ID", "published", 35, 7, 4,
        {"language": "ID", "visibility": "PUBLIC"},
        (("Melayani penempatan pekerja migran", "Works in migrant placement", True),), AT_HOME,
    ),
    Offer(
        "PS1", "KEMNAKER_INCOUNTRY", "Pelatihan Dasar Mediator Hubungan Industrial, angkatan contoh",
        "Basic Training for Industrial Relations Mediators, sample group",
        "Pelatihan dasar empat puluh lima hari bagi calon mediator dan mediator yang belum dilatih.",
        "Forty-five days of basic training for future mediators and mediators without training.",
        (("T07", 0, 2),), ("MEDHI",),
        (run("2026-09-07", "2026-10-21", 30, "Bogor"),),
        "IN_COUNTRY", "ID", "open", 16, None, 9,
        {"language": "ID", "employment_statuses": ["PNS", "CPNS"], "min_education": "S1_D4", "visibility": "PUBLIC"},
        (("Calon mediator atau mediator ahli pertama", "Future mediator or mediator of the first rank", True),),
        (("TUITION", "KEMNAKER"), ("ACCOMMODATION", "KEMNAKER"), ("MATERIALS", "KEMNAKER"), ("TRAVEL_DOM", "PEMDA")),
    ),
)  # fmt: skip

STAFF = {"JICA": "jica", "KOICA": "koica", "ILO": "ilo"}


class Programs:
    """Plans the life of every programme; `ids` knows them by their key in the scenario once they exist."""

    def __init__(self, days: Days, users: dict, offers: tuple[Offer, ...] = OFFERS):
        self.days, self.users, self.offers = days, users, offers
        self.ids: dict[str, int] = {}

    def program(self, key: str) -> Program:
        """The programme as it is now."""
        return Program.objects.get(pk=self.ids[key])

    def plan(self) -> None:
        """Put every step of every programme into the calendar."""
        for place, offer in enumerate(self.offers):
            drafted = self.days.working_days_ago(max(offer.published, 3) + 6, 8, place)
            self.days.plan(drafted, lambda o=offer: self.write(o))
            getattr(self, offer.road)(offer)
        if self.offers is OFFERS:
            self.days.plan(self.days.working_days_ago(3, 15), self.cut_seats)

    # --- The offer -----------------------------------------------------------------------------------

    def liaison(self, offer: Offer) -> str:
        """Who drafts: the partner's liaison, or the Bureau on behalf of PPSDM."""
        return f"penghubung.{STAFF[offer.scheme.split('_')[0]]}" if not on_behalf(offer) else "petugas.kerjasama"

    def write(self, offer: Offer) -> None:
        """The liaison drafts the offer and adds its course document."""
        scheme = Scheme.objects.select_related("partner").get(code=offer.scheme)
        actor = self.users[self.liaison(offer)]
        program = open_program(partner=scheme.partner, scheme=scheme, actor=actor, on_behalf=on_behalf(offer))
        born(program)
        self.ids[offer.key] = program.pk
        values = {
            "partner_reference": f"CONTOH-{offer.key}",
            "host": scheme.partner.short_name or scheme.partner.name_id,
            "title_id": offer.title_id,
            "title_en": offer.title_en,
            "summary_id": offer.about_id,
            "summary_en": offer.about_en,
            "objectives_id": "Peserta menyusun rencana tindak lanjut dan membagikan ilmunya di dinas masing-masing.",
            "objectives_en": "Participants write an action plan and share what they learned in their offices.",
            "delivery_mode": offer.mode,
            "country": offer.country,
            "partner_zone": ZONES.get(scheme.partner.partner.country if is_partner(scheme) else "", "Asia/Jakarta"),
            **offer.fields,
        }
        if offer.closes is not None:
            values["partner_deadline"] = self.partner_deadline(program, offer, values["partner_zone"])
        if offer.opens is not None:
            values["opens_at"] = dt.datetime.combine(self.days.office_day(offer.opens), dt.time(8), ZONE)
        for name, value in values.items():
            setattr(program, name, value)
        program.save()
        self.write_parts(program, offer)
        paper = pdf(f"GI-{offer.key}.pdf", f"General Information {offer.key}", offer.title_en, offer.about_en[:90])
        attach_file(program, paper, kind="GI", actor=actor)

    def partner_deadline(self, program: Program, offer: Offer, zone: str) -> dt.datetime:
        """So many working days after our own deadline that the route's buffer lies between."""
        express = 2 if offer.road == "express" else None
        day = shift(self.closing_day(offer), buffer_of(program) if express is None else express)
        return dt.datetime.combine(day, dt.time(23, 0), ZoneInfo(zone))

    def closing_day(self, offer: Offer) -> dt.date:
        """Our own deadline: a working day; for the express offer never later than said."""
        if offer.road == "express":
            return shift(self.days.in_days(offer.closes + 1), -1)
        return self.days.office_day(offer.closes)

    def write_parts(self, program: Program, offer: Offer) -> None:
        """Themes, posts, intakes, requirements, costs and a contact."""
        program.posts.set(offer.posts)
        ProgramTheme.objects.bulk_create(
            ProgramTheme(program=program, theme_id=theme, entry_level=low, exit_level=high)
            for theme, low, high in offer.themes
        )
        dates = ("starts", "ends", "online_starts", "online_ends")
        Intake.objects.bulk_create(
            Intake(
                program=program,
                number=number,
                **{k: self.days.course(v) if k in dates else v for k, v in row.items()},
            )
            for number, row in enumerate(offer.intakes, 1)
        )
        EligibilityRule.objects.bulk_create(
            EligibilityRule(program=program, text_id=text_id, text_en=text_en, mandatory=mandatory)
            for text_id, text_en, mandatory in offer.rules
        )
        for item, payer, *rest in offer.costs:
            amount, currency, note = [*rest, None, "", ""][:3] if rest else (None, "", "")
            CostItem.objects.create(
                program=program, item=item, payer=payer, amount=amount, currency=currency, note=note
            )
        code = program.partner.code.lower()
        Contact.objects.create(
            program=program, post=f"Penghubung {program.partner.short_name or code.upper()}",
            email=f"penghubung.{code}@example.test", phone="(021) 555-0200",
        )  # fmt: skip

    # --- Acts ----------------------------------------------------------------------------------------

    def act(self, moment, offer: Offer, name: str, who: str | None, **answers) -> None:
        """Plan one act of a user, or of the CLOCK, on a programme."""
        self.days.plan(
            moment,
            lambda: perform(
                PROGRAM,
                name,
                record=self.program(offer.key),
                actor=self.users[who] if who else None,
                answers=answers,
            ),
        )

    def submit(self, offer: Offer, moment) -> None:
        """Released by the head of the partner's office, or by the Bureau on the strength of a letter."""
        if on_behalf(offer):
            self.act(
                moment, offer, "submit_on_behalf", "petugas.kerjasama",
                letter_number=f"B-{offer.key}/PPSDM/CONTOH", letter_date=moment.date(),
            )  # fmt: skip
        else:
            self.act(moment, offer, "submit", f"kepala.{STAFF[offer.scheme.split('_')[0]]}")

    def published_at(self, offer: Offer) -> dt.datetime:
        """When it was published; the express offer so that its office has its five working days and no more."""
        if offer.road == "express":
            return self.days.at(shift(self.closing_day(offer), -OFFICE_MINIMUM), 13)
        return self.days.working_days_ago(offer.published, 13)

    def publish(self, offer: Offer) -> None:
        """Submitted, taken for verification, published by the head of the Bureau."""
        moment = self.published_at(offer)
        self.submit(offer, self.days.after(moment, -2, 9))
        self.act(self.days.after(moment, -1, 15), offer, "take", "petugas.kerjasama")
        audience = offer.fields.get("visibility", "ALL_OFFICES")
        self.act(moment, offer, "publish", "kepala.kerjasama", visibility=audience)

    # --- Roads ---------------------------------------------------------------------------------------

    def published(self, offer: Offer) -> None:
        """Published, registration begins later."""
        self.publish(offer)

    def open(self, offer: Offer) -> None:
        """Published, registration open."""
        self.publish(offer)
        self.act(self.days.later(self.published_at(offer), 5), offer, "open", None)

    express = open

    def closed(self, offer: Offer) -> None:
        """Registration over."""
        self.open(offer)
        end = dt.datetime.combine(self.closing_day(offer), CLOSING, ZONE)
        self.act(self.days.later(end, 5), offer, "close", None)

    def running(self, offer: Offer) -> None:
        """Selection done, the training has begun."""
        self.closed(offer)
        self.act(self.days.ago(40), offer, "start_selection", "verifikator.ppsdm")
        self.act(self.days.at(self.days.course(offer.intakes[0]["starts"]), 9), offer, "start", "verifikator.ppsdm")

    def submitted(self, offer: Offer) -> None:
        """With the Bureau, not taken yet."""
        self.submit(offer, self.days.working_days_ago(1, 16))

    def verification(self, offer: Offer) -> None:
        """Being verified."""
        self.submit(offer, self.days.working_days_ago(2))
        self.act(self.days.working_days_ago(1), offer, "take", "petugas.kerjasama")

    def returned(self, offer: Offer) -> None:
        """Sent back with remarks."""
        self.submit(offer, self.days.working_days_ago(4))
        self.act(self.days.working_days_ago(3), offer, "take", "petugas.kerjasama")
        remarks = [
            {"field": "terms", "text": "Sebutkan siapa yang menanggung tempat pelatihan di setiap kota."},
            {
                "field": "intakes",
                "text": "Jadwal angkatan kelima berimpit dengan tutup buku anggaran daerah.",
            },
        ]
        self.act(self.days.working_days_ago(2), offer, "return", "petugas.kerjasama", comments=remarks)

    def cut_seats(self) -> None:
        """KOICA cuts its course from 18 to 15 seats after it was published: an amendment, told to those concerned."""
        program = self.program("KO2")

        def write():
            program.intakes.update(seats=15)

        amend(
            program, write, actor=self.users["penghubung.koica"], version=None,
            reason="Kuota disesuaikan dengan kapasitas lembaga penyelenggara.",
        )  # fmt: skip


def on_behalf(offer: Offer) -> bool:
    """PPSDM's own training is filed by the Bureau of Cooperation."""
    return offer.scheme.startswith("KEMNAKER")


def is_partner(scheme: Scheme) -> bool:
    """Whether the scheme belongs to a partner (PPSDM is a unit of the ministry)."""
    return Organisation.objects.filter(pk=scheme.partner_id, partner__isnull=False).exists()
