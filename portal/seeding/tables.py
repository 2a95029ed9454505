"""Which tables are copied, by which keys their rows belong to a record, and what differs in a copy.

Expressions speak of `t` (the row), `c` (the copy: n, code, shift, status, office, province, year, head, operator) and
of STEP, the distance between the ids of one copy and the next.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from forum import models as forum
from participants import models as participants
from partnerships import models as partnerships
from programs import models as programs
from regions import models as regions
from workflow.models import Seal

NUMBERED = r"regexp_replace({0}, '[0-9]+$', '') || (c.n * 1000 + coalesce(substring({0} FROM '[0-9]+$'), '0')::int)"
"""The code of what belongs to a copied record: US-2026-0003 becomes US-2026-17003 in the seventeenth copy."""
FRESH = "CASE WHEN t.{0} = '' THEN '' ELSE md5(t.{0} || c.n) END"
LETTERS = "upper(substring(md5(t.code || c.n) FROM {0} FOR 4))"
SEAL = " || '-' || ".join(LETTERS.format(start) for start in (1, 5, 9, 13))
ANY = (
    "(SELECT v.codes[1 + (abs(hashtext(t.id || {salt} || c.n)) % cardinality(v.codes))] "
    "FROM seed_vocabulary v WHERE v.name = '{name}')"
)
THEME = (
    "(SELECT v.codes[1 + (coalesce(array_position(v.codes, t.theme_id::text), 1) + c.n) % cardinality(v.codes)] "
    "FROM seed_vocabulary v WHERE v.name = 'theme')"
)


@dataclass(frozen=True)
class Copied:
    """A table, the names of its keys up to the record it belongs to, and the columns that differ."""

    model: type
    kind: str
    path: str = ""
    changed: dict[str, str] = field(default_factory=dict)
    roots: str = ""
    """SQL that yields (row, record) where keys alone do not lead there."""

    @property
    def table(self) -> str:
        """Its name in the database."""
        return self.model._meta.db_table


NEED, PROGRAM, AGREEMENT, THREAD, MEETING = "need", "program", "agreement", "thread", "meeting"
ROOTS = {
    NEED: ("KB", regions.TrainingNeed),
    PROGRAM: ("PR", programs.Program),
    AGREEMENT: ("KM", partnerships.Agreement),
    MEETING: ("RP", forum.Meeting),
    THREAD: ("UT", forum.Thread),
}
"""Kind of a record that is copied with all that belongs to it: the series of its code, its model."""

FLOWS = {
    "regions.need": (NEED, regions.TrainingNeed),
    "programs.program": (PROGRAM, programs.Program),
    "partnerships.agreement": (AGREEMENT, partnerships.Agreement),
    "partnerships.proposal": (NEED, partnerships.Proposal),
    "participants.nomination": (NEED, participants.Nomination),
    "participants.evaluation": (NEED, participants.Evaluation),
    "forum.thread": (THREAD, forum.Thread),
    "forum.meeting": (MEETING, forum.Meeting),
    "forum.action": (MEETING, forum.ActionPoint),
    "forum.question": (PROGRAM, forum.Question),
}
"""Name in the log: with which kind of record it is copied, and its model."""

MET = "c.status = 'FULFILLED'"
PEOPLE_OF_NEEDS = (
    "SELECT p.id, l.need_id FROM participants_person p JOIN LATERAL (SELECT proposal_id FROM participants_nomination "
    "WHERE person_id = p.id ORDER BY id LIMIT 1) n ON true "
    "JOIN partnerships_proposal q ON q.id = n.proposal_id JOIN regions_needline l ON l.id = q.line_id"
)
SEALS_OF_NOMINATIONS = (
    "SELECT s.id, l.need_id FROM workflow_seal s JOIN participants_nomination n ON n.id = s.record_id "
    "JOIN partnerships_proposal q ON q.id = n.proposal_id JOIN regions_needline l ON l.id = q.line_id "
    "WHERE s.flow = 'participants.nomination'"
)
SEALS_OF_AGREEMENTS = "SELECT s.id, s.record_id FROM workflow_seal s WHERE s.flow = 'partnerships.agreement'"
OWN_RECORD = "t.record_id + STEP * c.n"


def _of_needs() -> list[Copied]:
    line, proposal = "line.need", "proposal.line.need"
    nomination, form = f"nomination.{proposal}", f"evaluation.{proposal}"
    return [
        Copied(
            regions.TrainingNeed,
            NEED,
            changed={
                "office_id": "c.office",
                "cycle_id": "c.year",
                "created_by_id": "coalesce(c.operator, t.created_by_id)",
                "submitted_by_id": "CASE WHEN t.submitted_by_id IS NULL THEN NULL "
                "ELSE coalesce(c.head, t.submitted_by_id) END",
                "national_number": "CASE WHEN t.national_number IS NULL THEN NULL ELSE "
                "'KEB-' || c.year || '-' || c.province || '-' || lpad((10000 + c.place)::text, 7, '0') END",
                "score": "CASE WHEN t.score IS NULL THEN NULL ELSE "
                "greatest(5, least(99.9, t.score + (hashtext(c.code) % 300) / 10.0)) END",
                "people_completed": f"CASE WHEN {MET} THEN t.people_requested ELSE t.people_completed END",
                "client_key": FRESH.format("client_key"),
            },
        ),
        Copied(
            regions.NeedLine,
            NEED,
            "need",
            {
                "post_id": ANY.format(salt="'post'", name="post"),
                "people_trained": f"CASE WHEN {MET} THEN t.requested_total ELSE t.people_trained END",
                "client_key": FRESH.format("client_key"),
            },
        ),
        Copied(regions.Evidence, NEED, "need", {"client_key": FRESH.format("client_key")}),
        Copied(
            regions.CompetencyGap,
            NEED,
            line,
            {"theme_id": THEME, "client_key": FRESH.format("client_key")},
        ),
        Copied(regions.CoverLetter, NEED, "need"),
        Copied(regions.FieldComment, NEED, "need"),
        Copied(regions.TrainingEffect, NEED, line, {"source": NUMBERED.format("t.source")}),
        Copied(regions.GapRating, NEED, f"effect.{line}"),
        Copied(partnerships.Suggestion, NEED, line),
        Copied(partnerships.Scoring, NEED, "need"),
        Copied(partnerships.Proposal, NEED, line, {"code": NUMBERED.format("t.code")}),
        Copied(
            participants.Person,
            NEED,
            changed={"office_id": "c.office", "nip_hash": FRESH.format("nip_hash"), "account_id": "NULL"},
            roots=PEOPLE_OF_NEEDS,
        ),
        Copied(participants.Nomination, NEED, proposal, {"code": NUMBERED.format("t.code")}),
        Copied(participants.NominationPaper, NEED, nomination),
        Copied(participants.ClearanceStep, NEED, nomination),
        Copied(participants.PanelScore, NEED, nomination),
        Copied(participants.Attendance, NEED, nomination),
        Copied(participants.TransferLog, NEED, nomination),
        Copied(participants.TrainingDay, NEED, proposal),
        Copied(participants.AttendanceMark, NEED, nomination),
        Copied(
            participants.CertificateNumber, NEED, nomination, {"number": "t.number || '/' || c.n", "serial": "NULL"}
        ),
        Copied(Seal, NEED, changed={"code": SEAL, "record_id": OWN_RECORD}, roots=SEALS_OF_NOMINATIONS),
        Copied(participants.Certificate, NEED, nomination),
        Copied(participants.Evaluation, NEED, proposal, {"code": NUMBERED.format("t.code")}),
        Copied(participants.Reaction, NEED, form),
        Copied(participants.Learning, NEED, form),
        Copied(participants.Behaviour, NEED, form),
        Copied(participants.BehaviourLevel, NEED, f"behaviour.{form}"),
        Copied(participants.Result, NEED, form),
    ]


def _of_programs() -> list[Copied]:
    title = "CASE WHEN t.{0} = '' THEN '' ELSE left(t.{0}, 180) || ' (' || c.place || ')' END"
    return [
        Copied(
            programs.Program,
            PROGRAM,
            changed={
                "slug": "t.slug || '-' || c.n",
                "title_id": title.format("title_id"),
                "title_en": title.format("title_en"),
            },
        ),
        Copied(programs.Program.posts.through, PROGRAM, "program"),
        Copied(programs.Program.selected_offices.through, PROGRAM, "program"),
        Copied(programs.ProgramTheme, PROGRAM, "program", {"theme_id": THEME}),
        Copied(programs.Intake, PROGRAM, "program"),
        Copied(programs.EligibilityRule, PROGRAM, "program"),
        Copied(programs.CostItem, PROGRAM, "program"),
        Copied(programs.ProgramFile, PROGRAM, "program"),
        Copied(programs.Remark, PROGRAM, "program"),
        Copied(programs.Contact, PROGRAM, "program"),
        Copied(programs.Amendment, PROGRAM, "program"),
        Copied(partnerships.Scoring, PROGRAM, "program"),
        Copied(participants.TrainingDay, PROGRAM, "intake.program"),
        Copied(forum.Question, PROGRAM, "program", {"code": NUMBERED.format("t.code")}),
        Copied(partnerships.Review, PROGRAM, "program", {"code": NUMBERED.format("t.code")}),
        Copied(partnerships.ReviewRating, PROGRAM, "review.program"),
        Copied(partnerships.Recommendation, PROGRAM, "review.program"),
    ]


def _of_agreements() -> list[Copied]:
    return [
        Copied(partnerships.Agreement, AGREEMENT),
        Copied(Seal, AGREEMENT, changed={"code": SEAL, "record_id": OWN_RECORD}, roots=SEALS_OF_AGREEMENTS),
        Copied(partnerships.AgreementDocument, AGREEMENT, "agreement"),
        Copied(partnerships.ExternalStep, AGREEMENT, "agreement"),
        Copied(partnerships.AgreementVersion, AGREEMENT, "agreement"),
        Copied(partnerships.PaperText, AGREEMENT, "document.agreement"),
    ]


def _of_the_forum() -> list[Copied]:
    return [
        Copied(forum.Meeting, MEETING, changed={"uid": "md5(t.uid::text || c.n)::uuid"}),
        Copied(forum.Invitee, MEETING, "meeting"),
        Copied(forum.AgendaItem, MEETING, "meeting"),
        Copied(forum.Answer, MEETING, "meeting"),
        Copied(forum.Attendance, MEETING, "meeting"),
        Copied(forum.Decision, MEETING, "meeting"),
        Copied(forum.ActionPoint, MEETING, "meeting", {"code": NUMBERED.format("t.code")}),
        Copied(forum.MinutesEdition, MEETING, "meeting"),
        Copied(
            forum.Thread,
            THREAD,
            changed={
                "title": "left(t.title, 145) || ' (' || c.place || ')'",
                "key": "''",
                "record_id": "CASE WHEN c.about IS NULL THEN t.record_id ELSE c.about END",
                "record_code": "coalesce(c.about_code, t.record_code)",
            },
        ),
        Copied(forum.Party, THREAD, "thread"),
        Copied(forum.Message, THREAD, "thread", {"key": "''"}),
        Copied(forum.MessageVersion, THREAD, "message.thread"),
        Copied(forum.Attachment, THREAD, "message.thread"),
        Copied(forum.Mention, THREAD, "message.thread"),
        Copied(
            forum.Reader,
            THREAD,
            "thread",
            {"last_read": "CASE WHEN t.last_read = 0 THEN 0 ELSE t.last_read + STEP * c.n END"},
        ),
    ]


def copied() -> list[Copied]:
    """Every table that is copied, those others point at first."""
    return [*_of_programs()[:-6], *_of_agreements(), *_of_needs(), *_of_programs()[-6:], *_of_the_forum()]
