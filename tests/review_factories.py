"""The smallest valid review of any state; every field a test cares about is passed by name."""

from __future__ import annotations

import datetime as dt
import itertools

from django.utils import timezone

from partnerships.models import Criterion, Recommendation, Review, ReviewRating, ReviewStatus
from programs.models import Program
from workflow.engine import note

_numbers = itertools.count(1)
S = ReviewStatus
REASONS = "Materi menjawab kebutuhan yang diajukan kantor, dan peserta memakainya dalam pekerjaan sehari-hari."
"""Long enough to carry a rating."""


def review(subject, status: str = S.DRAFT, *, created_by=None, complete: bool = True, **fields) -> Review:
    """A review of a programme or an agreement; `complete` rates every criterion with 3 and recommends one thing."""
    now = timezone.now()
    key = "program" if isinstance(subject, Program) else "agreement"
    if complete:
        fields = {
            "covers_from": dt.date(2026, 1, 1),
            "covers_to": dt.date(2026, 6, 30),
            "summary": "Program berjalan baik.",
            **fields,
        }
    if status == S.PUBLISHED:
        fields.setdefault("published_at", now)
    made = Review(
        code=f"TN-2026-{next(_numbers):04d}", status=status, created_by=created_by, **{key: subject}, **fields
    )
    within = made.flow.state(status).within
    if within and made.due_at is None:
        made.due_at = within(made, now)
    made.save()
    for criterion in Criterion:
        said = {"step": 3, "text": REASONS, "sources": "Daftar hadir"} if complete else {}
        ReviewRating.objects.create(review=made, criterion=criterion, **said)
    if complete:
        recommendation(made)
    if created_by is not None:
        note(made.flow, made, created_by, "create")
    return Review.objects.get(pk=made.pk)


def recommendation(of: Review, **fields) -> Recommendation:
    """One recommendation, answered in states after the response."""
    defaults = {
        "position": of.recommendations.count() + 1,
        "text": "Tambah praktik mediasi.",
        "owner": "PPSDM_HEAD",
        "due_on": dt.date(2027, 3, 31),
    }
    if of.status in {S.ANSWERED, S.PUBLISHED}:
        defaults |= {"stance": "ACCEPTED", "answer": "Masuk rencana tahun depan."}
    return Recommendation.objects.create(review=of, **{**defaults, **fields})


def form_data(of: Review, **changed) -> dict:
    """What the form of a complete review sends."""
    rows = list(of.recommendations.all())
    data = {
        "version": str(of.version),
        "covers_from": "2026-01-01",
        "covers_to": "2026-06-30",
        "summary": "Program berjalan baik.",
        "saran-TOTAL_FORMS": str(len(rows) + 2),
        "saran-INITIAL_FORMS": str(len(rows)),
    }
    for criterion in Criterion:
        data |= {f"{criterion}-step": "3", f"{criterion}-text": REASONS, f"{criterion}-sources": "Daftar hadir"}
    for n, row in enumerate(rows):
        data |= {
            f"saran-{n}-pk": str(row.pk),
            f"saran-{n}-text": row.text,
            f"saran-{n}-owner": row.owner,
            f"saran-{n}-due_on": row.due_on.isoformat(),
        }
    return data | changed
