"""The versions of an agreement and what differs between two of them: facts field by field, texts line by line."""

from __future__ import annotations

import io
import logging
from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from partnerships.models import Agreement, AgreementDocument, AgreementVersion, DocumentKind, PaperText
from partnerships.rules.external_steps import SENT_TO_REVIEW
from partnerships.services.versions import FACTS, facts_of, proposed
from partnerships.texts import Block, Piece, changed_lines, difference, words_between

log = logging.getLogger(__name__)

NOW = "kini"
SIGNED = ("sign", "sign_region", "amended")
INSIDE = ("clauses", "conditions")
"""Facts that only those read who work on the agreement."""
LANGUAGES = (("indonesian", DocumentKind.TEXT_ID), ("english", DocumentKind.TEXT_EN))
MOST_PARAGRAPHS = 3000


@dataclass(frozen=True)
class Fact:
    """One field that differs."""

    label: Any
    before: str
    after: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True)
class TextChange:
    """One language of the text in two versions. `blocks` only where the words of both are known."""

    label: Any
    before: AgreementDocument | None
    after: AgreementDocument | None
    blocks: tuple[Block, ...] | None = None

    @property
    def papers(self) -> tuple[AgreementDocument | None, AgreementDocument | None]:
        """Both papers, the older first."""
        return (self.before, self.after)

    @property
    def is_same(self) -> bool:
        """The same paper, or papers of the same bytes."""
        if self.before is None or self.after is None:
            return self.before is self.after
        return self.before.sha256 == self.after.sha256

    @property
    def changed(self) -> int:
        """How many lines differ."""
        return changed_lines(list(self.blocks or ()))


@dataclass(frozen=True)
class Row:
    """A version as listed."""

    value: str
    label: str
    occasion: Any
    made_at: Any
    in_force: bool
    version: AgreementVersion | None


@dataclass(frozen=True)
class Comparison:
    """Two versions side by side."""

    rows: list[Row]
    before: Row | None
    after: Row | None
    facts: list[Fact]
    texts: list[TextChange]
    pending: bool
    """The present content differs from the last version kept."""

    @property
    def count(self) -> int:
        """How many facts and texts differ."""
        return len(self.facts) + sum(1 for text in self.texts if not text.is_same)


def versions_of(agreement) -> list[AgreementVersion]:
    """Every version kept, oldest first."""
    return list(agreement.versions.select_related("indonesian", "english", "signed"))


def _present(agreement) -> AgreementVersion:
    """What the agreement says now, its open amendment included; never saved."""
    latest: dict[str, AgreementDocument] = {}
    for paper in agreement.documents.filter(kind__in=[k for _name, k in LANGUAGES]).order_by("version"):
        latest[paper.kind] = paper
    return AgreementVersion(
        agreement=agreement,
        number=0,
        facts=facts_of(proposed(agreement)),
        indonesian=latest.get(DocumentKind.TEXT_ID),
        english=latest.get(DocumentKind.TEXT_EN),
    )


def last_signed(versions) -> AgreementVersion | None:
    """The version that is valid."""
    return next((v for v in reversed(versions) if v.occasion in SIGNED), None)


def reviewed_before(versions) -> AgreementVersion | None:
    """What the Legal Bureau read the last time before now; for a first amendment the signed version."""
    if not versions or versions[-1].occasion not in SENT_TO_REVIEW:
        return None
    return next((v for v in reversed(versions[:-1]) if v.occasion in (*SENT_TO_REVIEW, *SIGNED)), None)


def _default_pair(versions):
    """(before, after) when nobody chose: the last review, what is valid, else the step before."""
    if not versions:
        return None, None
    base = reviewed_before(versions)
    if base is None and versions[-1].occasion not in SIGNED:
        base = last_signed(versions)
    return base or (versions[-2] if len(versions) > 1 else None), versions[-1]


def fact_changes(before: dict, after: dict, *, inside: bool) -> list[Fact]:
    """The fields that differ, in the reader's language."""
    place = "en" if (get_language() or "id").startswith("en") else "id"
    found = []
    for name in FACTS:
        was, now = before.get(name, {}), after.get(name, {})
        if was == now or (name in INSIDE and not inside):
            continue
        if name == "clauses" and not any(now.values()):
            continue  # a new text starts the checklist anew: nothing was taken out of it
        old, new = was.get(place, ""), now.get(place, "")
        label = Agreement._meta.get_field(name).verbose_name
        found.append(Fact(label, old, new, words_between(old, new)))
    return found


def _words_of(papers) -> dict[int, list[str]]:
    """Paper -> its lines: kept for drafts of the portal, read from DOCX; a PDF from outside does not give them."""
    papers = {paper.pk: paper for paper in papers if paper is not None}
    found = dict(PaperText.objects.filter(document__in=papers).values_list("document_id", "lines"))
    for pk, paper in papers.items():
        if pk not in found and paper.name.lower().endswith(".docx"):
            lines = _paragraphs(paper)
            if lines is not None:
                found[pk] = lines
    return found


def _paragraphs(paper) -> list[str] | None:
    """The paragraphs of a DOCX, or None where it cannot be read."""
    from docx import Document

    try:
        with paper.file.open("rb") as stored:
            document = Document(io.BytesIO(stored.read()))
        lines = (" ".join(p.text.split()) for p in document.paragraphs[:MOST_PARAGRAPHS])
        return [line for line in lines if line]
    except Exception as error:  # whatever a broken file raises: facts are compared all the same
        log.warning("paper %s could not be read: %s", paper.pk, error)
        return None


def text_changes(before, after) -> list[TextChange]:
    """Both languages of the text."""
    pairs = [(kind.label, getattr(before, name), getattr(after, name)) for name, kind in LANGUAGES]
    words = _words_of([paper for _label, *both in pairs for paper in both])
    found = []
    for label, was, now in pairs:
        if was is None and now is None:
            continue
        known = was is not None and now is not None and was.pk in words and now.pk in words
        blocks = tuple(difference(words[was.pk], words[now.pk])) if known else None
        found.append(TextChange(label, was, now, blocks))
    return found


def compare(agreement, *, inside: bool, before: str = "", after: str = "") -> Comparison:
    """Two versions of an agreement; `before` and `after` as in the address, whatever was typed there."""
    versions = versions_of(agreement)
    present, valid = _present(agreement), last_signed(versions)
    pending = bool(versions) and (
        fact_changes(versions[-1].facts, present.facts, inside=False) != []
        or any(getattr(versions[-1], name) != getattr(present, name) for name, _kind in LANGUAGES)
    )
    rows = [
        Row(
            value=str(v.number),
            label=_("Version %(number)d") % {"number": v.number},
            occasion=occasion(agreement, v),
            made_at=v.made_at,
            in_force=v is valid,
            version=v,
        )
        for v in versions
    ]
    if pending or not versions:
        label = agreement.get_amendment_phase_display() if agreement.proposed else _("Present content")
        rows.append(Row(NOW, label, _("Not sent to anyone yet"), agreement.updated_at, False, present))
    known = {row.value: row for row in rows}
    was, now = (str(v.number) if v else "" for v in _default_pair(versions))
    if pending and not before and not after:
        was, now = (now if versions[-1].occasion not in SIGNED else str(valid.number)), NOW
    first, second = known.get(before) or known.get(was), known.get(after) or known.get(now)
    if first is None or second is None:
        return Comparison(rows, first, second, [], [], pending)
    return Comparison(
        rows,
        first,
        second,
        fact_changes(first.version.facts, second.version.facts, inside=inside),
        text_changes(first.version, second.version),
        pending,
    )


def proposal_of(agreement) -> list[Fact]:
    """What the open amendment would change."""
    if not agreement.proposed:
        return []
    return fact_changes(facts_of(agreement), facts_of(proposed(agreement)), inside=False)


def occasion(agreement, version) -> str:
    """The act a version was kept with, in words."""
    act = agreement.flow.transition(version.occasion)
    return str(act.done or act.label) if act else version.occasion


def news_for_review(agreement, *, inside: bool) -> tuple[list[Fact], list[TextChange], AgreementVersion | None]:
    """What the Legal Bureau has not read yet: (facts, texts, the version it read last)."""
    versions = versions_of(agreement)
    base = reviewed_before(versions)
    if base is None:
        return [], [], None
    latest = versions[-1]
    texts = [text for text in text_changes(base, latest) if not text.is_same]
    return fact_changes(base.facts, latest.facts, inside=inside), texts, base
