"""An agreement whose texts the portal drafted and everybody has cleared: the Secretary General can sign it here."""

from __future__ import annotations

from accounts.models import Organisation
from partnerships.models import Agreement, Clause, DocumentKind, Instrument, PaperForm, Track
from partnerships.services.agreements import open_agreement, save_clauses, save_content
from partnerships.services.documents import attach
from partnerships.services.papers import LANGUAGES, draft
from portal.demo.days import born
from portal.demo.papers import pdf
from workflow import papers

BUREAU = "petugas.kerjasama"
CLEARED_DAYS = 2
"""Since when it waits for the signature."""


class Ready:
    """Plans its life, in the calendar of `Agreements`."""

    def __init__(self, agreements):
        self.all = agreements
        self.days, self.users = agreements.days, agreements.users
        self.key = 0

    def find(self) -> Agreement:
        """The agreement as it is then."""
        return Agreement.objects.get(pk=self.key)

    def plan(self) -> None:
        """From the first talks to the clearance by the Ministry of Foreign Affairs."""

        def ago(count: int):
            return self.days.at(self.days.in_days(-count))

        act, plan, find = self.all.act, self.days.plan, self.find
        concept, intent = pdf("nota-konsep-koica.pdf", "Nota konsep"), pdf("loi-koica.pdf", "Pernyataan kehendak")
        plan(ago(120), self.open)
        act(ago(115), find, "explore", BUREAU, concept_note=concept)
        act(ago(100), find, "sign_intent", "kepala.kerjasama", loi=intent)
        plan(ago(95), self.fill)
        act(ago(92), find, "make_plan", BUREAU)
        act(ago(85), find, "start_drafting", BUREAU)
        plan(ago(62), self.write)
        act(ago(60), find, "to_legal", BUREAU)
        plan(ago(52), lambda: save_clauses(find(), self.users["telaah.hukum"], [c.value for c in Clause]))
        act(ago(50), find, "legal_ok", "telaah.hukum")
        purpose = "Persetujuan politis dan yuridis"
        plan(ago(45), lambda: self.all.send(find(), BUREAU, "KEMLU", "CLEARANCE", purpose, "B-455/BKS/CONTOH"))
        plan(ago(CLEARED_DAYS + 1), lambda: self.all.answer(find(), BUREAU, "D/02210/CONTOH"))
        act(ago(CLEARED_DAYS), find, "clear", BUREAU)

    def open(self) -> None:
        """Opened by the Bureau."""
        agreement = open_agreement(
            track=Track.CENTRAL,
            partner=Organisation.objects.get(code="KOICA"),
            titles={
                "title_id": "Nota Kesepahaman pelatihan pengantar kerja Kemnaker–KOICA (data contoh)",
                "title_en": "Memorandum on training employment services officers, Ministry–KOICA (sample data)",
            },
            subject="Pelatihan pengantar kerja dan petugas antar kerja",
            actor=self.users[BUREAU],
        )
        born(agreement)
        self.key = agreement.pk

    def fill(self) -> None:
        """What is agreed."""
        values = {
            "instrument": Instrument.MOU,
            "scope": "Dua angkatan pelatihan di Korea dan pendampingan jarak jauh.",
            "cost_source": "Ditanggung mitra; perjalanan dalam negeri oleh APBN",
            "place": "Korea dan Indonesia",
            "duration_months": 24,
        }
        save_content(self.find(), self.users[BUREAU], values, version=None)

    def write(self) -> None:
        """Both texts, drafted by the portal; where this computer makes no PDFs, small uploads."""
        for language in LANGUAGES:
            if papers.can_make():
                draft(self.find(), PaperForm.MEMORANDUM, language, self.users[BUREAU])
                continue
            kind = DocumentKind.TEXT_EN if language == "en" else DocumentKind.TEXT_ID
            upload = pdf(f"naskah-koica-{language}.pdf", "Nota Kesepahaman / Memorandum")
            attach(self.find(), kind, upload, self.users[BUREAU])
