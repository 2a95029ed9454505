"""Many acts that belong together: one notice per person, one line in one mail, and the records behind it."""

from __future__ import annotations

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from notices import audience, services
from notices.models import BatchItem, Notice, Outbox
from notices.services import sending
from regions.lifecycle import NEED
from regions.models import TrainingNeed
from tests import factories
from tests.notices.post import headlines
from workflow.batches import batch, batch_of, closed, marked
from workflow.engine import note, perform
from workflow.models import LogEntry

pytestmark = pytest.mark.django_db


@pytest.fixture
def import_rows(aceh_regency, aceh_operator, ppsdm_head):
    """A note on each of many needs of one office, of which its people hear."""
    people = [factories.member("DINAS_OP", aceh_regency) for _n in range(3)]
    pairs = [(user, user.memberships.get()) for user in people]
    audience.register("regions.need", "change", lambda record, entry: pairs, at_once=True)
    before = list(audience._known["regions.need", "change"])

    def make(count: int, **kept):
        template = factories.need(aceh_regency, created_by=aceh_operator)
        rows = []
        for number in range(count):
            row = TrainingNeed.objects.get(pk=template.pk)
            row.pk, row.id, row.code, row._state.adding = None, None, f"KB-2027-{number + 1000:04d}", True
            rows.append(row)
        TrainingNeed.objects.bulk_create(rows)
        with batch():
            for row in rows:
                note(NEED, row, ppsdm_head, "change", {"source": "impor.xlsx"})
        return people, rows

    yield make
    audience._known["regions.need", "change"] = before[:-1]


def read_all(now=None) -> None:
    now = now or timezone.now()
    while services.read_on(now):
        pass


def test_an_import_of_500_rows_is_one_notice_and_one_line_in_one_mail(import_rows):
    people, rows = import_rows(500)
    read_all()
    for user in people:
        [notice] = user.notices.all()
        assert (notice.count, notice.is_many, notice.items.count()) == (500, True, 500)
    assert Outbox.objects.count() == 3
    sending.send_due(timezone.now() + timezone.timedelta(days=10))
    assert len(mail.outbox) == 3
    for letter in mail.outbox:
        assert headlines(letter) == [
            "PERUBAHAN",
            f"{rows[0].code} dan 499 lainnya: Isi diubah",
        ]
    assert len(mail.outbox[0].body.encode()) < 3000


def test_the_mail_of_an_import_counts_only_what_the_reader_may_see(import_rows, bali):
    people, rows = import_rows(12)
    read_all()
    TrainingNeed.objects.filter(pk__in=[row.pk for row in rows[:4]]).update(office=bali)
    sending.send_due(timezone.now() + timezone.timedelta(days=10))
    what = "Isi diubah"
    assert headlines(mail.outbox[0]) == ["PERUBAHAN", f"{rows[4].code} dan 7 lainnya: {what}"]
    assert rows[0].code not in mail.outbox[0].body


def test_a_batch_read_in_pieces_or_twice_counts_each_record_once(import_rows, monkeypatch):
    people, _rows = import_rows(30)
    monkeypatch.setattr("notices.services.reading.BATCH", 7)
    read_all()
    from notices.models import Bookmark

    Bookmark.objects.update(seq=0)
    read_all()
    assert [user.notices.get().count for user in people] == [30, 30, 30]
    assert (BatchItem.objects.count(), Outbox.objects.count()) == (90, 3)


def test_more_of_a_batch_makes_a_read_notice_new_again_and_sends_no_second_mail(import_rows, monkeypatch):
    people, _rows = import_rows(10)
    monkeypatch.setattr("notices.services.reading.BATCH", 8)  # needs 9 and 10 come with the next stretch
    now = timezone.now()
    services.read_on(now)
    while Notice.objects.count() == 0:
        services.read_on(now)
    Notice.objects.update(read_at=now)
    Outbox.objects.update(sent_at=now)
    read_all(now)
    assert {(n.count, n.read_at) for n in Notice.objects.all()} == {(10, None)}
    assert Outbox.objects.filter(sent_at__isnull=True).count() == 0


def test_two_hundred_rows_for_the_same_people_are_told_in_a_few_queries(import_rows):
    _people, _rows = import_rows(200)
    with CaptureQueriesContext(connection) as queries:
        read_all()
    assert Notice.objects.count() == 3 and len(queries) < 50


def test_an_act_on_many_asks_one_thing_per_record_however_many_hear_of_it(aceh, aceh_province_operator, ppsdm_head):
    """Approvals for fifty people of the office: one notice each, and one query per record: who holds a role on it."""
    people = [factories.member("DINAS_OP", aceh) for _n in range(49)] + [aceh_province_operator]
    counts = []
    for number in (2, 5, 20):
        needs = [factories.need(aceh, status="MIN_REVIEW", created_by=aceh_province_operator) for _n in range(number)]
        read_all()
        with batch():
            for one in needs:
                perform(NEED, "approve", record=one, actor=ppsdm_head)
        before = Notice.objects.count()
        with CaptureQueriesContext(connection) as queries:
            read_all()
        told = Notice.objects.filter(action="approve", count=number)
        assert (told.count(), Notice.objects.count() - before) == (50, 50)
        counts.append(len(queries))
    assert counts[2] - counts[1] == 15
    assert len(people) == 50 and counts[2] < 60


def test_a_batch_of_one_reads_like_any_other(import_rows):
    people, rows = import_rows(1)
    read_all()
    sending.send_due(timezone.now() + timezone.timedelta(days=10))
    what = "Isi diubah"
    assert headlines(mail.outbox[0]) == ["PERUBAHAN", f"{rows[0].code}: {what}"]


def test_a_mail_about_many_waits_for_the_rest(import_rows):
    import datetime as dt

    import_rows(3)
    noon = timezone.now()
    read_all(noon)
    waits = {mail.due_at - noon for mail in Outbox.objects.all()}
    assert waits == {dt.timedelta(minutes=2)} or min(waits) > dt.timedelta(minutes=2)  # by night it waits anyway


# --- The mark -----------------------------------------------------------------------------------------------


def test_everything_inside_is_marked_and_nothing_outside(need_aceh, aceh_operator):
    with batch() as outer, batch() as inner:
        note(NEED, need_aceh, aceh_operator, "change")
    note(NEED, need_aceh, aceh_operator, "change")
    first, second = LogEntry.objects.filter(action="change").order_by("seq")
    assert (outer == inner, batch_of(first), batch_of(second), marked({})) == (True, outer, "", {})


def test_the_end_of_a_batch_is_announced_once_even_when_it_failed():
    heard = []

    def hear(sender, name, **kwargs):
        heard.append(name)

    closed.connect(hear)
    try:
        with pytest.raises(ValueError), batch() as name, batch():
            raise ValueError
    finally:
        closed.disconnect(hear)
    assert heard == [name]
