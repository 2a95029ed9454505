"""A nomination with everything the papers ask for, and one with as little as the database allows."""

from __future__ import annotations

import datetime as dt

from participants.models import Background, CourseAnswers, OfficeDetails
from programs.models import CostItem
from tests import nomination_factories as make
from tests import program_factories

DAY = dt.datetime(2026, 11, 25, 3, 0, tzinfo=dt.UTC)
"""Papers of the golden files are made on this day."""


def course(office, partner, scheme: str = "JICA_KCCP_GRF", **fields):
    """Seats of a course under a scheme, with dates and a place."""
    found = make.seats(office, partner, scheme=program_factories.scheme(scheme, partner), **fields)
    program, intake = found.intake.program, found.intake
    program.title_id, program.title_en = "Teknik pemeriksaan norma kerja", "Labour inspection technique"
    program.partner_reference = "J26-10432"
    program.save()
    intake.starts, intake.ends, intake.place = dt.date(2027, 2, 1), dt.date(2027, 2, 19), "Osaka"
    intake.save()
    program.costs.all().delete()
    CostItem.objects.create(program=program, item="TUITION", payer="PEMDA", amount=2200, currency="EUR")
    CostItem.objects.create(program=program, item="AIRFARE_INTL", payer="PARTNER")
    return found


def tell(nomination, **fields) -> Background:
    """Everything partners ask, for one nomination."""
    defaults = {
        "preferred_name": "SITI AMINAH NURHAYATI",
        "service_since": 2011,
        "duties": "Inspects workplaces and advises employers.",
        "education_history": [
            {"institution": "Universitas Syiah Kuala", "from_year": "2003", "to_year": "2008", "degree": "LL.B., law"}
        ],
        "work_history": [
            {"organisation": "Manpower Office of Aceh", "post": "Mediator", "from_year": "2015", "to_year": ""},
            {"organisation": "Manpower Office of Aceh", "post": "Staff", "from_year": "2011", "to_year": "2015"},
        ],
        "training_history": [{"title": "Mediation skills", "organiser": "ILO", "country": "Indonesia", "year": "2022"}],
        "visits": [{"country": "Malaysia", "year": "2019"}],
        "english_test": "TOEFL_ITP",
        "english_score": "560",
        "english_test_on": dt.date(2026, 3, 12),
    }
    background = Background(person=nomination.person, **{**defaults, **fields})
    background.hold_accommodation("A room without steps", dt.date(2026, 10, 1))
    background.save()
    CourseAnswers.objects.create(
        nomination=nomination,
        motivation="I handle disputes every day.",
        plan="I will train six colleagues.",
        issue="Too few inspections lead to findings.",
        report_title="Labour inspection in Aceh",
    )
    OfficeDetails.objects.create(
        office=nomination.office,
        name_en="Manpower Office of Aceh Province",
        address="Jalan Contoh 1, Banda Aceh",
        phone="0651 000000",
        duties="Labour inspection, mediation, placement.",
        staff=84,
    )
    return background


def chosen(of, account=None, **fields):
    """A chosen person whose papers can be complete."""
    who = make.person(of.line.need.office, name="Siti Aminah Nurhayati", account=account)
    defaults = {
        "letter_number": "800/12/BKD",
        "letter_date": dt.date(2026, 10, 1),
        "answer_reference": "J-77",
        "stay_years": 2,
    }
    return make.nomination(of, fields.pop("status", "ACCEPTED"), who=who, **{**defaults, **fields})
