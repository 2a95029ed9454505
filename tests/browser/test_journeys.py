"""The main job, end to end, in a real browser on the sample scenario: a need is filed, a programme is published, the
two meet, and the partnership walks step by step until it is in force. Every act is done by the user whose turn it is,
with what a person can press; in between, everyone else finds a closed door."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.utils import timezone, translation

from tests.browser.conftest import PHONE
from tests.browser.person import Person, paper
from tests.browser.scenario import (
    BOTH,
    MEDIATION,
    PLACEMENT,
    act,
    days_from_now,
    explain_and_attach,
    fill_in_a_line,
    finish,
    start,
)
from workflow import formats

pytestmark = pytest.mark.browser

TITLE = "Mediation and Worker Protection in Practice"
BUDGET = 23
"""Taps for two lines, from the home to the page of the reason, by the design of the form."""


OTHERS = "operator.pangandaran verifikator.jabar penghubung.jica kepala.jica"
"""Another province and another partner."""


def test_a_need_meets_a_programme_and_becomes_a_partnership_in_force(cast):
    need = file_a_need(cast)
    endorse_and_approve(cast, need)
    program = publish_a_programme(cast)
    proposal = propose_the_match(cast, need, program)
    agreement = accept_the_proposal(cast, need, proposal)
    walk_to_force(cast, agreement)
    assert cast.wrong == {}


# --- The need -----------------------------------------------------------------------------------------------


def file_a_need(cast) -> str:
    """The operator files two lines on a phone; returns the path of the need."""
    me = cast("operator.lombok-timur", PHONE)
    me.go("/beranda/")
    cast.look(me, *BOTH)
    me.taps = 0
    me.press("File a need")
    cast.look(me)
    me.press("Start a new need")
    code = me.path.split("/")[2]
    fill_in_a_line(me, "Industrial relations mediator", MEDIATION)
    with translation.override("en"):
        me.choose("Earliest start", formats.month(timezone.localdate() + dt.timedelta(days=90)))
    me.type("Staff in post", "4")
    cast.look(me, *BOTH)
    me.press("Save, add a line")
    fill_in_a_line(me, "Employment services officer", PLACEMENT)
    me.press("Save the line")
    cast.look(me, *BOTH)
    me.press("Continue")
    assert me.heading == "The reason"
    assert 0 < me.taps <= BUDGET, me.taps
    print(f"taps for two lines: {me.taps}")
    explain_and_attach(cast, me)
    assert me.heading == "Check and send"
    cast.look(me, *BOTH)
    me.press("Send for sign-off")
    assert me.status == "Awaiting sign-off"
    cast.look(me, *BOTH)
    me.go(f"/kebutuhan/{code}/isi/")
    assert me.page.locator(".sg-tasklist .sg-tag").all_inner_texts()[:4] == ["Completed"] * 4
    cast.look(me, *BOTH)
    need = f"/kebutuhan/{code}/"
    # While it is a draft, only the office itself knows of it.
    cast.doors(
        need,
        open_to="operator.lombok-timur kepala.lombok-timur",
        shut="operator.pangandaran verifikator.ntb verifikator.jabar verifikator.ppsdm penghubung.koica",
    )
    sign(cast, need)
    return need


def sign(cast, need: str) -> None:
    """The head of office finds the need on the home and signs it on a phone."""
    head = cast("kepala.lombok-timur", PHONE)
    head.go("/beranda/")
    cast.look(head)
    head.press(f"{MEDIATION}, {PLACEMENT}")
    assert head.path == need
    head.press("Sign and submit")
    cast.look(head)
    head.press("Sign and submit", head.form)
    assert head.status == "Provincial verification"
    cast.look(head)
    cast.doors(
        need,
        open_to="verifikator.ntb verifikator.ppsdm auditor",
        shut=f"kepala.pangandaran penghubung.koica kepala.koica {OTHERS}",
    )
    for part in ("surat/", "cetak/", "isi/", "prov_endorse/"):
        cast.doors(f"{need}{part}", shut=f"penghubung.koica {OTHERS}")
    assert cast.found_by(need, f"operator.lombok-timur verifikator.ntb penghubung.koica {OTHERS}") == {
        "operator.lombok-timur",
        "verifikator.ntb",
    }


def endorse_and_approve(cast, need: str) -> None:
    """The province endorses, the ministry approves."""
    verifier = cast("verifikator.ntb")
    verifier.go("/beranda/")
    cast.look(verifier, *BOTH)
    verifier.press(f"{MEDIATION}, {PLACEMENT}")
    cast.look(verifier, *BOTH)
    verifier.tick("I checked staff figures, evidence and the cover letter")
    verifier.press("Endorse")
    verifier.go(need)
    assert verifier.status == "Ministry verification"
    head = cast("kepala.ppsdm")
    head.go("/beranda/")
    cast.look(head, *BOTH)
    head.press(f"{MEDIATION}, {PLACEMENT}")
    cast.look(head, *BOTH)
    head.press("Approve")
    head.go(need)
    assert head.status == "Approved"
    cast.doors(need, shut="operator.pangandaran verifikator.jabar penghubung.koica kepala.koica")


# --- The programme ------------------------------------------------------------------------------------------


def publish_a_programme(cast) -> str:
    """KOICA's liaison writes an offer, its head releases it, the Bureau publishes it; returns its public path."""
    me = cast("penghubung.koica")
    me.go("/beranda/")
    cast.look(me, *BOTH)
    me.press("Offer a programme")
    me.choose("Scheme", "CIAT country-specific")
    cast.look(me, *BOTH)
    me.press("Create the draft")
    code = me.path.split("/")[3]
    manage = f"/mitra/program/{code}/"
    cast.look(me, *BOTH)
    me.press("Next: Basics")
    fill_in_the_offer(cast, me)
    assert me.heading == "Check and submit"
    cast.look(me, *BOTH)
    cast.doors(manage, open_to="kepala.koica", shut="penghubung.jica kepala.kerjasama operator.lombok-timur")
    head = cast("kepala.koica")
    act(cast, head, manage, "Submit to the ministry")
    assert head.status == "Submitted"
    cast.doors(manage, shut="penghubung.jica operator.lombok-timur")
    officer = cast("petugas.kerjasama")
    officer.go("/beranda/")
    cast.look(officer, *BOTH)
    officer.press(TITLE)
    act(cast, officer, manage, "Take for verification")
    assert officer.status == "Verification by the Bureau of Cooperation"
    bureau = cast("kepala.kerjasama")
    bureau.go("/beranda/")
    cast.look(bureau, *BOTH)
    start(bureau, manage, "Publish")
    bureau.choose("Who may see it", "Everyone")
    finish(cast, bureau, "Publish")
    assert bureau.status in {"Published", "Registration open"}
    visitor = cast("", PHONE)
    visitor.go("/program/")
    cast.look(visitor, *BOTH)
    visitor.type("Competency, post, partner or place", TITLE)
    visitor.press("Search")
    visitor.press(TITLE)
    assert visitor.heading == TITLE
    cast.look(visitor, *BOTH)
    return visitor.path


def fill_in_the_offer(cast, me: Person) -> None:
    """The five sections, each saved with one press."""
    me.type("Title in Indonesian", "Mediasi dan Pelindungan Pekerja dalam Praktik")
    me.type("Title in English", TITLE)
    me.type("Summary in Indonesian", "Dua minggu praktik mediasi dan pelindungan pekerja migran di Korea.")
    me.type("Summary in English", "Two weeks of mediation practice and worker protection in Korea.")
    me.choose("Delivery mode", "Overseas")
    me.choose("Country", "Republic of Korea")
    cast.look(me, *BOTH)
    me.press("Save and continue")
    me.tick("Industrial relations mediator")
    me.tick("Employment services officer")
    for number, theme in enumerate((MEDIATION, PLACEMENT), 1):
        row = me.row("Competency", number)
        me.choose("Competency", theme, row)
        me.choose("Entry level", "1 · Awareness", row)
    cast.look(me, *BOTH)
    me.press("Save and continue")
    row = me.row("Intake", 1)
    me.type("Starts", days_from_now(200), row)
    me.type("Ends", days_from_now(214), row)
    me.type("Place", "Seoul", row)
    me.type("Seats for Indonesia", "12", row)
    cast.look(me, *BOTH)
    me.press("Save and continue")
    me.choose("Lowest rank", "First expert (Ahli Pertama)")
    me.choose("Language of instruction", "English")
    me.choose("Interpretation", "Consecutive interpretation")
    me.choose("Funding", "Fully funded by the partner")
    me.choose("Nomination route", "KOICA office")
    row = me.row("Cost item", 1)
    me.choose("Cost item", "Tuition", row)
    me.choose("Paid by", "Partner", row)
    cast.look(me, *BOTH)
    me.press("Save and continue")
    me.type("Partner's deadline: date", days_from_now(120))
    me.attach("General Information (GI) or course document", paper("gi.pdf", "General Information"))
    row = me.row("Contact", 1)
    me.type("Post", "Training manager, KOICA Indonesia", row)
    me.type("Official e-mail", "pelatihan.koica@example.test", row)
    cast.look(me, *BOTH)
    me.press("Save and continue")


# --- Where they meet ----------------------------------------------------------------------------------------


def propose_the_match(cast, need: str, program: str) -> str:
    """The match is suggested; the operator proposes it from the comparison; returns the path of the proposal."""
    me = cast("operator.lombok-timur")
    me.go(need)
    panel = me.page.get_by_role("region", name="Candidate programmes")
    assert TITLE in panel.inner_text()
    cast.look(me, *BOTH)
    me.follow(panel.get_by_role("link", name=re.compile("line 1")))
    cast.look(me, *BOTH)
    cast.doors(me.path, shut="operator.pangandaran verifikator.jabar penghubung.koica")
    me.press(f"Propose: {TITLE}")
    cast.look(me, *BOTH)
    me.type("Seats requested", "2")
    me.press("Propose", me.form)
    assert me.status == "Proposed"
    cast.look(me, *BOTH)
    proposal = me.path
    cast.doors(proposal, open_to="kepala.lombok-timur", shut=f"penghubung.koica kepala.koica {OTHERS}")
    verifier = cast("verifikator.ppsdm")
    verifier.go("/beranda/")
    cast.look(verifier, *BOTH)
    act(cast, verifier, proposal, "Review")
    cast.doors(proposal, shut=f"penghubung.koica kepala.koica {OTHERS}")
    bureau = cast("kepala.kerjasama")
    act(cast, bureau, proposal, "Send to the partner")
    assert bureau.status == "With the partner"
    cast.doors(proposal, open_to="penghubung.koica kepala.koica", shut=OTHERS)
    cast.doors(need, shut="penghubung.koica kepala.koica")
    return proposal


def accept_the_proposal(cast, need: str, proposal: str) -> str:
    """The head of the partner's office accepts; returns the path of the partnership this opens."""
    head = cast("kepala.koica")
    head.go("/beranda/")
    cast.look(head, *BOTH)
    head.go(proposal)
    assert not head.page.locator(f'main a[href*="{need}"]').count()
    cast.look(head, *BOTH)
    act(cast, head, proposal, "Accept")
    assert head.status == "Accepted"
    cast.look(head, *BOTH)
    head.follow(head.page.locator("main dl").get_by_role("link", name=re.compile("^KM-")))
    assert head.status == "Initiative"
    cast.look(head, *BOTH)
    operator = cast("operator.lombok-timur")
    operator.go(need)
    assert operator.status == "Being met"
    operator.follow(operator.page.get_by_role("link", name=re.compile("line 1$")).first)
    assert operator.says("Everyone of this line has a seat")
    cast.look(operator, *BOTH)
    cast.doors(
        head.path,
        open_to="operator.lombok-timur verifikator.ntb telaah.hukum",
        shut="operator.pangandaran verifikator.jabar penghubung.jica",
    )
    return head.path


# --- The partnership ----------------------------------------------------------------------------------------


def walk_to_force(cast, agreement: str) -> None:
    """Ministry and partner, from the initiative until it is in force."""
    officer, bureau = cast("petugas.kerjasama"), cast("kepala.kerjasama")
    start(officer, agreement, "Start exploration")
    officer.attach("Concept note", paper("nota-konsep.pdf", "Nota konsep"))
    finish(cast, officer, "Start exploration")
    start(bureau, agreement, "Record the letter of intent")
    bureau.attach("Letter of intent", paper("loi.pdf", "Letter of intent"))
    finish(cast, bureau, "Record the letter of intent")
    write_the_plan(cast, officer, agreement)
    act(cast, officer, agreement, "Adopt the cooperation plan")
    act(cast, officer, agreement, "Start drafting the text")
    start(officer, agreement, "Send to legal review")
    officer.attach("Text in Indonesian", paper("naskah.pdf", "Naskah"))
    officer.attach("Text in English", paper("text.pdf", "Text"))
    finish(cast, officer, "Send to legal review")
    assert officer.status == "Legal review"
    check_the_text(cast, agreement)
    clear_it_with_the_government(cast, officer, agreement)
    assert officer.status == "Ready to sign"
    secretary = cast("sekjen")
    secretary.go("/beranda/")
    cast.look(secretary, *BOTH)
    start(secretary, agreement, "Record the signing")
    secretary.choose("How it is signed", "Signed by hand on paper: upload a scan")
    secretary.attach("Signed document", paper("ditandatangani.pdf", "Ditandatangani"))
    secretary.type("Signed on", days_from_now(0))
    secretary.type("Place of signing", "Jakarta")
    secretary.type("Post that signed for the Indonesian side", "Sekretaris Jenderal")
    secretary.choose("Capacity of the Indonesian signatory", "Holder of the post")
    secretary.type("Post that signed for the other party", "Country Director")
    secretary.type("Takes effect on", days_from_now(0))
    secretary.type("Valid until", days_from_now(1095))
    secretary.tick("National archive")
    finish(cast, secretary, "Record the signing")
    assert secretary.status == "In force"
    cast.look(secretary, *BOTH)
    partner = cast("penghubung.koica")
    partner.go(agreement)
    assert partner.status == "In force"
    assert partner.says("National archive")
    cast.look(partner, *BOTH)
    cast.doors(agreement, shut=OTHERS)
    assert cast.found_by(agreement, f"penghubung.koica {OTHERS}") == {"penghubung.koica"}


def write_the_plan(cast, officer: Person, agreement: str) -> None:
    """What the cooperation is about; without it the plan cannot be adopted."""
    officer.go(agreement)
    assert not officer.offers("Adopt the cooperation plan") or officer.is_blocked("Adopt the cooperation plan")
    officer.press("Change")
    officer.choose("Instrument", "Implementing arrangement (PKS)")
    officer.type("Subject", "Training of mediators and employment services officers")
    officer.type("Scope", "Two weeks in Seoul for twelve officers, and a follow-up plan.")
    officer.type("Source of funds", "Paid by the partner; domestic travel by the regions")
    officer.type("Place of implementation", "Seoul")
    officer.type("Duration in months", "36")
    cast.look(officer, *BOTH)
    officer.press("Save")


def check_the_text(cast, agreement: str) -> None:
    """The Legal Bureau ticks every clause and approves."""
    legal = cast("telaah.hukum")
    legal.go("/beranda/")
    cast.look(legal, *BOTH)
    legal.go(agreement)
    assert legal.is_blocked("Approve the text")
    legal.press("Check")
    for label in legal.page.locator("main form label.form-check-label").all():
        legal.tap(label)
    cast.look(legal, *BOTH)
    legal.press("Save")
    start(legal, agreement, "Approve the text")
    legal.attach("Legal opinion", paper("telaah.pdf", "Telaah hukum"))
    finish(cast, legal, "Approve the text")
    assert legal.status == "Government clearance"


def clear_it_with_the_government(cast, officer: Person, agreement: str) -> None:
    """A letter to Foreign Affairs and its answer; only then the clearance can be recorded."""
    officer.go(agreement)
    assert officer.is_blocked("Record the clearance")
    officer.press("Record a letter")
    officer.choose("Body", "Ministry of Foreign Affairs")
    officer.type("Purpose", "Political and legal clearance")
    officer.type("Sent on", days_from_now(-3))
    officer.type("Letter number", "B-77/BKS/2026")
    cast.look(officer, *BOTH)
    officer.press("Record it")
    assert officer.is_blocked("Record the clearance")
    officer.follow(officer.page.get_by_role("link", name=re.compile("^Record the answer")))
    officer.tick("Approved")
    officer.type("Answered on", days_from_now(0))
    officer.type("Number of the answer", "D/0123/2026")
    officer.attach("Document", paper("jawaban.pdf", "Jawaban"))
    cast.look(officer, *BOTH)
    officer.press("Record it")
    act(cast, officer, agreement, "Record the clearance")
