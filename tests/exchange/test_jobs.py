"""Long work: whose it is, what a second click does, stopping, sweeping, forgetting."""

from __future__ import annotations

import datetime as dt

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.core.files.base import ContentFile
from django.test import Client
from django.utils import timezone, translation

from accounts.models import Membership
from accounts.roles import Role
from exchange.models import Job, JobItem, Phase
from exchange.services import imports, jobs, jobs_upkeep
from exchange.services.jobs import Failure, JobKind, Work
from exchange.tasks import forget_jobs, resume_jobs
from tests import factories
from workflow.models import LogEntry

pytestmark = pytest.mark.django_db


def _count(work: Work) -> None:
    """Ten items, each marked in the transaction that does it."""
    work.step("count", 10)
    for number in range(work.job.items.count() + 1, 11):
        work.told = 0.0
        work.tell(number - 1)
        JobItem.objects.create(job=work.job, number=number, key=str(number), label=str(number), action="create")
        if work.asked.get("break_at") == number:
            raise RuntimeError("the worker died")
        if work.asked.get("stop_at") == number:
            jobs.stop(work.job)
        if work.asked.get("fail_at") == number:
            raise Failure("Nothing more to be done.")
    if work.asked.get("time_is_over"):
        Job.objects.filter(pk=work.job.pk).update(phase=Phase.STOPPED, finished_at=timezone.now())
    work.end({"counted": work.job.items.count()})


def _stumble(work: Work) -> None:
    raise ValueError("Key (nip)=(198701012010011001) of Budi Santoso")


@pytest.fixture(autouse=True)
def _kind():
    jobs.register_job(JobKind("test.people", "People", _stumble, personal=True))
    jobs.register_job(
        JobKind("test.count", "Counting", _count, steps=(("count", "Counting"),), logged=lambda job: job.outcome)
    )
    yield
    del jobs._kinds["test.count"], jobs._kinds["test.people"]


@pytest.fixture
def order(aceh_operator):
    def make(**asked) -> Job:
        return jobs.order("test.count", user=aceh_operator, asked=asked)

    return make


def state(job: Job) -> tuple:
    job.refresh_from_db()
    return job.phase, job.items.count(), job.failure


def test_work_is_done_in_the_capacity_it_was_ordered_in(order, aceh_operator):
    job = order()
    assert (job.membership, job.language) == (aceh_operator.acting, "id")
    assert jobs.execute(job.pk) == Phase.DONE
    assert state(job) == (Phase.DONE, 10, "")
    assert job.finished_at is not None
    assert LogEntry.objects.get(flow="exchange.job").data == {"kind": "test.count", "counted": 10}


def test_a_capacity_that_ended_does_nothing(order, aceh_operator):
    job = order()
    yesterday = timezone.localdate() - dt.timedelta(days=1)
    aceh_operator.memberships.update(valid_from=yesterday, valid_to=yesterday)
    with translation.override("en"):
        Job.objects.update(language="en")
        jobs.execute(job.pk)
    assert state(job) == (Phase.FAILED, 0, "The capacity you acted in has ended. Nothing more was done.")


def test_a_done_job_is_not_done_again(order):
    job = order()
    assert [jobs.execute(job.pk), jobs.execute(job.pk)] == [Phase.DONE, ""]
    assert state(job)[1] == 10


def test_work_that_broke_off_goes_on_where_it_stood(order):
    job = order(break_at=4)
    jobs.execute(job.pk)
    assert state(job) == (Phase.WORKING, 4, "")
    assert jobs.execute(job.pk) == Phase.DONE
    assert state(job) == (Phase.DONE, 10, "")


def test_work_that_breaks_off_again_and_again_is_given_up(order):
    job = order()
    Job.objects.filter(pk=job.pk).update(tries=jobs.MOST_TRIES)
    jobs.execute(job.pk)
    assert state(job)[:2] == (Phase.FAILED, 0)


def test_a_failure_is_a_sentence_for_the_owner(order):
    job = order(fail_at=2)
    jobs.execute(job.pk)
    assert state(job) == (Phase.FAILED, 2, "Nothing more to be done.")


def test_stopping_keeps_what_is_done(order):
    job = order(stop_at=3)
    jobs.execute(job.pk)
    assert state(job) == (Phase.STOPPED, 3, "")


def test_only_an_asking_job_goes_on_and_only_once(order):
    job = order()
    assert jobs.go_on(job) is False
    Job.objects.filter(pk=job.pk).update(phase=Phase.ASKING)
    assert [jobs.go_on(job), jobs.go_on(job)] == [True, False]


def test_the_sweep_takes_up_what_nobody_is_at_and_not_twice(order):
    fresh, old, silent = order(), order(), order()
    long_ago = timezone.now() - dt.timedelta(minutes=5)
    Job.objects.filter(pk__in=[old.pk, silent.pk]).update(created_at=long_ago)
    Job.objects.filter(pk=silent.pk).update(phase=Phase.WORKING, beat_at=long_ago)
    assert resume_jobs() == 2
    assert [state(job)[0] for job in (fresh, old, silent)] == [Phase.WAITING, Phase.DONE, Phase.DONE]
    assert resume_jobs() == 0


def test_without_a_broker_the_order_stands(order, monkeypatch, django_capture_on_commit_callbacks):
    from exchange import tasks

    def away(pk):
        raise ConnectionError("no broker")

    monkeypatch.setattr(tasks.run_job, "delay", away)
    with django_capture_on_commit_callbacks(execute=True):
        job = order()
    assert state(job)[0] == Phase.WAITING


def test_nobody_sees_another_persons_job(order, aceh_regency):
    job = order()
    client = Client()
    client.force_login(factories.member(Role.DINAS_OP, aceh_regency, "colleague@example.test"))
    pages = [client.get(f"/pekerjaan/{job.token}/"), client.get(f"/pekerjaan/{job.token}/berkas/")]
    pages += [client.post(f"/pekerjaan/{job.token}/{act}/") for act in ("lanjut", "hentikan")]
    assert [page.status_code for page in pages] == [404] * 4
    assert state(job)[0] == Phase.WAITING


def test_the_owner_stops_a_waiting_job_on_its_page(order, aceh_operator):
    job = order()
    client = Client()
    client.force_login(aceh_operator)
    client.post(f"/pekerjaan/{job.token}/hentikan/")
    jobs.execute(job.pk)
    assert state(job) == (Phase.STOPPED, 0, "")
    assert client.get(f"/pekerjaan/{job.token}/").status_code == 200


def test_files_go_after_a_week_and_jobs_after_half_a_year(order):
    job, asking = order(), order()
    job.given.save("a.xlsx", ContentFile(b"x"))
    job.made.save("b.xlsx", ContentFile(b"y"))
    JobItem.objects.create(
        job=job, number=1, key="1", label="1", action="create", content={"a": 1}, problems=[{"b": 2}]
    )
    Job.objects.filter(pk=asking.pk).update(phase=Phase.ASKING)
    Job.objects.filter(pk=job.pk).update(phase=Phase.DONE, finished_at=timezone.now())
    storage, names = job.given.storage, [job.given.name, job.made.name]
    now = timezone.now()
    assert jobs_upkeep.forget(now + dt.timedelta(days=6)) == 0
    jobs_upkeep.forget(now + dt.timedelta(days=8))
    item = JobItem.objects.get(job=job)
    job.refresh_from_db()
    assert [storage.exists(name) for name in names] == [False, False]
    assert (item.content, item.problems, bool(job.given), state(asking)[0]) == ({}, [], False, Phase.STOPPED)
    jobs_upkeep.forget(now + dt.timedelta(days=181))
    assert Job.objects.count() == 0
    assert forget_jobs() == 0


def test_an_import_nobody_decided_on_goes_with_its_file_after_a_week(order):
    job = order()
    job.given.save("a.xlsx", ContentFile(b"x"))
    Job.objects.filter(pk=job.pk).update(phase=Phase.ASKING)
    assert jobs_upkeep.forget(timezone.now() + dt.timedelta(days=8)) == 1
    assert (state(job)[0], job.given.name, job.given.storage.exists("a.xlsx")) == (Phase.STOPPED, "", False)


def test_what_was_stopped_from_outside_stays_stopped(order):
    job = order(time_is_over=True)
    jobs.execute(job.pk)
    assert (state(job)[0], job.outcome) == (Phase.STOPPED, {})


def test_the_log_of_the_server_does_not_repeat_what_a_file_about_people_holds(aceh_operator, caplog):
    job = jobs.order("test.people", user=aceh_operator)
    jobs.execute(job.pk)
    assert state(job)[0] == Phase.WORKING
    assert f"job {job.pk}: broke off: ValueError at " in caplog.text
    assert [word for word in ("Budi", "1987") if word in caplog.text] == []


def test_what_came_of_a_job_is_not_shown_once_its_capacity_has_ended(order, aceh_operator, aceh_regency):
    job = order()
    jobs.execute(job.pk)
    job.refresh_from_db()
    job.made.save("list.csv", ContentFile(b"x"))
    Job.objects.filter(pk=job.pk).update(made=job.made.name, made_name="list.csv")
    client = Client()
    client.force_login(aceh_operator)
    page, file = f"/en/pekerjaan/{job.token}/", f"/en/pekerjaan/{job.token}/berkas/"
    assert [client.get(page).status_code, client.get(file).status_code] == [200, 200]
    job.membership.ended_at = timezone.now()
    job.membership.save()
    Membership.objects.create(user=aceh_operator, organisation=factories.office("1106"), role=Role.DINAS_OP)
    shown = client.get(page).content.decode()
    assert ("The capacity you ordered this in has ended." in shown, "list.csv" in shown) == (True, False)
    assert client.get(file).status_code == 404


class _OutOfTime:
    """A kind whose first record takes longer than a worker has."""

    calls = 0

    def carry_out(self, content, key, user, options, book):
        self.calls += 1
        if self.calls == 1:
            raise SoftTimeLimitExceeded
        return user.acting_organisation


def test_a_worker_whose_time_is_over_refuses_no_record(order):
    job, kind = order(), _OutOfTime()
    item = JobItem.objects.create(job=job, number=1, key="1", label="1", action="create")
    with pytest.raises(SoftTimeLimitExceeded):
        imports._one(kind, Work(job), item, None)
    item.refresh_from_db()
    assert (item.refusal, item.done_at) == ("", None)
