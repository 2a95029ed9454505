"""How alike two questions are, and what in a text points at the office that asks."""

from __future__ import annotations

import pytest

from forum.rules.questions import tells_who_asks
from forum.wording import ALIKE, likeness, most_alike, plain

LAPTOP = "Apakah peserta perlu membawa laptop sendiri selama pelatihan?"


@pytest.mark.parametrize(
    "other",
    [
        "Haruskah laptop dibawa sendiri oleh peserta?",
        "apakah peserta membawa laptopnya sendiri",
        "Laptop: apakah disediakan selama pelatihan, atau dibawa peserta?",
    ],
)
def test_the_same_in_other_words_is_alike(other):
    assert likeness(LAPTOP, other) >= ALIKE


@pytest.mark.parametrize(
    "other",
    ["Siapa yang membayar visa dan asuransi?", "Kapan jadwal wawancara diumumkan?", "???", ""],
)
def test_another_matter_is_not(other):
    assert likeness(LAPTOP, other) < ALIKE


def test_the_most_alike_come_first_and_no_more_than_asked_for():
    rows = [("Siapa membayar visa?", 1), ("Apakah peserta membawa laptop?", 2), (LAPTOP, 3)]
    assert most_alike(LAPTOP, rows) == [3, 2]
    assert most_alike(LAPTOP, rows, limit=1) == [3]


def test_marks_capitals_and_accents_make_no_other_text():
    assert plain("  Apakah… VISA-nya gratis?! ") == plain("apakah visa nya gratis")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Apakah peserta dari Bali boleh ikut?", ["Bali"]),
        ("Apakah kembali ke kantor diwajibkan?", []),
        ("Hubungi kami di 0361-123 4567 bila ada perubahan.", ["0361-123 4567"]),
        ("Kirim ke nama@dinas.go.id saja.", ["nama@dinas.go.id"]),
        ("Berlaku untuk tahun 2026 dan 2027?", []),
    ],
)
def test_only_what_points_at_the_asker_is_named(text, found):
    assert tells_who_asks(text, ["Bali", "Dinas Tenaga Kerja Provinsi Bali"]) == found
