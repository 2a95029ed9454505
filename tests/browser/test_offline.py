"""The need form on a line that breaks, in a real browser: nothing typed is lost, nothing is stored twice, and what
stays on the device is readable for its owner alone."""

from __future__ import annotations

import contextlib
import datetime as dt
import re

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client
from playwright.sync_api import Error

from accounts.models import Membership
from accounts.roles import Role
from accounts.sessions import SessionStore
from regions.models import CompetencyGap, CoverLetter, Evidence, NeedLine, Term, TrainingNeed
from regions.reference import loader
from regions.services import remove_line
from tests import factories
from tests.browser.conftest import PHONE
from tests.browser.person import paper
from workflow.models import LogEntry

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PASSWORD = "kata-sandi-uji"
PAGES = 6
"""The task list and the five pages of the form that every need has."""

OFFICE = {
    "contact_post": "Kepala Bidang Hubungan Industrial",
    "contact_email": "hubungan.industrial@example.test",
    "contact_phone": "0651 22334",
}
REASON = {
    "urgency": "U1",
    "causes": ["NEW_REGULATION", "CASELOAD"],
    "reason": "Perselisihan naik dari 17 menjadi 41 dalam setahun.",
    "preferred_mode": "BLENDED",
    "nominees_identified": True,
    "language_evidence": True,
    "budget_line": True,
    "follow_up_plan": True,
}
LINE = {
    "post": "MEDHI",
    "rank": "AHLI_MUDA",
    "employment_status": "PPPK",
    "requested_total": "6",
    "in_post": "9",
    "formation_abk": "14",
    "untrained": "5",
    "retiring_3y": "2",
    "vacancies_to_fill": "1",
    "work_unit": "Seksi Persyaratan Kerja",
    "n_female": "4",
    "n_male": "2",
    "persons_with_disability": "1",
    "requested_y1": "3",
    "requested_y2": "2",
    "requested_y3": "1",
    "min_batch": "2",
    "jp_requested": "40",
    "justification": "Dua mediator pensiun tahun depan.",
}
GAP = ("theme", "current_level", "target_level", "competency_title", "expected_outcome")
GAPS = [
    dict(zip(GAP, ("T07", "1", "3", "Mediasi", "Perselisihan selesai lebih cepat."), strict=True)),
    dict(zip(GAP, ("T08", "2", "4", "Perundingan", "Perjanjian bersama bertambah."), strict=True)),
]
FILLED = len(OFFICE) + len(REASON) + len(LINE) + sum(len(gap) for gap in GAPS)


class Device:
    """A browser that keeps its storage while tabs come and go."""

    def __init__(self, page):
        self.context, self.page = page.context, page
        page.on("dialog", lambda dialog: dialog.accept())

    def network(self, there: bool) -> None:
        self.context.set_offline(not there)

    def go(self, path: str) -> None:
        """Open an address; once more where the browser answers before its worker has started."""
        with contextlib.suppress(Error):
            self.page.goto(path)
            return
        self.page.goto(path)

    def kill_the_tab(self) -> None:
        """The tab is gone, without a farewell; another is opened later."""
        self.page.close()
        self.page = self.context.new_page()

    def ready(self) -> None:
        """The worker runs and has copies of every page of the need."""
        self.until(lambda: self.page.evaluate("navigator.serviceWorker.controller !== null"))
        self.until(lambda: self.kept().get("page", 0) >= PAGES)

    def until(self, question) -> None:
        """Ask again until the answer is yes; pages forbid the browser to evaluate text, so the asking is done here."""
        for _again in range(1200):
            with contextlib.suppress(Error):  # the page has just gone to another
                if question():
                    return
            self.page.wait_for_timeout(50)
        raise AssertionError(f"still not so: {self.kept()}")

    def keeps(self, kind: str, number: int) -> None:
        """Wait until the device holds so many records of a kind."""
        self.until(lambda: self.kept().get(kind, 0) == number)

    def kept(self) -> dict[str, int]:
        """How many sealed records of each kind lie on the device."""
        return self.page.evaluate(COUNT)

    def says(self, part: str) -> bool:
        return self.page.locator(f"#drafts [data-when={part}]").is_visible()

    def put(self, values: dict, prefix: str = "") -> None:
        """Fill in fields by name, as a person would: text, choices, ticks."""
        for name, value in values.items():
            found = self.page.locator(f'#need-form [name="{prefix}{name}"]')
            kind = found.first.evaluate("one => one.type || one.tagName")
            if kind == "select-one":
                found.select_option(value)
            elif kind in {"radio", "checkbox"}:
                for one in value if isinstance(value, list) else ["on" if value is True else value]:
                    choice = (
                        self.page.locator(f'#need-form [name="{prefix}{name}"][value="{one}"]')
                        if value is not True
                        else found
                    )
                    if not choice.is_checked():
                        self.page.locator(f'label[for="{choice.get_attribute("id")}"]').first.click()
            else:
                found.fill(value)

    def sign_in(self, user, path: str) -> None:
        self.go(path)
        self.page.locator("main input[type=email]").fill(user.email)
        self.page.locator("main input[type=password]").fill(PASSWORD)
        with self.page.expect_navigation():
            self.page.locator("main form button[type=submit]").first.click()


COUNT = """() => new Promise((resolve) => {
  const asked = indexedDB.open("sinergi-drafts");
  asked.onupgradeneeded = () => asked.transaction.abort();
  asked.onerror = () => resolve({});
  asked.onsuccess = () => {
    const all = asked.result.transaction("sealed").objectStore("sealed").getAll();
    all.onsuccess = () => {
      const found = {};
      for (const one of all.result) found[one.kind] = (found[one.kind] || 0) + 1;
      asked.result.close();
      resolve(found);
    };
  };
})"""
KEY = """() => new Promise((resolve) => {
  const asked = indexedDB.open("sinergi-drafts");
  asked.onsuccess = () => {
    const found = asked.result.transaction("keys").objectStore("keys").get("reader");
    found.onsuccess = () => { asked.result.close(); resolve(Boolean(found.result)); };
  };
})"""
READ = """() => new Promise((resolve) => {
  const asked = indexedDB.open("sinergi-drafts");
  asked.onsuccess = () => {
    const all = asked.result.transaction("sealed").objectStore("sealed").getAll();
    all.onsuccess = () => {
      const letters = new TextDecoder("latin1");
      resolve(all.result.map((one) => JSON.stringify({ ...one, data: letters.decode(one.data), iv: "" })).join(" "));
    };
  };
})"""


@pytest.fixture
def device(chromium_page):
    """`device(user)`: a phone of this person; the portal has its vocabularies."""
    names = ("vocabulary", "code", "label_id", "label_en")
    rows = enumerate(loader.read("terms"))
    Term.objects.bulk_create(Term(position=place, **{name: row[name] for name in names}) for place, row in rows)
    Term.forget()
    factories.theme("T08")
    return lambda user, **options: Device(chromium_page(user, size=PHONE, **options))


def end_the_session() -> None:
    """What the hours do: every session is over."""
    Session.objects.all().delete()
    cache.clear()


def fill_in(one: Device, at: str) -> None:
    """Forty fields on three pages, three files on a fourth."""
    one.go(f"{at}dinas/")
    one.put(OFFICE)
    one.page.get_by_role("button", name="Simpan dan lanjut").click()
    one.page.wait_for_url(f"**{at}baris/")
    one.go(f"{at}baris/baru/")
    for details in one.page.locator("details.sg-more-fields").all():
        details.evaluate("one => { one.open = true }")
    one.put(LINE)
    one.put(GAPS[0], "gap-0-")
    one.page.locator("button[name=more]").click()
    for details in one.page.locator("details.sg-more-fields").all():
        details.evaluate("one => { one.open = true }")
    one.put(GAPS[1], "gap-1-")


def test_forty_fields_and_three_files_survive_everything(device, axe, aceh_operator, need_aceh):
    CoverLetter.objects.filter(need=need_aceh).delete()
    Evidence.objects.filter(need=need_aceh).delete()
    lines = need_aceh.lines.count()
    at = f"/kebutuhan/{need_aceh.code}/isi/"
    one = device(aceh_operator)
    one.go(at)
    one.ready()

    one.network(False)
    fill_in(one, at)
    one.keeps("entry", 2)
    one.kill_the_tab()  # in the middle of the line, before any button

    one.go(f"{at}alasan/")
    one.put(REASON)
    one.keeps("entry", 3)
    one.go(f"{at}berkas/")
    send_papers(one)
    one.keeps("file", 3)
    assert one.says("away")
    assert one.says("waiting")
    assert axe(one.page) == []
    one.go("/kebutuhan/")  # what is not kept: the page of everything that waits stands in
    one.until(lambda: one.page.locator("[data-shelf=send]").is_visible())
    assert "disimpan di peranti ini" in one.page.locator("#drafts [data-when=away]").inner_text()
    assert axe(one.page) == []
    one.kill_the_tab()

    end_the_session()
    one.network(True)
    one.go("/beranda/")
    assert "/masuk/" in one.page.url
    one.keeps("file", 3)
    assert (one.page.evaluate(KEY), one.kept()["entry"]) == (False, 3)

    one.sign_in(aceh_operator, f"/masuk/?next={at}")
    one.keeps("entry", 0)
    one.keeps("file", 0)

    need = TrainingNeed.objects.get(pk=need_aceh.pk)
    assert FILLED == 40
    assert {name: getattr(need, name) for name in OFFICE} == OFFICE
    assert {name: getattr(need, name) for name in REASON} == REASON
    assert need.lines.count() == lines + 1
    line = need.lines.last()
    assert {name: str(getattr(line, {"post": "post_id"}.get(name, name))) for name in LINE} == LINE
    assert [
        {name: str(getattr(gap, {"theme": "theme_id"}.get(name, name))) for name in GAPS[0]} for gap in line.gaps.all()
    ] == GAPS
    assert sorted(need.evidence.values_list("name", flat=True)) == ["beban-kerja.pdf", "perkara.pdf"]
    assert CoverLetter.objects.get(need=need).name == "surat.pdf"
    assert LogEntry.objects.filter(record_code=need.code, action="attach").count() == 3

    # A second visit finds nothing to send and changes nothing.
    version = need.version
    one.go(f"{at}alasan/")
    one.go(at)
    need.refresh_from_db()
    assert (need.version, NeedLine.objects.count(), CompetencyGap.objects.filter(line=line).count()) == (
        version,
        lines + 1,
        2,
    )


def send_papers(one: Device) -> None:
    """The letter and two files of evidence."""
    letter = one.page.locator('form[data-upload="letter"]')
    letter.locator('[name="letter-number"]').fill("560/123/2026")
    letter.locator('[name="letter-date"]').fill("2026-01-15")
    letter.locator("input[type=file]").set_input_files(paper("surat.pdf", "Surat"))
    letter.locator("button[type=submit]").click()
    one.keeps("file", 1)
    for number, name in enumerate(("beban-kerja.pdf", "perkara.pdf"), 2):
        form = one.page.locator('form[data-upload="evidence"]')
        form.locator("select").select_option(index=1)
        form.locator("input[type=file]").set_input_files(paper(name, name))
        form.locator("button[type=submit]").click()
        one.keeps("file", number)


def test_what_stays_on_the_device_is_noise_for_everybody_else(device, aceh_operator, aceh_regency, need_aceh):
    at = f"/kebutuhan/{need_aceh.code}/isi/alasan/"
    one = device(aceh_operator)
    one.go(at)
    one.ready()
    one.network(False)
    one.put({"reason": MINE})
    one.keeps("entry", 1)
    lying = one.page.evaluate(READ)
    assert (MINE in lying, need_aceh.code in lying) == (False, False)

    end_the_session()
    one.network(True)
    one.until(lambda: one.says("signed-out"))
    assert (one.page.evaluate(KEY), one.kept()["entry"]) == (False, 1)
    one.kill_the_tab()
    one.network(False)
    one.go(at)
    one.until(lambda: one.page.locator("[data-shelf=locked]").is_visible())
    assert MINE not in one.page.content()

    one.network(True)
    other = factories.member(Role.DINAS_OP, aceh_regency)
    one.sign_in(other, f"/masuk/?next={at}")
    assert one.page.locator("[name=reason]").input_value() == "Perselisihan bertambah."
    one.go(at)
    need_aceh.refresh_from_db()
    assert (need_aceh.reason, one.kept()["entry"]) == ("Perselisihan bertambah.", 1)
    sign_out(one)

    one.sign_in(aceh_operator, f"/masuk/?next={at}")
    one.keeps("entry", 0)
    need_aceh.refresh_from_db()
    assert need_aceh.reason == MINE


MINE, THEIRS = "Hanya untuk mata saya.", "Kalimat rekan saya."


def sign_out(one: Device) -> None:
    """By the button in the account menu; the key is gone before the form is sent."""
    one.page.evaluate("setTimeout(() => document.querySelector('form[action=\"/keluar/\"]').requestSubmit())")
    one.page.wait_for_url(re.compile(r"^[^/]+//[^/]+/$"))
    assert one.page.evaluate(KEY) is False


def test_two_people_of_one_office_are_asked_field_by_field(device, axe, aceh_operator, aceh_regency, need_aceh):
    at = f"/kebutuhan/{need_aceh.code}/isi/alasan/"
    colleague = factories.member(Role.DINAS_OP, aceh_regency)
    one, other = device(aceh_operator), device(colleague)
    for who in (one, other):
        who.go(at)
        who.ready()
    one.network(False)
    one.put({"reason": MINE, "budget_line": True})
    one.keeps("entry", 1)

    other.put({"reason": THEIRS, "urgency": "U4"})
    other.page.locator("[name=reason]").blur()
    other.keeps("entry", 0)
    need_aceh.refresh_from_db()
    assert (need_aceh.reason, need_aceh.urgency) == (THEIRS, "U4")

    one.network(True)
    clash = one.page.locator("#clash")
    one.until(lambda: clash.locator("fieldset").count() == 1)
    assert [clash.get_by_text(words).count() for words in (MINE, THEIRS)] == [1, 1]
    need_aceh.refresh_from_db()
    assert need_aceh.reason == THEIRS  # nothing is stored before the choice
    assert axe(one.page) == []
    one.page.get_by_role("button", name="Lanjut ke berkas").click()
    one.until(lambda: clash.locator("input").first.evaluate("one => one === document.activeElement"))
    assert one.page.url.endswith(at)
    clash.locator("input[value=mine]").check()
    clash.locator("[data-choose]").click()
    one.keeps("entry", 0)
    need_aceh.refresh_from_db()
    assert (need_aceh.reason, need_aceh.urgency, need_aceh.budget_line) == (MINE, "U4", True)


def test_a_file_goes_on_where_the_line_broke_and_is_attached_once(device, aceh_operator, need_aceh):
    before = need_aceh.evidence.count()
    one = device(aceh_operator)
    one.go(f"/kebutuhan/{need_aceh.code}/isi/berkas/")
    one.ready()
    sent = []

    def broken(route):
        offset = route.request.headers.get("upload-offset")
        sent.append(offset)
        # The second piece is lost on the way, and so is the answer to the third: the server has that one.
        if len(sent) == 2:
            return route.abort()
        if len(sent) == 3:
            route.fetch()
            return route.abort()
        return route.continue_()

    one.context.route(
        re.compile(r"/unggahan/[\w-]+/$"),
        lambda route: broken(route) if route.request.method == "PUT" else route.continue_(),
    )
    large = paper("besar.pdf", "Besar")
    large["buffer"] += bytes(900_000) + b"\n%%EOF\n"
    form = one.page.locator('form[data-upload="evidence"]')
    form.locator("select").select_option(index=1)
    form.locator("input[type=file]").set_input_files(large)
    form.locator("button[type=submit]").click()
    one.until(lambda: one.page.get_by_role("link", name="besar.pdf", exact=True).count() == 1)
    one.keeps("file", 0)
    found = Evidence.objects.get(need=need_aceh, name="besar.pdf")
    assert (need_aceh.evidence.count(), found.size) == (before + 1, len(large["buffer"]))
    assert sent[0] == "0"
    assert sent[1] == sent[2] != "0"
    assert len(sent) == len(set(sent)) + 1  # only the lost piece went twice


def test_buttons_lead_on_without_a_network_and_two_new_lines_are_two(device, aceh_operator, need_aceh):
    at = f"/kebutuhan/{need_aceh.code}/isi/"
    lines = need_aceh.lines.count()
    one = device(aceh_operator)
    one.go(at)
    one.ready()
    one.network(False)
    one.go(f"{at}baris/baru/")
    for number, unit in enumerate(("Seksi Pertama", "Seksi Kedua"), 1):
        open_and_put(one, unit)
        one.page.locator("button[name=again]").click()
        one.keeps("entry", number)
        one.until(lambda: one.page.locator("[name=work_unit]").input_value() == "")
    one.network(True)
    one.go(at)
    one.keeps("entry", 0)
    units = [line.work_unit for line in NeedLine.objects.filter(need=need_aceh).order_by("pk")][lines:]
    assert units == ["Seksi Pertama", "Seksi Kedua"]


def open_and_put(one: Device, unit: str) -> None:
    """A line with its unit, which lies in a folded part."""
    for details in one.page.locator("details.sg-more-fields").all():
        details.evaluate("one => { one.open = true }")
    one.put({"post": "MEDHI", "work_unit": unit})
    one.put({name: GAPS[0][name] for name in ("theme", "current_level", "target_level")}, "gap-0-")


def online_again(one: Device) -> None:
    """The network is back, and the browser says so."""
    one.network(True)
    one.page.evaluate("dispatchEvent(new Event('online'))")


def test_two_tabs_of_one_person_keep_two_entries(device, aceh_operator, need_aceh):
    at = f"/kebutuhan/{need_aceh.code}/isi/alasan/"
    one = device(aceh_operator)
    one.go(at)
    other = Device(one.context.new_page())
    other.go(at)
    one.network(False)
    one.put({"reason": MINE})
    other.put({"urgency": "U4"})
    one.keeps("entry", 2)
    other.page.close()
    one.kill_the_tab()
    one.network(True)
    one.go(at)
    one.keeps("entry", 0)
    need_aceh.refresh_from_db()
    assert (need_aceh.reason, need_aceh.urgency) == (MINE, "U4")


def test_a_page_left_open_neither_sends_nor_keeps_for_whoever_signs_in_next(
    device, aceh_operator, aceh_regency, need_aceh
):
    at = f"/kebutuhan/{need_aceh.code}/isi/alasan/"
    one = device(aceh_operator)
    one.go(at)
    one.until(lambda: one.page.evaluate(KEY))
    client = Client()
    client.force_login(factories.member(Role.DINAS_OP, aceh_regency))
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    signed_in = {settings.SESSION_COOKIE_NAME: session, settings.CSRF_COOKIE_NAME: "n" * 32}
    home = one.page.url.removesuffix(at)
    one.context.add_cookies([{"name": name, "value": value, "url": home} for name, value in signed_in.items()])
    one.put({"reason": MINE})
    one.page.locator("[name=reason]").blur()
    one.until(lambda: one.says("signed-out"))
    one.put({"budget_line": True})
    one.page.wait_for_timeout(1200)
    need_aceh.refresh_from_db()
    assert (need_aceh.reason, one.kept()["entry"], one.page.evaluate(KEY)) == ("Perselisihan bertambah.", 1, False)
    one.go(at)
    one.until(lambda: one.page.evaluate(KEY))
    assert not one.says("waiting")
    assert one.page.locator("[name=reason]").input_value() == "Perselisihan bertambah."


def test_a_draft_that_the_chosen_role_may_not_see_waits_for_the_other_one(
    device, aceh_operator, bali_operator, need_aceh
):
    at = f"/kebutuhan/{need_aceh.code}/isi/alasan/"
    elsewhere = bali_operator.memberships.get().organisation
    about = {"organisation": elsewhere, "role": Role.DINAS_OP, "valid_from": dt.date(2020, 1, 1)}
    there = Membership.objects.create(user=aceh_operator, **about)
    one = device(aceh_operator)
    one.go(at)
    one.until(lambda: one.page.evaluate(KEY))
    act_in(there)
    one.put({"reason": MINE})
    one.page.locator("[name=reason]").blur()
    one.until(lambda: one.page.locator("#clash [role=alert]").count() == 1)
    act_in(None)
    one.go("/beranda/")
    one.keeps("entry", 0)
    need_aceh.refresh_from_db()
    assert need_aceh.reason == MINE


def act_in(membership) -> None:
    """Another tab chooses the capacity in the account menu."""
    store = SessionStore()
    for row in Session.objects.all():
        kept = {**store.decode(row.session_data), "acting_membership": membership and membership.pk}
        Session.objects.filter(pk=row.pk).update(session_data=store.encode(kept))
    cache.clear()


def test_a_line_removed_meanwhile_is_saved_anew_by_a_button(device, aceh_operator, need_aceh):
    line = need_aceh.lines.first()
    count = need_aceh.lines.count()
    one = device(aceh_operator)
    one.go(f"/kebutuhan/{need_aceh.code}/isi/baris/{line.pk}/")
    one.ready()
    one.network(False)
    for details in one.page.locator("details.sg-more-fields").all():
        details.evaluate("one => { one.open = true }")
    one.put({"work_unit": "Seksi Baru"})
    one.keeps("entry", 1)
    remove_line(need_aceh, line.pk, actor=aceh_operator)
    online_again(one)
    one.page.locator("[data-anew]").click()
    one.keeps("entry", 0)
    one.until(lambda: "/baru/" not in one.page.url and str(line.pk) not in one.page.url.rsplit("/baris/")[1])
    found = need_aceh.lines.last()
    assert (need_aceh.lines.count(), found.pk == line.pk, found.work_unit) == (count, False, "Seksi Baru")
    assert list(found.gaps.values_list("theme_id", flat=True)) == ["T07"]


@pytest.mark.parametrize(
    "store",
    [
        "Object.defineProperty(self, 'indexedDB', { value: undefined })",
        "IDBFactory.prototype.open = () => { throw new DOMException('closed', 'SecurityError'); }",
        "Object.defineProperty(Crypto.prototype, 'subtle', { value: undefined })",
    ],
    ids=["none", "closed", "no-crypto"],
)
def test_without_a_store_the_form_saves_in_passing_and_says_what_it_cannot_keep(
    store, device, aceh_operator, need_aceh
):
    one = device(aceh_operator)
    one.context.add_init_script(f"if (self.document) {{ {store}; }}")
    one.go(f"/kebutuhan/{need_aceh.code}/isi/alasan/")
    one.put({"reason": MINE})
    one.page.locator("[name=reason]").blur()
    one.until(lambda: TrainingNeed.objects.get(pk=need_aceh.pk).reason == MINE)
    one.until(lambda: "Tersimpan" in one.page.locator("#save-state").inner_text())
    one.network(False)
    one.put({"urgency": "U4"})
    one.until(lambda: "tidak dapat menyimpan" in one.page.locator("#save-state").inner_text())
    assert "tidak dapat menyimpan" in one.page.locator("#drafts [data-when=away]").inner_text()
    one.network(True)
    with one.page.expect_navigation(url="**/periksa/"):
        one.page.get_by_role("button", name="Lanjut ke berkas").click()
    assert TrainingNeed.objects.get(pk=need_aceh.pk).urgency == "U4"


FULL = "() => { IDBObjectStore.prototype.put = () => { throw new DOMException('full', 'QuotaExceededError'); }; }"


def test_a_full_device_says_so_and_leads_nowhere(device, aceh_operator, need_aceh):
    at = f"/kebutuhan/{need_aceh.code}/isi/alasan/"
    one = device(aceh_operator)
    one.go(at)
    one.ready()
    one.page.evaluate(FULL)
    one.network(False)
    one.put({"reason": MINE})
    one.page.get_by_role("button", name="Lanjut ke berkas").click()
    one.until(lambda: "tidak dapat menyimpan" in one.page.locator("#save-state").inner_text())
    assert one.page.url.endswith(at)
    online_again(one)
    one.until(lambda: TrainingNeed.objects.get(pk=need_aceh.pk).reason == MINE)


def test_a_button_pressed_twice_attaches_the_file_once_and_the_other_form_stays(device, aceh_operator, need_aceh):
    before = need_aceh.evidence.count()
    one = device(aceh_operator)
    one.go(f"/kebutuhan/{need_aceh.code}/isi/berkas/")
    one.until(lambda: one.page.evaluate(KEY))
    one.page.locator('[name="letter-subject"]').fill("Belum selesai")
    form = one.page.locator('form[data-upload="evidence"]')
    form.locator("select").select_option(index=1)
    form.locator("input[type=file]").set_input_files(paper("sekali.pdf", "Sekali"))
    attached = one.page.locator("#drafts").get_attribute("data-attached")
    form.evaluate("one => { one.requestSubmit(); one.requestSubmit(); }")
    one.until(lambda: form.locator("[data-upload-state]").inner_text() == attached)
    assert need_aceh.evidence.count() == before + 1
    assert one.page.locator('[name="letter-subject"]').input_value() == "Belum selesai"
