"""Facts of a nomination for the papers, and the papers themselves: made for whoever asks, never stored, logged."""

from __future__ import annotations

import copy
import hashlib
import io
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from accounts.models import in_local_language
from accounts.roles import Role
from accounts.rules.printed import signature_block
from participants import partner_forms
from participants.models import Background, CourseAnswers, Nomination, OfficeDetails
from participants.partner_forms import FilledPaper, Paper
from participants.rules.letters import flags_on, paper_of_partner
from programs.models import CostItem
from regions.models import Region
from regions.models.vocabulary import term_label
from workflow import formats, papers
from workflow.engine import Refused, note

TEMPLATE = "papers/participants/paper.html"
PDF, DOCX = "pdf", "docx"
TYPES = {PDF: "application/pdf", DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document"}
LANGUAGES = ("id", "en")
HAND = "…" * 3
TO_PPSDM = {
    "id": "Kepala Pusat Pengembangan Sumber Daya Manusia Ketenagakerjaan",
    "en": "Head of the Centre for Manpower Human Resource Development",
}
TO_ITC = {
    "id": "Pusat Pelatihan Internasional ILO (ITC-ILO), Turin",
    "en": "International Training Centre of the ILO (ITC-ILO), Turin",
}
SUBJECT = {"id": "Pencalonan peserta", "en": "Nomination of a participant"}
SPONSORSHIP = {"id": "Surat sponsor calon peserta", "en": "Sponsorship of a candidate"}
ONLINE = {"id": "daring", "en": "online"}
PRINTED = {"id": "dicetak", "en": "printed"}
MINISTRY = {"id": "Kementerian Ketenagakerjaan Republik Indonesia", "en": "Ministry of Manpower, Republic of Indonesia"}


@dataclass
class Known:
    """Everything the papers of some nominations of one proposal draw on: a fixed number of queries."""

    region: Region | None
    details: OfficeDetails
    costs: list[CostItem]
    backgrounds: dict[int, Background] = field(default_factory=dict)
    answers: dict[int, CourseAnswers] = field(default_factory=dict)
    signers: dict[str, Any] = field(default_factory=dict)


@sensitive_variables()
def known_of(nominations: Iterable[Nomination], actor=None) -> Known:
    """Load it once; all nominations are of one proposal."""
    rows = list(nominations)
    office, program = rows[0].office, rows[0].program
    details = OfficeDetails.objects.filter(pk=office.pk).first() or OfficeDetails(office=office)
    named = copy.copy(office)  # signs in English under the English name that its details give
    named.name_en = details.name_en or office.name_en
    return Known(
        region=Region.objects.filter(code=office.region_code).first() if office.region_code else None,
        details=details,
        costs=list(program.costs.all()) if program else [],
        backgrounds=Background.objects.in_bulk([row.person_id for row in rows]),
        answers=CourseAnswers.objects.in_bulk([row.pk for row in rows]),
        signers={code: signature_block(Role.DINAS_HEAD, named, code, actor=actor) for code in LANGUAGES},
    )


# --- Facts --------------------------------------------------------------------------------------------------


@sensitive_variables()
def facts_of(nomination, known: Known, language: str) -> dict[str, Any]:
    """What is known, said in one language. Only given facts are texts; everything else is empty."""
    with translation.override(language):
        return {
            **_course(nomination, known, language),
            **_office(nomination, known, language),
            **_person(nomination, known, language),
            **_road(nomination),
        }


def _course(nomination, known: Known, language: str) -> dict[str, Any]:
    proposal, program = nomination.proposal, nomination.program
    intake = proposal.intake if proposal.intake_id else None
    return {
        "course_title": nomination.title,
        "course_number": program.partner_reference if program else "",
        "course_dates": _dates(intake, language) if intake else "",
        "place": intake.place if intake else "",
        "organiser": proposal.partner.name if proposal.partner_id else "",
        "costs": [
            {
                "item": term_label("cost_item", cost.item),
                "payer": term_label("payer", cost.payer),
                "amount": formats.money(cost.amount, cost.currency) if cost.amount is not None else "",
            }
            for cost in known.costs
        ],
        "subject": f"{SUBJECT[language]}: {nomination.title}",
        "itc_subject": f"{SPONSORSHIP[language]}: {nomination.title}",
    }


def _dates(intake, language: str) -> str:
    """The days of the training; where it begins online, both phases."""
    days = formats.daterange(intake.starts, intake.ends)
    if not (intake.online_starts and intake.online_ends):
        return days
    return f"{ONLINE[language]} {formats.daterange(intake.online_starts, intake.online_ends)}; {days}"


def _office(nomination, known: Known, language: str) -> dict[str, Any]:
    office, details, signer = nomination.office, known.details, known.signers[language]
    return {
        "government": government_of(known.region, language),
        "office": office.name if language == "en" and office.name_en else office.name_id,
        "office_en": details.name_en or office.name_en,
        "office_address": details.address,
        "office_phone": details.phone,
        "office_email": office.email,
        "office_duties": details.duties,
        "office_staff": formats.num(details.staff) if details.staff else "",
        "head_post": signer.text,
        "from_head": signer.text,
        "signer": "\n".join(signer.lines),
        "seat": known.region.capital if known.region else "",
        "to_ppsdm": TO_PPSDM[language],
        "itc_address": TO_ITC[language],
    }


def government_of(region: Region | None, language: str) -> str:
    """Whose letterhead it is: a regional government, or the ministry for its own centres and units."""
    if region is None:
        return MINISTRY[language]
    kind = "Provinsi " if region.level == "PROVINCE" and not region.name.startswith("Provinsi") else ""
    return f"Regional Government of {region.name}" if language == "en" else f"Pemerintah {kind}{region.name}"


@sensitive_variables()
def _person(nomination, known: Known, language: str) -> dict[str, Any]:
    person = nomination.person
    background = known.backgrounds.get(person.pk) or Background(person=person)
    answers = known.answers.get(nomination.pk) or CourseAnswers(nomination=nomination)
    test = [term_label("language_test", background.english_test), background.english_score]
    if background.english_test_on:
        test.append(formats.day(background.english_test_on))
    return {
        "name": person.name,
        "preferred_name": background.preferred_name,
        "sex": str(person.get_sex_display()),
        "nationality": "Indonesian" if language == "en" else "Indonesia",
        "birth_date": f"{HAND} / {HAND} / {person.birth_year}",
        "post": in_local_language(person.post, "label"),
        "rank": term_label("rank", person.rank) if person.rank and person.rank != "NONE" else "",
        "years_in_post": formats.num(person.years_in_post),
        "service_since": str(background.service_since or ""),
        "duties": background.duties,
        "education": term_label("education", person.education),
        "education_history": background.education_history,
        "work_history": background.work_history,
        "training_history": background.training_history,
        "visits": background.visits,
        "english": term_label("language_level", person.english),
        "english_test": ", ".join(filter(None, test)) if background.english_score else "",
        "accommodation": background.accommodation if background.accommodation_consent_on else "",
        "relevance": nomination.relevance,
        "motivation": answers.motivation,
        "plan": answers.plan,
        "issue": answers.issue,
        "report_title": answers.report_title,
    }


def _road(nomination) -> dict[str, Any]:
    day = formats.day
    return {
        "letter_number": nomination.letter_number,
        "letter_date": day(nomination.letter_date) if nomination.letter_date else "",
        "stay_years": str(nomination.stay_years or ""),
        "answer_reference": nomination.answer_reference,
        "departure": day(nomination.leaves_on) if nomination.leaves_on else "",
        "today": day(timezone.localdate()),
        "code": nomination.code,
    }


def further_fields(nomination) -> list[str]:
    """What the partner's paper tells of the person now, in the words of the log of transfers."""
    paper = paper_of_partner(nomination)
    if paper is None:
        return []
    facts = facts_of(nomination, known_of([nomination]), "en")
    return list(partner_forms.personal_names(paper, facts, flags_on(nomination)))


# --- Papers -------------------------------------------------------------------------------------------------


@sensitive_variables()
def filled(nomination, paper: Paper, language: str, known: Known, *, handed_over=None) -> FilledPaper:
    """The paper as it stands. `handed_over`: the fields a partner was told; all else of the person is left out."""
    facts = facts_of(nomination, known, language)
    if handed_over is not None:
        facts = partner_forms.without(facts, handed_over)
    return partner_forms.fill(paper, facts, language, flags_on(nomination))


@sensitive_variables()
def file_of(nomination, made: FilledPaper, known: Known, kind: str) -> bytes:
    """A filled paper as PDF or Word file."""
    language, now = made.language, timezone.now()
    with translation.override(language):
        printed = formats.moment(now, nomination.time_zone)
        stamp = f"{nomination.code} · {PRINTED[language]} {printed}"
    if made.paper.partner:
        stamp = f"{stamp} · {_edition(made)}"
    check_can_make(kind)
    if kind == PDF:
        values = {
            "paper": made,
            "code": nomination.code,
            "head": {"body": government_of(known.region, language), "unit": nomination.office},
            "stamp": stamp,
            "line": partner_forms.LINE,
        }
        return papers.pdf(TEMPLATE, values, language=language)
    from participants.partner_forms.word import Frame, docx

    with translation.override(language):
        head = (government_of(known.region, language), nomination.office.name, nomination.office.email)
    number = (("Nomor: " if language == "id" else "Number: ") + "…" * 9) if made.paper.numbered else ""
    frame = Frame(tuple(filter(None, head)) if made.paper.letterhead else (), number, stamp, nomination.code)
    return docx(made, frame, now)


def check_can_make(kind: str) -> None:
    """Refuse a PDF where the server has no Pango; Word files need none."""
    if kind == PDF and not papers.can_make():
        raise Refused([_("This server cannot make PDFs. Take the Word file, or ask the administrator for Pango.")])


def _edition(made: FilledPaper) -> str:
    """Forms change: which edition of the field list this is, and what it is for."""
    words = {
        "en": f"prepared for copying onto the partner's current form, field list {made.paper.version}",
        "id": f"disiapkan untuk disalin ke formulir mitra yang berlaku, daftar isian {made.paper.version}",
    }
    return words[made.language]


@sensitive_variables()
def make(nomination, paper: Paper, language: str, kind: str, actor, *, known=None, handed_over=None) -> bytes:
    """One file. The log knows which paper was made and its checksum, nothing of what it says."""
    known = known or known_of([nomination], actor)
    made = filled(nomination, paper, language, known, handed_over=handed_over)
    content = file_of(nomination, made, known, kind)
    facts = {
        "kind": paper.key,
        "language": language,
        "format": kind,
        "draft": made.is_draft,
        "sha256": hashlib.sha256(content).hexdigest(),
    }
    note(nomination.flow, nomination, actor, "draft", facts)
    return content


def file_name(nomination, paper: Paper, language: str, kind: str) -> str:
    """Codes only: people read names of files over shoulders and in mails."""
    return f"{nomination.code}-{paper.key}-{language}.{kind}"


class _Pipe(io.RawIOBase):
    """What is written is handed on at once: an archive of many papers never lies in memory whole."""

    def __init__(self):
        self.held = bytearray()

    def writable(self):
        return True

    def write(self, data):
        self.held += data
        return len(data)

    def take(self) -> bytes:
        """What was written since the last time."""
        given, self.held = bytes(self.held), bytearray()
        return given


@sensitive_variables()
def bundle(wanted: list[tuple[Any, Paper]], language: str, kind: str, actor, known: Known) -> Iterator[bytes]:
    """A ZIP of (nomination, paper) in pieces, made as they are fetched; each paper is logged like a single one."""
    pipe = _Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        for nomination, paper in wanted:
            content = make(nomination, paper, language, kind, actor, known=known)
            archive.writestr(file_name(nomination, paper, language, kind), content)
            yield pipe.take()
    yield pipe.take()
