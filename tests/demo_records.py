"""Records of the demo by the names the scenario gives them."""

from __future__ import annotations

from django.utils import timezone

from accounts.models import User
from programs.models import Program
from regions.models import TrainingNeed


def user(address: str) -> User:
    """A demo user by the first part of the address."""
    return User.objects.get(email=f"{address}@example.test")


def need(number: int) -> TrainingNeed:
    """A need of this year's cycle by its number in the scenario; 25 is the second try of 24."""
    return TrainingNeed.objects.get(code__endswith=f"-{number:04d}", cycle__year=timezone.localdate().year)


def program(key: str) -> Program:
    """A programme by its key in the scenario."""
    return Program.objects.get(partner_reference=f"CONTOH-{key}")
