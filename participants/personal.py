"""What the portal holds about a person, field by field: what a copy of their data tells, what not and why, and what is
emptied when its time is over. A test compares these lists with the models: a new field has to be placed in one of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _

JOINS = "joins rows, says nothing about the person"
OFFICIAL = "names an official; the log tells which post acted"
KEEPING = "how the portal keeps the row, told by the log"
SEALED = "unreadable without the keys; told in another form beside it"
COUNTED = "told as counts of the whole panel: a single sheet is its member's own judgement"
"""Reasons for not telling a field."""


@dataclass(frozen=True)
class Declared:
    """One kind of row about a person."""

    label: Any
    told: Mapping[str, Any]
    """Field -> how it is called in the copy."""
    kept_back: Mapping[str, str] = field(default_factory=dict)
    """Field -> why it is not told."""
    path: str = ""
    """From a row to its nomination ("nomination") or person ("person"); empty for these two themselves."""
    through: str = ""
    """The way there where it is not a key of the row itself ("evaluation__nomination")."""
    emptied: tuple[str, ...] = ()
    """What is blanked when the nomination's time is over."""
    deleted: bool = False
    """Whether whole rows go then."""


PERSON = Declared(
    _("The person"),
    {
        "name": _("Full name"),
        "nip_tail": _("NIP"),
        "sex": _("Sex"),
        "birth_year": _("Year of birth"),
        "office": _("Office"),
        "post": _("Post"),
        "rank": _("Rank"),
        "employment_status": _("Employment status"),
        "education": _("Education"),
        "english": _("English level"),
        "years_in_post": _("Years in this post"),
        "last_abroad_year": _("Last training abroad (year)"),
        "created_at": _("Entered on"),
        "updated_at": _("Last changed on"),
        "emptied_at": _("Emptied on"),
    },
    {"id": JOINS, "nip_sealed": SEALED, "nip_hash": SEALED, "account": "the reader's own account, told first"},
)

NOMINATION = Declared(
    _("Nomination"),
    {
        "code": _("Code"),
        "status": _("Status"),
        "status_since": _("Since"),
        "path": _("Way to the training"),
        "relevance": _("Why this training serves the person's duties"),
        "notice_read_on": _("Privacy notice read on"),
        "return_count": _("Times returned"),
        "letter_number": _("Number of the nomination letter"),
        "letter_date": _("Date of the letter"),
        "stay_years": _("Years the person stays in this post afterwards"),
        "findings": _("Conditions not met"),
        "findings_at": _("Conditions checked on"),
        "waiver_reason": _("Set aside with this reason"),
        "place_in_order": _("Place on the list"),
        "forwarded_at": _("Forwarded to the partner on"),
        "answered_on": _("Partner's notice dated"),
        "answer_reference": _("Partner's notice: number or subject"),
        "departs_on": _("Day of departure"),
        "certificate_number": _("Number of the certificate"),
        "lesson_hours": _("Lesson hours credited (JP)"),
        "finished_at": _("Finished on"),
        "reversed_at": _("Completion taken back on"),
        "left_seat_at": _("Gave up the seat on"),
        "report_on": _("Reported back on"),
        "action_plan": _("Follow-up action plan (RTL)"),
        "sharing_on": _("Day of the knowledge-sharing session"),
        "sharing_people": _("People at the session"),
        "used_in_duty": _("How far it is used in daily work"),
        "used_on": _("Said on"),
        "created_at": _("Entered on"),
        "updated_at": _("Last changed on"),
        "keep_until": _("Kept longer, after a review, until"),
        "emptied_at": _("Emptied on"),
    },
    {
        "id": JOINS,
        "proposal": JOINS,
        "person": JOINS,
        "takes_place_of": "another person's nomination",
        "returned_from": KEEPING,
        "due_at": KEEPING,
        "reminded": KEEPING,
        "version": KEEPING,
        "created_by": OFFICIAL,
        "panel_size": COUNTED,
        "panel_mean": COUNTED,
    },
    emptied=("relevance", "action_plan", "certificate_number", "findings", "waiver_reason", "answer_reference"),
)

DECLARED: dict[str, Declared] = {
    "Person": PERSON,
    "Background": Declared(
        _("Background for partners' papers"),
        {
            "preferred_name": _("Name in Latin letters, as it should be printed"),
            "service_since": _("In service since (year)"),
            "duties": _("Present duties"),
            "education_history": _("Education history"),
            "work_history": _("Work history"),
            "training_history": _("Training history"),
            "visits": _("Previous visits abroad"),
            "english_test": _("English test"),
            "english_score": _("Score"),
            "english_test_on": _("Date of the test"),
            "accommodation_sealed": _("Request for accommodation"),
            "accommodation_consent_on": _("Consent to pass the request on"),
            "updated_at": _("Last changed on"),
        },
        {"person": JOINS},
        path="person",
        deleted=True,
    ),
    "Nomination": NOMINATION,
    "CourseAnswers": Declared(
        _("Answers for the partner's papers"),
        {
            "motivation": _("Why this course serves my duties"),
            "plan": _("What will be done with it afterwards"),
            "issue": _("The issue the office wants to solve"),
            "report_title": _("Title of the job or country report"),
            "updated_at": _("Last changed on"),
        },
        {"nomination": JOINS},
        path="nomination",
        deleted=True,
    ),
    "NominationPaper": Declared(
        _("Documents"),
        {
            "kind": _("Kind of document"),
            "name": _("Name of the file"),
            "size": _("Bytes"),
            "content_type": _("Type of file"),
            "sha256": _("Checksum (SHA-256)"),
            "uploaded_at": _("Stored on"),
        },
        {"id": JOINS, "nomination": JOINS, "file": "handed over as the file itself", "uploaded_by": OFFICIAL},
        path="nomination",
        deleted=True,
    ),
    "ClearanceStep": Declared(
        _("Travel permits"),
        {"kind": _("Permit"), "state": _("State"), "on": _("Handed over on")},
        {"id": JOINS, "nomination": JOINS, "remind_on": KEEPING},
        path="nomination",
    ),
    "PanelScore": Declared(
        _("Selection panel"),
        {},
        {
            "id": JOINS,
            "nomination": JOINS,
            "member": OFFICIAL,
            "role": COUNTED,
            "relevance": COUNTED,
            "competence": COUNTED,
            "language": COUNTED,
            "plan": COUNTED,
            "related_to_person": COUNTED,
            "made_at": COUNTED,
        },
        path="nomination",
        deleted=True,
    ),
    "Attendance": Declared(
        _("Attendance"),
        {"days_total": _("Days held"), "days_present": _("Days present")},
        {"id": JOINS, "nomination": JOINS},
        path="nomination",
    ),
    "AttendanceMark": Declared(
        _("Attendance by day"),
        {"on": _("Day"), "mark": _("Entered")},
        {"id": JOINS, "nomination": JOINS},
        path="nomination",
    ),
    "CertificateNumber": Declared(
        _("Numbers of certificates"),
        {"number": _("Number"), "given_at": _("Given on")},
        {"id": JOINS, "nomination": JOINS, "year": KEEPING, "serial": KEEPING, "given_by": OFFICIAL},
        path="nomination",
    ),
    "Certificate": Declared(
        _("Certificates"),
        {
            "version": _("Version"),
            "seal": _("Code of the check page"),
            "name": _("Name of the file"),
            "size": _("Bytes"),
            "content_type": _("Type of file"),
            "sha256": _("Checksum (SHA-256)"),
            "uploaded_at": _("Stored on"),
            "revoked_reason": _("Revoked because"),
        },
        {
            "id": JOINS,
            "nomination": JOINS,
            "file": "handed over as the file itself",
            "uploaded_by": OFFICIAL,
            "revoked_by": OFFICIAL,
        },
        path="nomination",
        deleted=True,
    ),
    "TransferLog": Declared(
        _("Personal data handed over"),
        {
            "at": _("On"),
            "recipient": _("To"),
            "country": _("Country"),
            "basis": _("Basis"),
            "fields": _("What was told"),
        },
        {"id": JOINS, "nomination": JOINS, "made_by": OFFICIAL},
        path="nomination",
    ),
    "Evaluation": Declared(
        _("Evaluation forms"),
        {
            "code": _("Code"),
            "level": _("Level"),
            "status": _("Status"),
            "opens_at": _("Opens"),
            "closes_at": _("Closes"),
            "answered_at": _("Answered on"),
            "on_behalf": _("Entered by the operator"),
        },
        {
            "id": JOINS,
            "proposal": JOINS,
            "nomination": JOINS,
            "status_since": KEEPING,
            "due_at": KEEPING,
            "reminded": KEEPING,
            "version": KEEPING,
            "created_at": KEEPING,
            "updated_at": KEEPING,
            "reopened": KEEPING,
            "created_by": OFFICIAL,
        },
        path="nomination",
    ),
    "Reaction": Declared(
        _("Reaction"),
        {
            "content": _("The content was right for my level"),
            "usefulness": _("I can use it in my daily work"),
            "trainers": _("The trainers explained well"),
            "materials": _("Materials and language were clear"),
            "organisation": _("Organisation, place and time were good"),
            "recommend": _("Would you recommend this training to a colleague?"),
            "best": _("What helped you most"),
            "better": _("What should be better next time"),
        },
        {"id": JOINS, "evaluation": JOINS},
        path="nomination",
        through="evaluation__nomination",
        emptied=("best", "better"),
    ),
    "Learning": Declared(
        _("Learning"),
        {
            "before": _("Test before"),
            "after": _("Test after"),
            "certificate_only": _("Certificate only, no test"),
        },
        {"id": JOINS, "evaluation": JOINS},
        path="nomination",
        through="evaluation__nomination",
    ),
    "Behaviour": Declared(
        _("Behaviour"),
        {
            "used": _("How far it is used in daily work"),
            "helped": _("What helped"),
            "hindered": _("What hindered"),
            "note": _("Example or note"),
            "cascade_sessions": _("Sessions held for colleagues"),
            "cascade_people": _("Colleagues reached"),
            "cascade_hours": _("Lesson hours passed on (JP)"),
        },
        {"id": JOINS, "evaluation": JOINS},
        path="nomination",
        through="evaluation__nomination",
        emptied=("note",),
    ),
    "BehaviourLevel": Declared(
        _("Levels after the training"),
        {"gap": _("Competency"), "level": _("Level")},
        {"id": JOINS, "behaviour": JOINS},
        path="nomination",
        through="behaviour__evaluation__nomination",
    ),
    "Correction": Declared(
        _("Requests about personal data"),
        {
            "code": _("Code"),
            "kind": _("Kind of request"),
            "field": _("About"),
            "status": _("Status"),
            "status_since": _("Since"),
            "wanted_sealed": _("Wanted"),
            "grounds_sealed": _("Grounds"),
            "letter_number": _("Letter number"),
            "letter_date": _("Letter date"),
            "asked_at": _("Asked on"),
            "due_at": _("Answer due"),
            "answer": _("Answer"),
            "emptied_at": _("Emptied on"),
        },
        {
            "id": JOINS,
            "person": JOINS,
            "nomination": JOINS,
            "reminded": KEEPING,
            "version": KEEPING,
            "created_at": KEEPING,
            "updated_at": KEEPING,
            "created_by": OFFICIAL,
        },
        path="person",
        emptied=("wanted_sealed", "grounds_sealed", "answer"),
    ),
}
"""Model of this room -> its lists, in the order of the copy."""

NOBODY: dict[str, str] = {
    "Result": "an indicator of an office's work, entered for a line",
    "TrainingDay": "days of a training, the same for everyone",
    "OfficeDetails": "an office as partners' papers introduce it",
}
"""Models of this room that hold nothing about a person, and why."""

UNSEALED = frozenset({"accommodation_sealed", "wanted_sealed", "grounds_sealed"})
"""Fields a copy tells opened: their content is the person's own words."""

VOCABULARY = {"rank": "rank", "education": "education", "english": "language_level"}
"""Fields whose codes a vocabulary puts into words."""

CORRECTABLE = (
    "name",
    "nip",
    "sex",
    "birth_year",
    "post",
    "rank",
    "employment_status",
    "education",
    "english",
    "years_in_post",
    "last_abroad_year",
)
"""What a request may name; everything else is asked for in words."""


def label_of(name: str) -> Any:
    """A correctable field as the pages call it."""
    return PERSON.told["nip_tail" if name == "nip" else name]
