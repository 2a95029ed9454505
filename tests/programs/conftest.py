"""What tests on programmes share: their vocabulary, and programmes in every state."""

import pytest

from regions.models import OfficeType, Term
from tests import factories, program_factories

VOCABULARY = {
    "delivery_mode": (
        "IN_COUNTRY Dalam negeri/In country",
        "OVERSEAS Luar negeri/Overseas",
        "ONLINE Daring/Online",
    ),
    "country": ("ID Indonesia/Indonesia", "JP Jepang/Japan", "KR Korea/Korea"),
    "language": ("ID Bahasa Indonesia/Indonesian", "EN Bahasa Inggris/English"),
    "language_level": ("NONE Tidak ada/None", "B1 B1/B1", "B2 B2/B2"),
    "interpretation": ("NONE Tidak ada/None", "CONSECUTIVE Konsekutif/Consecutive"),
    "language_test": ("NONE Tidak ada/None", "TOEFL_ITP TOEFL ITP/TOEFL ITP"),
    "rank": ("AHLI_PERTAMA Ahli pertama/First expert", "AHLI_MUDA Ahli muda/Junior expert"),
    "education": ("D3 D3/D3", "S1_D4 S1 atau D4/Bachelor"),
    "employment_status": ("PNS PNS/Civil servant", "PPPK PPPK/Contract civil servant"),
    "funding_mode": ("FULL Ditanggung mitra penuh/Fully funded", "SHARED Biaya bersama/Cost-shared"),
    "cost_item": ("TUITION Biaya pelatihan/Tuition", "TRAVEL_DOM Transport dalam negeri/Domestic travel"),
    "payer": ("PARTNER Mitra/Partner", "PEMDA Pemerintah daerah/Regional government"),
    "currency": ("IDR Rupiah/Rupiah", "JPY Yen/Yen"),
    "proficiency_level": (
        "0 Belum memiliki/None yet",
        "1 Memahami/Awareness",
        "2 Dasar/Basic",
        "3 Menengah/Intermediate",
        "4 Mumpuni/Advanced",
    ),
    "reject_reason": ("R05 Tidak sesuai prioritas/Not a priority", "R99 Lainnya/Other"),
}


@pytest.fixture
def words(db):
    """The vocabularies an offer is filled in with."""
    for vocabulary, entries in VOCABULARY.items():
        for position, entry in enumerate(entries):
            code, _space, labels = entry.partition(" ")
            label_id, _slash, label_en = labels.partition("/")
            Term.objects.create(
                vocabulary=vocabulary, code=code, label_id=label_id, label_en=label_en, position=position
            )
    Term.forget()
    OfficeType.objects.get_or_create(
        code="DISNAKER_PROV", defaults={"label_id": "Dinas provinsi", "label_en": "Provincial office"}
    )
    factories.post("MEDHI"), factories.post("WASNAK"), factories.theme("T07"), factories.theme("T08")


@pytest.fixture
def draft(jica, jica_liaison, words):
    """JICA's complete draft, made by its liaison."""
    return program_factories.program(jica, "DRAFT", created_by=jica_liaison)


@pytest.fixture
def published(jica, jica_liaison, words):
    """JICA's published programme, open to every office."""
    return program_factories.program(jica, "OPEN", created_by=jica_liaison)
