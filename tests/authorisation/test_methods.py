"""Other methods, and other kinds of answer than a page: the verdict is the same, and never a fault."""

from __future__ import annotations

import re

import pytest
from django.core.cache import cache

from tests.addresses import patterns
from tests.authorisation.asking import ask
from tests.authorisation.records import url_of
from tests.authorisation.typed import lines

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("undrawn")]
ARGUMENTS = dict(patterns())
FOR_SCRIPTS = {"accounts:session"}
"""Tells a script as JSON what it tells a person by leading on."""
LIKE_GET = re.compile(r"^/(sandi|readyz|beranda)")
"""Pages that say the same whatever the method: nothing can be done on them. The home notes the visit."""
JSON = {"HTTP_ACCEPT": "application/json"}


def _addresses(records) -> dict[str, tuple[str, object]]:
    """Name -> (address, record) of every address, each once."""
    found = {}
    for line in lines():
        record = records[line.record]
        found.setdefault(line.name, (url_of(line.name, ARGUMENTS[line.name], record), record))
    return found


def test_methods_that_nobody_asked_for_do_nothing(browsers, records):
    account, wrong = "operator.ntb", []
    for name, (url, record) in _addresses(records).items():
        if name.startswith("exchange:data"):
            cache.clear()
        for method in ("PUT", "DELETE", "PATCH", "OPTIONS", "HEAD"):
            answer = ask(browsers[account], method, url, before=record.before)
            harmless = method in {"OPTIONS", "HEAD"} and answer.status in {200, 301, 304, 410, 400, 409}
            harmless = harmless or bool(LIKE_GET.match(url))
            sent_away = answer.status == 302
            if answer.status not in {401, 403, 404, 405} and not harmless and not sent_away:
                wrong.append(f"{method} {url}: {answer.status}")
            elif answer.changed and method != "HEAD" and not LIKE_GET.match(url):
                wrong.append(f"{method} {url}: something was written")
            elif method in {"PUT", "DELETE", "PATCH"} and sent_away:
                wrong.append(f"{method} {url}: {answer.status}")
    assert wrong == []


@pytest.mark.parametrize("account", ["operator.kota-semarang", "kepala.koica"])
def test_asking_for_json_opens_nothing_more(account, browsers, records):
    wrong = []
    for name, (url, record) in _addresses(records).items():
        if name in FOR_SCRIPTS:
            continue
        plain = ask(browsers[account], "GET", url, before=record.before).mark("GET")
        asked_url = f"{url}{'&' if '?' in url else '?'}format=json"
        asked = [
            ask(browsers[account], "GET", url, before=record.before, **JSON).mark("GET"),
            ask(browsers[account], "GET", asked_url, before=record.before).mark("GET"),
        ]
        if asked != [plain, plain]:
            wrong.append(f"{url}: {plain}, asked for JSON {asked}")
    assert wrong == []
