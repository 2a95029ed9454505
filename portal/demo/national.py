"""A national sample round beside the scenario: offices of all 38 provinces file for next year, partners offer seats.

The needs belong to next year's cycle, so that the scenario's own stories stay as they are told. Like everything in
the demo they are written by the portal's services and `perform()`, in the calendar they share with the scenario.
"""

from __future__ import annotations

import datetime as dt

from django.contrib.auth.hashers import make_password
from django.utils import timezone

from accounts.models import Membership, Organisation, User
from accounts.roles import Role
from portal.demo import accounts
from portal.demo.days import CLOSING, ZONE, Days, born
from portal.demo.national_data import (
    ADDRESSES,
    CAUSES,
    JAVA,
    NATIONAL_OFFERS,
    OFFICES,
    REASONS,
    Kind,
    Office,
    address_of,
    kinds_of,
    mode_of,
    share,
)
from portal.demo.needs import EVIDENCE, NATIONAL_THEMES, OUTCOMES, PROVINCIAL_THEMES
from portal.demo.papers import pdf
from portal.demo.programs import Programs
from regions.lifecycle import NEED
from regions.models import CompetencyGap, FilingWindow, NeedCycle, NeedLine, PriorityTheme, TrainingNeed
from regions.services import attach_evidence, attach_letter, open_need, save_part, write_line
from workflow.engine import perform

TITLES = {Role.DINAS_OP: "Operator", Role.DINAS_HEAD: "Kepala", Role.PROV_VER: "Verifikator"}


def create_users(organisations: dict[str, Organisation]) -> dict[str, User]:
    """An operator and a head for each office, a verifier for each province: posts, never persons."""
    secret = make_password(accounts.PASSWORD)
    users = User.objects.bulk_create(
        User(
            email=f"{address}@example.test",
            name=f"{TITLES[role]} {organisations[code].name_id}",
            password=secret,
            language="id",
        )
        for address, code, role in ADDRESSES
    )
    Membership.objects.bulk_create(
        Membership(user=user, organisation=organisations[code], role=role, valid_from=accounts.SINCE)
        for user, (_address, code, role) in zip(users, ADDRESSES, strict=True)
    )
    return {address: user for user, (address, _code, _role) in zip(users, ADDRESSES, strict=True)}


def open_cycle(days: Days) -> NeedCycle:
    """Next year's cycle with an early window that is over by now, and the same priority themes as this year."""
    cycle, _created = NeedCycle.objects.get_or_create(year=days.today.year + 1)
    FilingWindow.objects.create(
        cycle=cycle,
        number=9,
        label_id="Jendela awal putaran nasional (contoh)",
        label_en="Early window of the national round (sample)",
        opens_at=dt.datetime.combine(days.in_days(-125), dt.time.min, ZONE),
        closes_at=dt.datetime.combine(days.in_days(-20), CLOSING, ZONE),
    )
    PriorityTheme.objects.bulk_create(
        [
            *(PriorityTheme(year=cycle.year, theme_id=theme) for theme in NATIONAL_THEMES),
            *(PriorityTheme(year=cycle.year, theme_id=t, region_code=r) for r, t in PROVINCIAL_THEMES),
        ],
        ignore_conflicts=True,
    )
    return cycle


class National:
    """Plans the life of every need and programme of the round."""

    @staticmethod
    def is_there() -> bool:
        """Whether the round's offices have been put in."""
        return User.objects.filter(email=f"{ADDRESSES[-1][0]}@example.test").exists()

    def __init__(self, days: Days, users: dict):
        self.days = days
        self.organisations = {
            found.code: found
            for found in Organisation.objects.filter(code__in=[office.code for office in OFFICES]).select_related(
                "office__region"
            )
        }
        self.users = users | create_users(self.organisations)
        self.cycle = open_cycle(days)
        self.programs = Programs(days, self.users, NATIONAL_OFFERS)
        self.ids: dict[str, int] = {}

    def plan(self) -> None:
        """Put every step into the calendar."""
        self.programs.plan()
        for place, office in enumerate(OFFICES):
            self.plan_need(office, place)

    def plan_need(self, office: Office, place: int) -> None:
        """Filed, passed on by the province where there is one, approved by the ministry."""
        signed = self.days.ago(office.signed, 8 + place % 8, place % 60)
        who = address_of(office.code)
        self.days.plan(self.days.later(signed, -60), lambda: self.write(office))
        self.act(self.days.later(signed, -5), office, "send_to_head", f"operator.{who}")
        self.act(signed, office, "submit", f"kepala.{who}")
        if not office.is_province:
            verifier = f"verifikator.{address_of(f'DISNAKER-{office.province}')}"
            self.act(self.days.after(signed, 3, 11), office, "prov_endorse", verifier, checked=True)
        self.act(self.days.after(signed, 9, 14), office, "approve", "kepala.ppsdm")

    def act(self, moment, office: Office, name: str, who: str, **answers) -> None:
        """Plan one act of a user on the need of an office."""
        self.days.plan(
            moment,
            lambda: perform(
                NEED,
                name,
                record=TrainingNeed.objects.get(pk=self.ids[office.code]),
                actor=self.users[who],
                answers=answers,
            ),
        )

    def write(self, office: Office) -> None:
        """The operator opens a draft and fills it in."""
        organisation, operator = self.organisations[office.code], self.users[f"operator.{address_of(office.code)}"]
        need = open_need(office=organisation, cycle=self.cycle, actor=operator)
        born(need)
        self.ids[office.code] = need.pk
        kinds = kinds_of(office)

        def save(part: str, write) -> None:
            save_part(need, part, actor=operator, seen=None, final=True, write=write)

        for number, kind in enumerate(kinds, 1):
            save("line-0", lambda n, _part, k=kind, i=number: write_line(n, *_line(office, k, i), final=True))
        save("reason", lambda n, _part: _reason(n, office))
        kind, name = EVIDENCE.get(kinds[0].post, ("AKPK", "akpk"))
        paper = pdf(f"{name}.pdf", "Bukti dukung kebutuhan pelatihan", organisation.name_id, "Putaran nasional contoh.")
        attach_evidence(need, paper, kind, actor=operator)
        number = f"500.15/{office.region}/{self.cycle.year}"
        letter = pdf("surat-pengantar.pdf", "Surat pengantar", f"Nomor: {number}", organisation.name_id)
        attach_letter(need, letter, number=number, date=timezone.localdate(), actor=operator,
                      subject="Usulan kebutuhan pelatihan aparatur ketenagakerjaan")  # fmt: skip


def _reason(need, office: Office) -> None:
    which = share(office.region, "reason", of=len(REASONS))
    urgency = share(office.region, "urgency", of=6)
    need.urgency = ("U1", "U2", "U2", "U2", "U3", "U3")[urgency]
    need.preferred_mode = mode_of(office)
    need.causes, need.reason = [CAUSES[which]], REASONS[which]
    need.budget_line = office.province in JAVA or share(office.region, "budget", of=3) == 0
    need.follow_up_plan = share(office.region, "plan", of=2) == 0
    need.nominees_identified = share(office.region, "people", of=3) > 0


def _line(office: Office, kind: Kind, number: int) -> tuple[NeedLine, list[CompetencyGap]]:
    """One line: who is to be trained, and what in. Staff figures leave room for everyone asked for."""
    fewest, most = office.people
    key = (office.region, number)
    wanted = fewest + share(*key, "people", of=most - fewest + 1)
    staff = wanted + share(*key, "staff", of=wanted + 1)
    line = NeedLine(
        post_id=kind.post,
        rank=kind.rank,
        formation_abk=staff + share(*key, "vacant", of=staff + 1),
        in_post=staff,
        untrained=min(staff, wanted // 2 + share(*key, "untrained", of=wanted)),
        retiring_3y=share(*key, "retiring", of=1 + staff // 4),
        requested_total=wanted,
        jp_requested=40 + 20 * share(*key, "hours", of=3),
        **kind.fields,
    )
    outcome, indicator = OUTCOMES.get(kind.post, ("Layanan dinas lebih cepat dan tepat", "Waktu layanan rata-rata"))
    gaps = [
        CompetencyGap(
            theme_id=theme,
            current_level=kind.level[0],
            target_level=kind.level[1],
            gap_cause=CAUSES[share(office.region, "reason", of=len(CAUSES))],
            certification_wanted="TRAINING_CERT",
            expected_outcome=outcome,
            performance_indicator=indicator,
        )
        for theme in kind.themes
    ]
    return line, gaps
