"""The agreements of the scenario: one in force that ends soon, one that waits for Home Affairs, one on each of the
other tracks, and one that can be signed."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from accounts.models import Organisation
from partnerships.lifecycle import AGREEMENT
from partnerships.models import Agreement, AgreementStatus, Clause, ExternalStep, Instrument, Track
from partnerships.services.agreements import open_agreement, save_clauses, save_content
from partnerships.services.external_steps import record_answer, record_sent
from portal.demo.agreement_ready import Ready
from portal.demo.agreement_tracks import CONDITIONS, Tracks
from portal.demo.days import Days, born
from portal.demo.papers import pdf
from workflow.engine import note, perform

MOU = "DEMO-MOU-JICA"
MOU_DAYS_LEFT = 120
WAITING_DAYS = 38


class Agreements:
    """Plans the life of the agreements."""

    def __init__(self, days: Days, users: dict):
        self.days, self.users = days, users
        self.regional_id = 0

    def plan(self) -> None:
        """Put every step into the calendar."""
        self.plan_mou()
        self.plan_regional()
        Tracks(self).plan()
        Ready(self).plan()

    def act(self, moment, find, name: str, who: str, **answers) -> None:
        """Plan one act of a user on an agreement."""
        self.days.plan(moment, lambda: perform(AGREEMENT, name, record=find(), actor=self.users[who], answers=answers))

    # --- In force, 120 days left ---------------------------------------------------------------------

    def mou(self) -> Agreement:
        """The memorandum with JICA as it is now."""
        return Agreement.objects.get(code=MOU)

    def plan_mou(self) -> None:
        """Three years in force, the last of them nearly over."""
        ends = self.days.in_days(MOU_DAYS_LEFT)
        signed = ends - dt.timedelta(days=3 * 365)

        def before(count: int, hour: int = 10) -> dt.datetime:
            return self.days.at(signed - dt.timedelta(days=count), hour)

        self.days.plan(before(150), self.open_mou)
        self.act(
            before(145),
            self.mou,
            "explore",
            "petugas.kerjasama",
            concept_note=pdf("nota-konsep.pdf", "Nota konsep", "Kerja sama pelatihan aparatur dengan JICA"),
        )
        self.act(
            before(130),
            self.mou,
            "sign_intent",
            "kepala.kerjasama",
            loi=pdf("loi.pdf", "Pernyataan kehendak", "Kemnaker dan JICA"),
        )
        self.act(before(110), self.mou, "make_plan", "petugas.kerjasama")
        self.act(before(100), self.mou, "start_drafting", "petugas.kerjasama")
        self.act(
            before(80),
            self.mou,
            "to_legal",
            "petugas.kerjasama",
            text_id=pdf("naskah-id.pdf", "Naskah Nota Kesepahaman"),
            text_en=pdf("text-en.pdf", "Text of the Memorandum"),
        )
        self.days.plan(
            before(72),
            lambda: save_clauses(self.mou(), self.users["telaah.hukum"], [c.value for c in Clause]),
        )
        self.act(
            before(70),
            self.mou,
            "legal_ok",
            "telaah.hukum",
            opinion_file=pdf("telaah-hukum.pdf", "Telaah hukum", "Tanpa keberatan"),
        )
        self.days.plan(
            before(60),
            lambda: self.send(
                self.mou(),
                "petugas.kerjasama",
                "KEMLU",
                "CLEARANCE",
                "Persetujuan politis dan yuridis",
                "B-210/BKS/CONTOH",
            ),
        )
        self.days.plan(before(30), lambda: self.answer(self.mou(), "petugas.kerjasama", "D/01987/CONTOH"))
        self.act(before(28), self.mou, "clear", "petugas.kerjasama")
        self.act(
            self.days.at(signed, 11), self.mou, "sign", "sekjen",
            way="SCAN", signed=pdf("mou-ditandatangani.pdf", "Nota Kesepahaman", "Ditandatangani oleh kedua pihak"),
            signed_on=signed, place="Jakarta", our_post="Sekretaris Jenderal", capacity="DEFINITIVE",
            partner_post="Kepala Perwakilan", effective_date=signed, ends=ends,
            copies=["KEMENDAGRI", "KEMLU", "ARSIP"],
        )  # fmt: skip
        self.days.plan(
            self.days.at(self.days.in_days(MOU_DAYS_LEFT - 180), 1),
            lambda: perform(AGREEMENT, "warn_180", record=self.mou()),
        )

    def open_mou(self) -> None:
        """Opened by the Bureau under the code the scenario knows it by."""
        actor = self.users["petugas.kerjasama"]
        agreement = Agreement(
            code=MOU,
            status=AgreementStatus.INITIATED,
            track=Track.CENTRAL,
            instrument=Instrument.MOU,
            title_id="Nota Kesepahaman pelatihan aparatur ketenagakerjaan Kemnaker–JICA (data contoh)",
            title_en="Memorandum on training the labour apparatus, Ministry–JICA (sample data)",
            partner=Organisation.objects.get(code="JICA"),
            unit=Organisation.objects.get(code="BIRO-KS"),
            created_by=actor,
            subject="Pelatihan aparatur ketenagakerjaan pusat dan daerah",
            scope="Pelatihan di Jepang, penugasan tenaga ahli, dan pelatihan jarak jauh.",
            cost_source="Ditanggung mitra; perjalanan dalam negeri oleh pemerintah daerah",
            place="Jepang dan Indonesia",
            duration_months=36,
        )
        agreement.save()
        born(agreement)
        note(AGREEMENT, agreement, actor, "create", {"track": Track.CENTRAL.value})

    # --- Waiting for Home Affairs --------------------------------------------------------------------

    def regional(self) -> Agreement:
        """The agreement of Central Sulawesi as it is now."""
        return Agreement.objects.get(pk=self.regional_id)

    def plan_regional(self) -> None:
        """Council approval is in; Home Affairs has had the letter for 38 days."""
        sent = WAITING_DAYS

        def ago(count: int, hour: int = 10) -> dt.datetime:
            return self.days.at(self.days.in_days(-count), hour)

        find, head, operator = self.regional, "kepala.sulteng", "operator.sulteng"
        self.days.plan(ago(sent + 120), self.open_regional)
        self.act(
            ago(sent + 112),
            find,
            "explore_region",
            head,
            tkksd=True,
            concept_note=pdf("nota-konsep-sulteng.pdf", "Nota konsep", "Penguji K3 kawasan industri nikel"),
        )
        self.act(
            ago(sent + 95),
            find,
            "sign_intent_region",
            head,
            loi=pdf("loi-sulteng.pdf", "Pernyataan kehendak", "Provinsi Sulawesi Tengah dan JICA"),
        )
        self.days.plan(ago(sent + 85), self.fill_regional)
        self.act(ago(sent + 80), find, "make_plan_region", operator, conditions=CONDITIONS)
        self.act(ago(sent + 70), find, "ask_dprd", head)
        self.days.plan(
            ago(sent + 69),
            lambda: self.send(
                find(), operator, "DPRD", "COUNCIL", "Persetujuan DPRD Provinsi", "119/112/DISNAKER/CONTOH"
            ),
        )
        self.days.plan(ago(sent + 12), lambda: self.answer(find(), operator, "170/45/DPRD/CONTOH"))
        self.act(ago(sent + 10), find, "dprd_ok", head)
        self.days.plan(
            ago(sent),
            lambda: self.send(
                find(),
                operator,
                "KEMENDAGRI",
                "VERIFICATION",
                "Verifikasi rencana kerja sama",
                "119/131/DISNAKER/CONTOH",
            ),
        )

    def open_regional(self) -> None:
        """Opened by the head of office for the region."""
        office = Organisation.objects.get(code="DISNAKER-72")
        agreement = open_agreement(
            track=Track.KSDLL_CONT,
            partner=Organisation.objects.get(code="JICA"),
            office=office,
            regions=["72"],
            titles={
                "title_id": "Penguatan penguji K3 kawasan industri nikel, Sulawesi Tengah–JICA (data contoh)",
                "title_en": "OSH testing in the nickel industry, Central Sulawesi–JICA (sample data)",
            },
            subject="Pendatangan tenaga ahli K3",
            actor=self.users["kepala.sulteng"],
        )
        born(agreement)
        self.regional_id = agreement.pk

    def fill_regional(self) -> None:
        """The operator writes the cooperation plan."""
        values = {
            "instrument": Instrument.PKS,
            "subject": "Pendatangan tenaga ahli K3 listrik, pesawat uap, dan bejana tekan",
            "scope": "Pelatihan sepuluh penguji K3 di tempat kerja dan penyusunan tata cara pengujian.",
            "cost_source": "Ditanggung mitra; tempat dan pendamping dari APBD",
            "place": "Palu dan Morowali",
            "duration_months": 24,
        }
        save_content(self.regional(), self.users["operator.sulteng"], values, version=None)

    # --- Letters -------------------------------------------------------------------------------------

    def send(self, agreement, who: str, body: str, step: str, purpose: str, number: str) -> None:
        """A letter leaves today."""
        record_sent(agreement, self.users[who], body=body, step=step, purpose=purpose,
                    sent_on=timezone.localdate(), ref_no=number)  # fmt: skip

    def answer(self, agreement, who: str, number: str) -> None:
        """The open letter is answered today."""
        letter = ExternalStep.objects.get(agreement=agreement, answered_on__isnull=True)
        upload, today = pdf("jawaban.pdf", f"Jawaban {number}", letter.purpose), timezone.localdate()
        record_answer(letter, self.users[who], answered_on=today, answer_no=number, result="APPROVED", upload=upload)
