"""Papers the portal drafts: letter of intent, memorandum, nota kesepakatan, cover letter; each a stored version."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.roles import DelegationKind, Role
from accounts.rules import SignatureBlock, capacity, signature_block
from accounts.rules.printed import HEAD_OF
from accounts.rules.printed import HEADS_AN_ORGANISATION as HEADS
from partnerships.models import AgreementDocument, AgreementStatus, Clause, DocumentKind, PaperForm
from partnerships.rules import documents as rules
from partnerships.services import seals
from partnerships.services.documents import next_version, store
from partnerships.services.versions import keep_words, proposed
from regions.models import Region
from workflow import papers
from workflow.engine import Refused, lock, note
from workflow.models import Counter, Seal
from workflow.seals import address, qr

LANGUAGES = ("id", "en")
TEMPLATES = {
    (PaperForm.LETTER_OF_INTENT, "id"): "papers/agreements/letter_of_intent.id.html",
    (PaperForm.LETTER_OF_INTENT, "en"): "papers/agreements/letter_of_intent.en.html",
    (PaperForm.MEMORANDUM, "id"): "papers/agreements/memorandum.id.html",
    (PaperForm.MEMORANDUM, "en"): "papers/agreements/memorandum.en.html",
    (PaperForm.NOTA_KESEPAKATAN, "id"): "papers/agreements/nota_kesepakatan.id.html",
    (PaperForm.NOTA_KESEPAKATAN, "en"): "papers/agreements/nota_kesepakatan.en.html",
    (PaperForm.COVER_LETTER, "id"): "papers/agreements/cover_letter.id.html",
    (PaperForm.COVER_LETTER, "en"): "papers/agreements/cover_letter.en.html",
}
SERIES = {
    PaperForm.LETTER_OF_INTENT: "LOI",
    PaperForm.MEMORANDUM: "MOU",
    PaperForm.NOTA_KESEPAKATAN: "NK",
    PaperForm.COVER_LETTER: "ND",
}
RULERS = {
    "PROVINCE": {"id": "Gubernur", "en": "Governor of"},
    "REGENCY": {"id": "Bupati", "en": "Regent of"},
    "CITY": {"id": "Wali Kota", "en": "Mayor of"},
}


@dataclass(frozen=True)
class Side:
    """One party as the paper names it: the body that is bound, and the post that signs for it, in its capacity."""

    name: str
    post: str
    lines: tuple[str, ...] = ()
    """The post over the signature where it takes more than one line (atas kuasa …)."""


def _head_of(region: Region | None, language: str) -> str:
    """Regions are bound by governor, regent or mayor, never by their labour office (PP 28/2018)."""
    if region is None:
        return ""
    bare = region.name.removeprefix("Kabupaten ").removeprefix("Kota ").removeprefix("Provinsi ")
    return f"{RULERS[region.level][language]} {bare}"


def _government(region: Region | None, language: str) -> str:
    if region is None:
        return ""
    if language == "en":
        return f"Regional Government of {region.name}"
    kind = "Provinsi " if region.level == "PROVINCE" and not region.name.startswith("Provinsi ") else ""
    return f"Pemerintah {kind}{region.name}"


MINISTRY = {
    "id": "Kementerian Ketenagakerjaan Republik Indonesia",
    "en": "Ministry of Manpower of the Republic of Indonesia",
}
MAY_SIGN = (DelegationKind.PLT, DelegationKind.KUASA)
"""Who signs an agreement in the Secretary General's place; never a Plh."""
SECRETARY = {"id": "Sekretaris Jenderal", "en": "Secretary General"}
PARTNER_HEAD = {"id": "Kepala Perwakilan", "en": "Chief Representative"}
REGION_ABROAD = {"id": "Kepala Pemerintah Daerah", "en": "Head of the Regional Government"}


def _other_side(agreement, language: str) -> Side | None:
    """Partner, or foreign regional government with its head; none where ministry and region agree."""
    if agreement.counterpart:
        return Side(agreement.other_party, REGION_ABROAD[language])
    return Side(agreement.partner.name, PARTNER_HEAD[language]) if agreement.partner_id else None


def _next_reader(agreement, language: str) -> str:
    """To whom the papers go with the cover letter, by where the agreement stands."""
    to_secretary = agreement.status in {
        AgreementStatus.CLEARANCE,
        AgreementStatus.FULL_POWERS,
        AgreementStatus.READY_TO_SIGN,
    }
    if to_secretary:
        return SECRETARY[language]
    to_legal = agreement.status in {
        AgreementStatus.PLAN,
        AgreementStatus.DRAFTING,
        AgreementStatus.LEGAL_REVIEW,
        AgreementStatus.RETURNED,
        AgreementStatus.GOV_VERIFICATION,
    }
    legal = {"id": "Kepala Biro Hukum", "en": "Head of the Legal Bureau"}
    bureau = {"id": "Kepala Biro Kerja Sama", "en": "Head of the Bureau of Cooperation"}
    return legal[language] if to_legal else bureau[language]


def values_of(agreement, form: str, language: str, actor) -> dict:
    """What the template needs, in the paper's language; the text of an amendment says what it proposes."""
    agreement = proposed(agreement)
    with translation.override(language):
        codes = [agreement.office.region_code] if agreement.office_id and agreement.office.region_code else []
        known = {r.code: r for r in Region.objects.filter(code__in=[*codes, *agreement.region_codes])}
        region = known.get(codes[0]) if codes else None
        sender = capacity(actor)[1]
        by_region = agreement.is_regional and form != PaperForm.NOTA_KESEPAKATAN
        issuer = agreement.office if by_region else agreement.unit
        government = _government(region, language)
        signs = signature_block(Role.SEKJEN, None, language, actor=actor, kinds=MAY_SIGN)
        ministry = Side(MINISTRY[language], signs.text, signs.lines)
        regional = Side(government, _head_of(region, language))
        partner = _other_side(agreement, language)
        if rules.binds_ministry_and_region(agreement):
            first, second = ministry, regional
        else:
            first, second = (regional if by_region else ministry), partner
        return {
            "agreement": agreement,
            "head": {"body": government if by_region else MINISTRY[language], "unit": issuer or sender},
            "first": first,
            "second": second,
            "title": agreement.title,
            "regions": [known[c].name for c in sorted(known)],
            "program": agreement.program,
            "clause": {clause.value: str(clause.label) for clause in Clause},
            "to": _next_reader(agreement, language),
            "sender": sender,
            "signer": _sender(actor, sender, language),
            "enclosed": _enclosed(agreement),
            "place": region.capital if by_region and region and region.capital else "Jakarta",
            "konsep": "KONSEP" if language == "id" else "KONSEP / DRAFT",
            "today": timezone.localdate(),
        }


def _sender(actor, organisation, language: str) -> SignatureBlock:
    """Who signs a letter of the sender's house: its head or who stands in for the head, whoever drafts it."""
    role = next((r for r in HEADS if organisation.memberships.filter(role=r).exists()), None)
    if role is None:
        return SignatureBlock((f"{HEAD_OF[language]} {organisation.name}",))
    return signature_block(role, organisation, language, actor=actor)


def words(agreement, form: str, language: str, actor) -> str:
    """The checksum of what a text says: without number, date, mark of a draft, and who happens to sign."""
    values = values_of(agreement, form, language, actor)
    nobody = {side: Side(values[side].name, "") for side in ("first", "second") if values[side]}
    text = papers.html(TEMPLATES[form, language], {**values, **nobody, "konsep": "", "today": None}, language=language)
    return hashlib.sha256(text.encode()).hexdigest()


def clean_copy(agreement, text, seal, language: str, actor) -> tuple[bytes, papers.Room | None]:
    """A drafted text to be signed: the same words without the mark of a draft, with number and code, and the room kept
    for the first signature. Refused where the record no longer says what the draft said."""
    form = text.seal.kind
    if not papers.can_make():
        raise Refused([_("This server cannot make PDFs. Sign the document outside and upload it.")])
    if text.text_sha256 != words(agreement, form, language, actor):
        raise Refused(
            [_("The content was changed after the text was drafted. Return it, so that the text is drafted anew.")]
        )
    url = address(seal, language)
    values = {
        **values_of(agreement, form, language, actor),
        "konsep": "",
        "seal": seal,
        "check_url": url,
        "qr": qr(url),
    }
    return papers.pdf_with_room(TEMPLATES[form, language], values, language=language, room="sign-first")


def _enclosed(agreement) -> list[AgreementDocument]:
    """The latest version of each paper, without earlier cover letters."""
    latest: dict[tuple[str, str], AgreementDocument] = {}
    for paper in agreement.documents.exclude(kind=DocumentKind.COVER_LETTER).order_by("kind", "version"):
        latest[paper.kind, paper.language] = paper
    return list(latest.values())


def preview(agreement, form: str, language: str, actor) -> str:
    """The paper as a page to read or print: nothing is stored, so it carries neither number nor code."""
    return papers.html(TEMPLATES[form, language], values_of(agreement, form, language, actor), language=language)


@transaction.atomic
def draft(agreement, form: str, language: str, actor) -> AgreementDocument:
    """Make a paper and keep it as the next version of its kind. Raises Refused where it may not be made now."""
    locked = lock(agreement)
    if form not in rules.papers_to_draft(actor, locked):
        raise Refused([_("This paper can no longer be drafted in the present state.")])
    if not papers.can_make():
        raise Refused([_("This server cannot make PDFs. Open the print view and save it as PDF, then upload it.")])
    kind = rules.kind_of(form, language)
    values = values_of(locked, form, language, actor)
    seal = Seal.objects.create(
        flow=seals.FLOW,
        record_id=locked.pk,
        kind=form,
        language=language,
        number=_number(locked, form, values),
        dated=values["today"],
        version=next_version(locked, kind),
        facts=seals.facts_of(locked),
    )
    url = address(seal, language)
    content = papers.pdf(
        TEMPLATES[form, language], {**values, "seal": seal, "check_url": url, "qr": qr(url)}, language=language
    )
    name = f"{locked.code}-{form.lower().replace('_', '-')}-{language}-v{seal.version}.pdf"
    said = words(locked, form, language, actor) if kind in rules.TEXTS else ""
    made = {"language": language, "generated": True, "seal": seal, "text_sha256": said}
    paper = store(locked, kind, papers.pdf_file(content, name), actor, **made)
    keep_words(paper, papers.html(TEMPLATES[form, language], values, language=language))
    seal.sha256 = paper.sha256
    seal.save(update_fields=["sha256"])
    locked.save()
    facts = {"kind": kind, "version": paper.version, "file": paper.name, "sha256": paper.sha256, "number": seal.number}
    note(locked.flow, locked, actor, "draft", facts)
    return paper


def _number(agreement, form: str, values: dict) -> str:
    """A paper keeps its number through all versions and languages; a cover letter is a new letter each time."""
    if form != PaperForm.COVER_LETTER:
        earlier = seals.seals_of(agreement, form).exclude(number="").first()
        if earlier:
            return earlier.number
    series, unit, day = SERIES[form], values["head"]["unit"], values["today"]
    code = unit.code if unit else "KEMNAKER"
    return papers.series_number(Counter.next(f"paper-{series}-{code}-{day.year}"), series, code, day)
