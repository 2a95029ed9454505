"""No browser and no proxy keeps a paper or a page that is made for one reader: the table beside this file."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from django.utils import timezone

from partnerships.services import papers as drafts
from tests import agreement_factories, nomination_factories, papers

pytestmark = [pytest.mark.django_db, papers.needs_pango]

TABLE = Path(__file__).with_name("paper_headers.csv")


def rows() -> list[dict]:
    with TABLE.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_papers_and_their_pages_are_kept_by_nobody(client, jica, aceh, ppsdm_head, aceh_province_head, biroks_officer):
    agreement = agreement_factories.agreement("DRAFTING", partner=jica)
    paper = drafts.draft(agreement, "MEMORANDUM", "id", biroks_officer)
    nomination = nomination_factories.nomination(
        nomination_factories.seats(aceh, jica), "COMPLETED", certificate_number="7", finished_at=timezone.now()
    )
    codes = {"seal": paper.seal.code, "agreement": agreement.code, "paper": paper.pk, "nomination": nomination.code}
    codes["proposal"] = nomination.proposal.code
    found = []
    for row in rows():
        reader = biroks_officer if "kemitraan" in row["address"] else aceh_province_head
        client.force_login(ppsdm_head if "sertifikat" in row["address"] else reader)
        response = client.get(row["address"].format(**codes))
        kept = response.headers.get("Cache-Control", "")
        found.append(
            {
                "address": row["address"],
                "type": response["Content-Type"].split(";")[0],
                "kept": "no-store" if "no-store" in kept and "private" in kept else kept,
                "robots": response.headers.get("X-Robots-Tag", ""),
            }
        )
        b"".join(response.streaming_content) if response.streaming else None  # closes the file
    assert found == rows()
