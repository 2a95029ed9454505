"""What a notice keeps of an event, so that it can be shown later without loading the record."""

from __future__ import annotations

from django.utils import translation

from notices import rules
from notices.models import Notice, NoticeKind
from workflow.calendar import WIB
from workflow.registry import workflow


def about(record, user, membership, kind, *, key: str, created_at) -> Notice:
    """A notice about a record; `describe` says in both languages what that is about."""
    notice = Notice(
        user=user,
        membership=membership,
        kind=kind,
        key=key,
        created_at=created_at,
        flow=record.flow.name,
        record_id=record.pk,
        record_code=record.code,
        due_at=record.due_at if kind in {NoticeKind.TURN, NoticeKind.DUE} else None,
        time_zone=_zone(membership),
    )
    notice.about = record
    return notice


def describe(notice: Notice) -> None:
    """Write down what the record of a notice is about and where it is. A title may cost queries: of many records that
    are told of at once only the first is asked."""
    record = getattr(notice, "about", None)
    if record is not None:
        at_work = notice.kind not in {NoticeKind.CHANGE, NoticeKind.MEETING}
        notice.subject_id, notice.subject_en, notice.path = _facts(record, at_work=at_work)


def entry_notice(entry, record, user, membership, kind) -> Notice:
    """A notice of a log entry of a table."""
    notice = about(record, user, membership, kind, key=f"log:{entry.seq}", created_at=entry.at)
    _sign(notice, entry, unnamed=entry.action in workflow(entry.flow).flow.unnamed)
    notice.comment = "\n".join(part for part in (entry.comment, _remarks(entry.data)) if part)
    notice.changes = _changes(entry.data, inside=membership is not None and membership.role not in rules.REGIONS)
    return notice


def news_notice(entry, news, user, membership) -> Notice:
    """A notice of an entry about something without a table."""
    notice = Notice(
        user=user,
        membership=membership,
        kind=news.kind,
        key=f"log:{entry.seq}",
        created_at=entry.at,
        flow=entry.flow,
        record_id=entry.record_id,
        record_code=entry.record_code,
        subject_id=news.subject_id[:240],
        subject_en=news.subject_en[:240],
        path=news.path,
        time_zone=_zone(membership),
    )
    _sign(notice, entry, unnamed=news.unnamed)
    notice.comment = entry.comment
    return notice


def _sign(notice: Notice, entry, *, unnamed: bool) -> None:
    """Which act it was and in which capacity it was done, unless that is nobody's to know."""
    notice.action = entry.action
    if not unnamed:
        notice.role, notice.capacity, notice.organisation = entry.role, entry.capacity, entry.organisation


def _remarks(data) -> str:
    """Field remarks of a return, as one quotation."""
    remarks = data.get("comments") if isinstance(data, dict) else None
    if not isinstance(remarks, list):
        return ""
    return "\n".join(str(r.get("text", "")) for r in remarks if isinstance(r, dict))[:2000]


def _changes(data, *, inside: bool) -> list[dict]:
    """What an amendment changed, in both languages, as the log holds it; what is marked as internal for those inside
    only."""
    changes = data.get("changes") if isinstance(data, dict) else None
    if not isinstance(changes, list):
        return []
    return [c for c in changes if isinstance(c, dict) and "label_id" in c and (inside or not c.get("inside"))][:20]


def _facts(record, *, at_work: bool) -> tuple[str, str, str]:
    """(subject in both languages, path) of a record; worked out once, however many people are told of it."""
    known = record.__dict__.setdefault("_notice_facts", {})
    if at_work not in known:
        with translation.override("id"):
            subject_id = _subject(record)
            path = (at_work and getattr(record, "manage_url", "")) or record.get_absolute_url()
        with translation.override("en"):
            known[at_work] = (subject_id, _subject(record), path)
    return known[at_work]


def _subject(record) -> str:
    """What the record is about. Titles name themes, programmes and offices, never people."""
    return str(getattr(record, "title", "") or "")[:240]


def _zone(membership) -> str:
    return membership.organisation.time_zone if membership else WIB
