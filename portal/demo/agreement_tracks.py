"""One agreement on each of the other tracks, at different steps: waiting for the Minister of Home Affairs, for a
regional council, and for the Legal Bureau after a return."""

from __future__ import annotations

import io

from django.core.files.base import ContentFile
from docx import Document

from accounts.models import Organisation
from partnerships.models import Agreement, Clause, Condition, DocumentKind, Instrument, Track
from partnerships.services.agreements import open_agreement, save_clauses, save_content
from partnerships.services.documents import attach
from portal.demo.days import born
from portal.demo.papers import pdf

MINISTER_DAYS, COUNCIL_DAYS, CONSULTED_DAYS = 23, 16, 9
"""Since when the outside bodies have had their letters."""
CONDITIONS = [condition.value for condition in Condition]
BUREAU = "petugas.kerjasama"


def docx(name: str, *lines: str) -> ContentFile:
    """A working text as offices exchange it, so that versions can be compared word by word."""
    document, stored = Document(), io.BytesIO()
    for line in ("DATA CONTOH", *lines):
        document.add_paragraph(line)
    document.save(stored)
    return ContentFile(stored.getvalue(), name=name)


class Tracks:
    """Plans the life of the three agreements, in the calendar of `Agreements`."""

    def __init__(self, agreements):
        self.all = agreements
        self.days, self.users = agreements.days, agreements.users
        self.keys: dict[str, int] = {}

    def plan(self) -> None:
        """Put every step into the calendar."""
        self.plan_new()
        self.plan_sister()
        self.plan_synergy()

    def ago(self, count: int, hour: int = 10):
        """A moment so many days ago."""
        return self.days.at(self.days.in_days(-count), hour)

    def find(self, name: str):
        """A function that reads one of the agreements as it is then."""
        return lambda: Agreement.objects.get(pk=self.keys[name])

    def opened(self, name: str, who: str, **fields):
        """A step that opens an agreement."""

        def step():
            office = Organisation.objects.get(code=fields["office"])
            partner = Organisation.objects.get(code=fields["partner"]) if "partner" in fields else None
            known = {k: v for k, v in fields.items() if k not in {"office", "partner"}}
            agreement = open_agreement(
                office=office, partner=partner, regions=[office.region_code], actor=self.users[who], **known
            )
            born(agreement)
            self.keys[name] = agreement.pk

        return step

    def filled(self, name: str, who: str, **values):
        """A step that writes content."""
        return lambda: save_content(self.find(name)(), self.users[who], values, version=None)

    def to_council(self, name: str, region: str, since: int, number: str) -> None:
        """What every regional agreement goes through until the council has its letter, `since` days ago."""
        find, head, operator = self.find(name), f"kepala.{region}", f"operator.{region}"
        act, ago = self.all.act, self.ago
        concept, intent = (
            pdf(f"{kind}-{region}.pdf", title) for kind, title in (("nota-konsep", "Nota konsep"), ("loi", "LoI"))
        )
        act(ago(since + 60), find, "explore_region", head, tkksd=True, concept_note=concept)
        act(ago(since + 40), find, "sign_intent_region", head, loi=intent)
        act(ago(since + 12), find, "make_plan_region", operator, conditions=CONDITIONS)
        act(ago(since + 2), find, "ask_dprd", head)
        purpose = "Persetujuan DPRD Provinsi"
        self.days.plan(ago(since), lambda: self.all.send(find(), operator, "DPRD", "COUNCIL", purpose, number))

    # --- A region and a foreign institution, something new: the Minister of Home Affairs has it ------------------

    def plan_new(self) -> None:
        """Council and verification are through; the text is with the Minister of Home Affairs."""
        sent = MINISTER_DAYS
        find, head, operator = self.find("new"), "kepala.jatim", "operator.jatim"
        act, ago, plan = self.all.act, self.ago, self.days.plan
        plan(
            ago(sent + 190),
            self.opened(
                "new",
                head,
                track=Track.KSDLL_NEW,
                partner="KOICA",
                office="DISNAKER-35",
                titles={
                    "title_id": "Laboratorium pelatihan K3 industri, Jawa Timur–KOICA (data contoh)",
                    "title_en": "Training laboratory for industrial safety, East Java–KOICA (sample data)",
                },
                subject="Laboratorium pelatihan K3 industri",
            ),
        )
        plan(
            ago(sent + 150),
            self.filled(
                "new",
                operator,
                instrument=Instrument.MOU,
                scope="Peralatan laboratorium, pelatihan pelatih, dan kurikulum bersama.",
                cost_source="Hibah mitra; gedung dari APBD",
                place="Surabaya",
                duration_months=36,
            ),
        )
        self.to_council("new", "jatim", sent + 110, "560/210/DISNAKER/CONTOH")
        plan(ago(sent + 85), lambda: self.all.answer(find(), operator, "170/88/DPRD/CONTOH"))
        act(ago(sent + 84), find, "dprd_ok", head)
        letter = ("KEMENDAGRI", "VERIFICATION", "Verifikasi rencana kerja sama", "560/231/DISNAKER/CONTOH")
        plan(ago(sent + 82), lambda: self.all.send(find(), operator, *letter))
        plan(ago(sent + 50), lambda: self.all.answer(find(), operator, "099/3121/SJ/CONTOH"))
        act(ago(sent + 49), find, "gov_ok", operator)
        texts = {
            "text_id": pdf("naskah-jatim.pdf", "Naskah Nota Kesepahaman"),
            "text_en": pdf("text-jatim.pdf", "Memorandum"),
        }
        act(ago(sent + 30), find, "to_legal_region", head, **texts)
        plan(ago(sent + 24), lambda: save_clauses(find(), self.users["telaah.hukum"], [c.value for c in Clause]))
        act(ago(sent + 22), find, "legal_ok", "telaah.hukum")
        asked = ("KEMENDAGRI", "CLEARANCE", "Persetujuan Menteri Dalam Negeri", "B-402/BKS/CONTOH")
        plan(ago(sent), lambda: self.all.send(find(), BUREAU, *asked))

    # --- A region and a foreign region: the council has it ---------------------------------------------------------

    def plan_sister(self) -> None:
        """The regional council has had the plan for some days."""
        plan, sent = self.days.plan, COUNCIL_DAYS
        plan(
            self.ago(sent + 75),
            self.opened(
                "sister",
                "kepala.ntb",
                track=Track.KSDPL,
                office="DISNAKER-52",
                counterpart="Pemerintah Prefektur Contoh",
                counterpart_country="JP",
                titles={
                    "title_id": "Provinsi kembar: pelatihan pemandu wisata bahari dan K3 (data contoh)",
                    "title_en": "Sister provinces: training for marine tourism and safety (sample data)",
                },
                subject="Pelatihan pengawas dan instruktur pariwisata bahari",
            ),
        )
        plan(
            self.ago(sent + 30),
            self.filled(
                "sister",
                "operator.ntb",
                instrument=Instrument.MOU,
                scope="Pertukaran instruktur dan dua angkatan pelatihan per tahun.",
                cost_source="APBD dan prefektur, masing-masing sesuai kewenangan",
                place="Mataram dan Prefektur Contoh",
                duration_months=48,
                region_codes=["52", "5203", "5271"],
            ),
        )
        self.to_council("sister", "ntb", sent, "560/077/DISNAKER/CONTOH")

    # --- Ministry and region: with the Legal Bureau for the second time ----------------------------------------

    def plan_synergy(self) -> None:
        """Returned once, sent again with a longer term and one more activity; Home Affairs is consulted."""
        find, act, ago, plan = self.find("synergy"), self.all.act, self.ago, self.days.plan
        first = {"activity": "Pelatihan dasar mediator", "place": "Kupang", "who": "PPSDM", "when": "Triwulan I"}
        second = {
            "activity": "Magang mediator di kementerian",
            "place": "Jakarta",
            "who": "Ditjen PHI dan Jamsos",
            "when": "Triwulan II",
        }
        plan(
            ago(70),
            self.opened(
                "synergy",
                BUREAU,
                track=Track.NOTA_SINERGI,
                office="DISNAKER-53",
                titles={
                    "title_id": "Sinergi pelatihan ketenagakerjaan Kemnaker–Provinsi NTT (data contoh)",
                    "title_en": "Synergy in labour training, Ministry–NTT Province (sample data)",
                },
                subject="Sinergi perencanaan dan pelaksanaan pelatihan mediator dan pengantar kerja",
            ),
        )
        act(ago(66), find, "explore", BUREAU, concept_note=pdf("nota-konsep-ntt.pdf", "Nota konsep"))
        act(ago(55), find, "sign_intent", "kepala.kerjasama", loi=pdf("loi-ntt.pdf", "Pernyataan kehendak"))
        plan(
            ago(50),
            self.filled(
                "synergy",
                BUREAU,
                scope="Pelatihan dasar dan pendampingan mediator.",
                cost_source="APBN dan APBD",
                place="Kupang",
                duration_months=24,
                action_plan=[first],
            ),
        )
        act(ago(48), find, "make_plan", BUREAU)
        act(ago(44), find, "start_drafting", BUREAU)
        plan(ago(30), lambda: self.text("naskah-ntt-1.docx", "24 bulan", "Pelatihan dasar mediator di Kupang."))
        act(ago(29), find, "to_legal", BUREAU)
        reason = "Jangka waktu terlalu pendek untuk dua angkatan, dan rencana aksi belum memuat magang."
        act(ago(22), find, "return", "telaah.hukum", reason=reason)
        changed = {"duration_months": 36, "action_plan": [first, second]}
        plan(ago(12), self.filled("synergy", BUREAU, **changed))
        more = "Pelatihan dasar mediator di Kupang dan magang di Jakarta."
        plan(ago(11), lambda: self.text("naskah-ntt-2.docx", "36 bulan", more))
        asked = ("KEMENDAGRI", "CONSULTATION", "Konsultasi naskah nota kesepakatan", "B-431/BKS/CONTOH")
        plan(ago(CONSULTED_DAYS), lambda: self.all.send(find(), BUREAU, *asked))
        act(ago(3), find, "resubmit", BUREAU, summary="Jangka waktu 36 bulan; rencana aksi memuat magang.")

    def text(self, name: str, term: str, activities: str) -> None:
        """A working text of the nota kesepakatan."""
        lines = (
            "Nota Kesepakatan",
            "Pasal 1 Maksud dan tujuan: sinergi pelatihan mediator hubungan industrial.",
            f"Pasal 2 Ruang lingkup: {activities}",
            "Pasal 3 Pembiayaan: APBN dan APBD sesuai dengan kewenangan masing-masing.",
            f"Pasal 4 Jangka waktu: {term} sejak ditandatangani.",
        )
        attach(self.find("synergy")(), DocumentKind.TEXT_ID, docx(name, *lines), self.users[BUREAU])
