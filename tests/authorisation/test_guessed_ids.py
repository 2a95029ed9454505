"""Ids that were guessed: those of other people's records, neighbours, other kinds, and values that are none at all.

Nothing but 403, 404 (400, 405 where the form or the method is at fault) comes, no page of another record, nothing is
written, and no answer says anything about the record that was meant. The values are drawn with a fixed seed.
"""

from __future__ import annotations

import random
from urllib.parse import quote

import pytest
from django.core.cache import cache
from django.urls import NoReverseMatch

from tests.addresses import patterns, sample
from tests.authorisation.asking import ask
from tests.authorisation.readers import COLUMNS
from tests.authorisation.records import Record, url_of
from tests.authorisation.typed import lines
from tests.demo_records import need, user

pytestmark = pytest.mark.django_db
REFUSED = {400, 403, 404, 405}
ARGUMENTS = dict(patterns())
SEED = 20261126
HOSTILE = (
    "0",
    "-1",
    "2147483648",
    "9" * 40,
    "٣",
    "%00",
    "1%00",
    "..%2F..%2Fetc%2Fpasswd",
    "%2e%2e",
    "' OR 1=1 --",
    "KB-2026-0001'--",
    "${7*7}",
    "é" * 30,
    "a" * 600,
    "null",
    "undefined",
    "1e3",
    "{pk}",
)


def _with(name: str, record: Record, argument: str, value: str) -> str | None:
    """The address with one argument put in by hand, whatever its pattern takes."""
    marker = {"pk": 987654321, "number": 987654321, "position": 987654321}.get(argument, "zzmarkerzz")
    own = Record(record.home, {**record.values, f"{name} {argument}": marker})
    try:
        return url_of(name, ARGUMENTS[name], own).replace(str(marker), value)
    except NoReverseMatch:
        return None


def _taking() -> list[tuple[str, str]]:
    """(address, argument) of all that take one."""
    return [(name, argument) for name, arguments in ARGUMENTS.items() for argument in arguments]


def _first(name: str, records: dict[str, Record]) -> Record:
    """A record that has the address."""
    return records[next((line.record for line in lines() if line.name == name), "-")]


@pytest.mark.usefixtures("undrawn")
@pytest.mark.parametrize("account", ["operator.kota-semarang", "penghubung.koica"])
def test_values_that_are_no_ids_break_nothing(account, browsers, records):
    chosen, wrong = random.Random(SEED), []
    for name, argument in _taking():
        cache.clear()
        for value in chosen.sample(HOSTILE, 2):
            url = _with(name, _first(name, records), argument, quote(value, safe="%"))
            if url is None:
                continue
            for method in ("GET", "POST"):
                answer = ask(browsers[account], method, url)
                open_to_all = answer.status in {200, 301, 302} and not answer.changed
                if answer.status not in REFUSED | {410, 409} and not open_to_all:
                    wrong.append(f"{method} {url[:90]} {name}: {answer.status}")
    assert wrong == []


PEOPLE = {
    # account: lines whose records it may not see
    "operator.kota-semarang": "other operator",
    "kepala.koica": "other partner head",
    "calon-lain.ntb": "other nominee",
    "admin": "administrator",
}


@pytest.mark.usefixtures("undrawn")
@pytest.mark.parametrize("account", PEOPLE)
def test_neighbours_of_an_id_are_as_closed_as_the_id(account, browsers, records):
    """pk and number one beside: whatever record that is, it is not answered where the record itself is not."""
    column, tried, wrong = PEOPLE[account], 0, []
    for line in lines():
        record = records[line.record]
        if record.home.account(column) != account or line.name == "accounts:end_session":
            continue  # the session beside it may be the reader's own
        keys = [a for a in ARGUMENTS[line.name] if a in {"pk", "number", "position"}]
        for argument in keys:
            own = record.values.get(f"{line.name} {argument}", record.values.get(argument))
            own = sample(line.name, argument) if own is None else own
            for method, marks in (("GET", line.get), ("POST", line.post)):
                if marks == "x" or marks[COLUMNS.index(column)] not in ".F":
                    continue
                for value in (int(own) - 1, int(own) + 1):
                    if value < 0:
                        continue
                    url = _with(line.name, record, argument, str(value))
                    answer, tried = ask(browsers[account], method, url, before=record.before), tried + 1
                    if answer.status not in REFUSED or answer.changed:
                        wrong.append(f"{method} {url}: {answer.status}")
    assert wrong == []
    assert tried > 20


def _mixed() -> list[tuple[str, str, str]]:
    """(own record, record of somebody else, address with a second id) where both are of one kind."""
    pairs = [
        ("need:draft", "need:under-way"),
        ("nomination:draft", "nomination:accepted"),
        ("agreement:region", "agreement:in-force"),
        ("thread:office", "thread:partner"),
        ("programme:open", "programme:public"),
        ("run:ratified", "run:draft"),
    ]
    found = []
    for own, other in pairs:
        names = {line.name for line in lines() if line.record in {own, other}}
        rooms = {name.split(":")[0] for name in names if name != "nudge"} - {"exchange"}
        found += [
            (own, other, name)
            for name, arguments in ARGUMENTS.items()
            if name.split(":")[0] in rooms and {"code", "pk"} <= set(arguments) or name in names and "slug" in arguments
            if "pk" in arguments
        ]
    return found


@pytest.mark.usefixtures("undrawn")
def test_a_part_of_another_record_is_not_found_under_ones_own(browsers, records):
    """/own record/part of another/: the owner of the first gets nothing of the second."""
    wrong, tried = [], 0
    for own, other, name in _mixed():
        mine, theirs = records[own], records[other]
        pk = theirs.values.get(f"{name} pk", theirs.values.get("pk"))
        if pk is None or pk == mine.values.get(f"{name} pk", mine.values.get("pk")):
            continue
        mixed = Record(mine.home, {**mine.values, f"{name} pk": pk}, before=mine.before)
        try:
            url = url_of(name, ARGUMENTS[name], mixed)
        except NoReverseMatch:
            continue
        for column in ("operator", "head", "partner liaison", "needs verifier", "cooperation officer"):
            for method in ("GET", "POST"):
                answer = ask(browsers[mine.home.account(column)], method, url, before=mine.before)
                tried += 1
                led = answer.status in {302, 409} and not answer.changed
                if answer.status not in REFUSED and not led:
                    wrong.append(f"{method} {url} ({mine.home.account(column)}): {answer.status}")
    assert wrong == []
    assert tried > 60


CLOSED = ("need:under-way", "programme:draft", "agreement:region", "nomination:accepted")
CODES = {"operator.kota-semarang": (*CLOSED, "run:draft"), "kepala.koica": (*CLOSED, "proposal:converted")}
"""Records that do not exist for these accounts."""


@pytest.mark.usefixtures("undrawn")
@pytest.mark.parametrize("account", CODES)
def test_a_code_of_another_kind_opens_nothing(account, browsers, records):
    """The code of one kind of record in the addresses of all others."""
    wrong, tried, own = [], 0, {"accounts", "notices", "exchange"}
    closed = {
        line.name
        for line in lines()
        if line.get != "x" and "code" in ARGUMENTS[line.name] and line.get[0] == "S" and line.record != "-"
    }
    for label in CODES[account]:
        code = str(records[label].values["code"])
        for name in sorted(closed):
            if name.split(":")[0] in own:
                continue
            record = Record(records[label].home, {**_first(name, records).values, f"{name} code": code})
            try:
                url = url_of(name, ARGUMENTS[name], record)
            except NoReverseMatch:
                continue
            answer, tried = ask(browsers[account], "GET", url), tried + 1
            if answer.status not in REFUSED:
                wrong.append(f"{url}: {answer.status}")
    assert wrong == []
    assert tried > 200


# --- ids in forms and filters --------------------------------------------------------------------------------


def _foreign(field) -> str | None:
    """The key of a row that the field does not offer, where there is one."""
    queryset = getattr(field, "queryset", None)
    if queryset is None:
        return None
    row = queryset.model._default_manager.exclude(pk__in=queryset.values("pk")).order_by("pk").first()
    if row is None:
        return None
    return str(getattr(row, field.to_field_name or "pk"))


def _forms(context) -> list:
    """Every form that a page was drawn with."""
    found = []
    for layer in context or []:
        for values in getattr(layer, "dicts", [layer]):
            found += [v for v in dict(values).values() if hasattr(v, "fields") and hasattr(v, "is_bound")]
    return found


FORMS = {
    "operator.ntb": "operator",
    "penghubung.jica": "partner liaison",
    "verifikator.ppsdm": "needs verifier",
    "petugas.kerjasama": "cooperation officer",
    "admin": "administrator",
}


def test_a_key_that_a_form_does_not_offer_is_refused(browsers, records):
    """Every choice of every form a reader gets, sent with a row that was not offered."""
    wrong, tried = [], 0
    for account, column in FORMS.items():
        for line in lines():
            record = records[line.record]
            if record.home.account(column) != account or "x" in {line.get, line.post}:
                continue
            if line.post[COLUMNS.index(column)] != "A" or line.name in {"home", "exchange:export"}:
                continue
            url = url_of(line.name, ARGUMENTS[line.name], record)
            for form in _forms(browsers[account].get(url).context):
                for key, field in form.fields.items():
                    value = _foreign(field)
                    if value is None:
                        continue
                    sent = {form.add_prefix(key): value}
                    answer, tried = ask(browsers[account], "POST", url, sent, before=record.before), tried + 1
                    if answer.status not in REFUSED | {200, 409, 422} or answer.changed:
                        wrong.append(f"{url} {sent} ({account}): {answer.status}, wrote {answer.changed}")
    assert wrong == []
    assert tried > 8


FILTERS = (
    "organisation office need kebutuhan baris line program programme partner membership proposal usulan code kode of "
    "dari source flow intake angkatan owner user q"
).split()


@pytest.mark.parametrize("account", ["operator.kota-semarang", "kepala.koica"])
def test_a_filter_shows_nothing_of_a_record_that_is_closed(account, browsers, records):
    """Ids of the need of another province and of its office, as every filter a list might know."""
    other, office = need(1), user("operator.ntb").acting_organisation
    column, wrong = PEOPLE[account], []
    secret = [f'href="/kebutuhan/{other.code}/', f">{other.contact_email}<"]
    for line in lines():
        if ARGUMENTS[line.name] or line.get == "x" or line.get[COLUMNS.index(column)] != "R" or line.record != "-":
            continue
        if line.name == "readyz":
            continue  # says how the server is, whoever asks
        url = url_of(line.name, (), records["-"])
        for value in (other.code, str(other.pk), str(office.pk), office.code):
            answer = ask(browsers[account], "GET", url, {name: value for name in FILTERS})
            text = answer.body.decode(errors="replace")
            shown = [word for word in secret if word in text]
            if answer.status not in REFUSED | {200, 302} or shown:
                wrong.append(f"{url} {value}: {answer.status} {shown}")
    assert wrong == []
