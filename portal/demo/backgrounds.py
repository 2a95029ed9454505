"""What the partner's paper asks of one nominee of the scenario, so that its paper is complete when the demo opens."""

from __future__ import annotations

import datetime as dt

from participants.services import backgrounds

PLAN = "Within three months six colleagues are trained; in the fourth the office revises its inspection plan."


def tell(nomination, actor, number: int) -> None:
    """Made-up answers of a person without a name."""
    backgrounds.answer(
        nomination,
        background={
            "preferred_name": f"PESERTA CONTOH {number}",
            "service_since": 2012,
            "duties": "Inspects workplaces, advises employers and writes inspection reports.",
            "education_history": [
                {
                    "institution": "Universitas Contoh, Mataram, Indonesia",
                    "from_year": "2005",
                    "to_year": "2010",
                    "degree": "Bachelor, law",
                }
            ],
            "work_history": [
                {"organisation": nomination.office.name_id, "post": "Staff", "from_year": "2012", "to_year": ""}
            ],
            "english_test": "TOEFL_ITP",
            "english_score": "543",
            "english_test_on": dt.date(2026, 3, 12),
        },
        course={
            "motivation": "The course teaches the inspection technique that my present duties ask for every day.",
            "plan": PLAN,
            "issue": "Too few inspections end with a correction, because findings are not documented in one way.",
            "report_title": "Labour inspection in a province of islands",
        },
        office={
            "name_en": nomination.office.name_en or "Manpower Office (sample)",
            "address": "Jalan Contoh 1",
            "phone": "0370 000000",
            "duties": "Labour inspection, mediation, placement and training in the province.",
            "staff": 84,
        },
        actor=actor,
    )
