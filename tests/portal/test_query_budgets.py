"""What each list, dashboard, search, home and detail page asks of the database: as much for a thousand rows as for few.

The numbers are counted with an empty cache, in the sample scenario and again after `manage.py seed` has filled it to a
thousand needs with all that belongs to them. A list that is not in the table fails with its name.
"""

from __future__ import annotations

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from portal import kept_pages
from portal.seeding import run
from tests import databases
from tests.demo_records import user
from workflow.exports import exports

pytestmark = pytest.mark.django_db

BUDGETS = """
home-office           operator.ntb        /beranda/                                               <41
home-head             kepala.ntb          /beranda/                                               <45
home-province         verifikator.ntb     /beranda/                                               <44
home-verifier         verifikator.ppsdm   /beranda/                                               <46
home-approver         kepala.ppsdm        /beranda/                                               <43
home-reviewer         penelaah.wasnaker   /beranda/                                               <39
home-cooperation      petugas.kerjasama   /beranda/                                               <46
home-partner          penghubung.jica     /beranda/                                               <48
home-evaluator        evaluator.ppsdm     /beranda/                                               <35
home-auditor          auditor             /beranda/                                               <36
home-admin            admin               /beranda/                                               <19
front-page            -                   /                                                        15
map                   -                   /peta/                                                   20
transparency          -                   /transparansi/                                           17
results               -                   /hasil/                                                  12
partners              -                   /mitra/                                                   2
published-agreements  -                   /transparansi/kemitraan/                                  4
programs              -                   /program/                                                11
programs              operator.ntb        /program/                                                19
needs                 verifikator.ppsdm   /kebutuhan/                                              18
needs                 operator.ntb        /kebutuhan/                                              21
needs                 penghubung.jica     /kebutuhan/                                               8
needs-filtered        verifikator.ppsdm   /kebutuhan/?status=APPROVED&theme=T07&sort=-score        18
needs-searched        verifikator.ppsdm   /kebutuhan/?q=mediator                                   18
need-lines            verifikator.ppsdm   /kebutuhan/                                              18
needs-queue           verifikator.ppsdm   /antrean/                                                27
needs-province        verifikator.ntb     /provinsi/antrean/                                       22
programs-managed      petugas.kerjasama   /mitra/program/                                          20
programs-managed      penghubung.jica     /mitra/program/                                          19
proposals             verifikator.ppsdm   /usulan/                                                 14
agreements            petugas.kerjasama   /kemitraan/                                              14
reviews               evaluator.ppsdm     /tinjauan/                                               11
demand                petugas.kerjasama   /mitra/permintaan/                                       22
briefs                petugas.kerjasama   /mitra/permintaan/ringkasan/                             10
nominations           verifikator.ppsdm   /peserta/                                                12
evaluations           evaluator.ppsdm     /peserta/evaluasi/                                       12
data-requests         verifikator.ppsdm   /peserta/koreksi/                                         9
threads               verifikator.ppsdm   /forum/                                                  11
questions             verifikator.ppsdm   /tanya/                                                  13
meetings              verifikator.ppsdm   /rapat/                                                  12
actions               verifikator.ppsdm   /rapat/tindak-lanjut/                                    10
people                admin               /pengguna/                                               11
delegations           admin               /akun/delegasi/                                           9
dashboard             verifikator.ppsdm   /dasbor/                                                 35
dashboard             auditor             /dasbor/                                                 34
indicators            verifikator.ppsdm   /indikator/                                              39
indicator             verifikator.ppsdm   /indikator/K01/                                         <27
search                verifikator.ppsdm   /cari/?q=mediator                                       <22
search                operator.ntb        /cari/?q=semarang                                        12
search                -                   /cari/?q=pelatihan                                        5
deadlines             verifikator.ntb     /tenggat/                                                18
deadlines             penghubung.jica     /tenggat/                                               <17
audit                 auditor             /audit/                                                   7
notices               verifikator.ppsdm   /pemberitahuan/                                          20
api-needs             verifikator.ppsdm   /api/v1/needs                                             8
api-programmes        verifikator.ppsdm   /api/v1/programmes                                        9
api-proposals         verifikator.ppsdm   /api/v1/proposals                                         7
api-threads           verifikator.ppsdm   /api/v1/threads                                           4
"""


WITHOUT_A_LIST_PAGE = {
    "allocation-lines": "tests/partnerships/test_allocation_pages.py",
    "audit-trail": "tests/portal/test_audit.py",
    "invitations": "tests/forum/test_invitations.py",
    "program-answers": "tests/forum/test_questions.py",
    "program-demand": "tests/programs/test_offers.py",
    "roster": "tests/participants/test_rosters.py",
}
"""Lists that belong to one record: where its page is counted."""


def table() -> list[tuple[str, str, str, str]]:
    """(name, reader, address, statements: exactly, or at most with "<")."""
    return [
        (name, "" if reader == "-" else reader, address, count)
        for name, reader, address, count in (line.split() for line in BUDGETS.strip().splitlines())
    ]


def statements(browser: Client, address: str) -> int:
    """How many statements a page takes when nothing is kept for it; asked twice, so that nobody is new to it."""
    answer = browser.get(address)
    assert answer.status_code == 200, (address, answer.status_code)
    cache.clear()
    with CaptureQueriesContext(connection) as asked:
        browser.get(address)
    return len(asked)


def measured() -> dict[tuple[str, str], int]:
    """Statements of every row of the table."""
    browsers: dict[str, Client] = {}
    found = {}
    for _name, reader, address, _count in table():
        if reader not in browsers:
            browsers[reader] = Client()
            if reader:
                browsers[reader].force_login(user(reader))
        found[reader, address] = statements(browsers[reader], address)
    return found


@pytest.fixture(scope="module")
def counted(django_db_setup, django_db_blocker):
    """(with the rows of the scenario, with a thousand)."""
    with (
        django_db_blocker.unblock(),
        databases.working_on_a_copy(databases.SAMPLE),
        override_settings(DEMO=True),
        translation.override("id"),
    ):
        few = measured()
        run.seed(1000, headcount=400)
        yield few, measured()


def test_every_list_asks_as_much_as_typed_whatever_the_number_of_rows(counted):
    few, many = counted
    typed = {(reader, address): int(count) for _n, reader, address, count in table() if not count.startswith("<")}
    exact = [{key: found[key] for key in typed} for found in (few, many)]
    assert exact == [typed, typed]


def test_pages_of_mixed_records_stay_below_their_budget(counted):
    """What a home or a search shows first is of other kinds today than tomorrow; each kind has its statements."""
    limits = {(reader, address): int(count[1:]) for _n, reader, address, count in table() if count.startswith("<")}
    over = {key: (found[key], limit) for found in counted for key, limit in limits.items() if found[key] > limit}
    assert over == {}


def test_every_list_has_a_budget():
    names, addresses = {row[0] for row in table()}, {row[2] for row in table()}
    with translation.override("id"):
        missing = {page for page in kept_pages.PAGES if reverse(page) not in addresses}
    assert missing == set()
    assert {export.name for export in exports()} - names - set(WITHOUT_A_LIST_PAGE) == set()
