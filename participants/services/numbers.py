"""Numbers of certificates: one series per year by a pattern the operator sets; each number is given once, for good."""

from __future__ import annotations

import re
from string import Formatter

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from participants.models import CertificateNumber
from workflow.engine import Refused
from workflow.papers import roman_month

LONGEST = 60
PLACES = 6
"""Digits of a place in the series at most: a longer number is a slip of the hand, and nothing follows it."""


def number_at(serial: int, day) -> str:
    """The number at one place of the series: 0042/SERT/2026."""
    return settings.CERTIFICATE_NUMBER.format(serial=serial, year=day.year, month=roman_month(day))


def serial_of(number: str, year: int) -> int | None:
    """The place of a number in the series of a year; None for a number of another shape."""
    pattern = ""
    for text, name, *_rest in Formatter().parse(settings.CERTIFICATE_NUMBER):
        pattern += re.escape(text)
        pattern += {"serial": rf"(\d{{1,{PLACES}}})", "year": str(year), "month": "[IVX]+", None: ""}[name]
    found = re.fullmatch(pattern, number, re.IGNORECASE)
    return int(found.group(1)) if found else None


def next_numbers(count: int, day=None) -> list[str]:
    """The next free numbers of the year's series. They are proposed, not reserved: the first to use one has it."""
    day = day or timezone.localdate()
    last = CertificateNumber.objects.filter(year=day.year).aggregate(last=Max("serial"))["last"] or 0
    found: list[str] = []
    while len(found) < count:
        ahead = [number_at(last + n, day) for n in range(1, count + 1)]
        given = set(CertificateNumber.objects.filter(number__in=ahead).values_list("number", flat=True))
        found += [number for number in ahead if number not in given]
        last += count
    return found[:count]


def next_number() -> str:
    """The next one."""
    return next_numbers(1)[0]


def give_number(nomination, number: str, actor) -> str:
    """Keep a number for this nomination; raises Refused where another one carries it or ever did."""
    number = " ".join(number.split())
    if not number or len(number) > LONGEST:
        raise Refused([_("Give the certificate a number of at most %(count)d characters.") % {"count": LONGEST}])
    year = timezone.localdate().year
    try:
        with transaction.atomic():
            CertificateNumber.objects.create(
                number=number,
                nomination_id=nomination.pk,
                year=year,
                serial=serial_of(number, year),
                given_by=actor,
                given_at=timezone.now(),
            )
    except IntegrityError:
        if not CertificateNumber.objects.filter(number__iexact=number, nomination=nomination.pk).exists():
            sentence = _("Number %(number)s was given to another certificate. The next free number is %(next)s.")
            raise Refused([sentence % {"number": number, "next": next_number()}]) from None
    return number
