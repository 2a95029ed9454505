"""Vocabularies with codes: effective-dated tables with Indonesian and English labels, never enumerations in code."""

from __future__ import annotations

import datetime as dt
from contextlib import contextmanager
from contextvars import ContextVar

from django.core.cache import cache
from django.db import models
from django.db.models import Q
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from accounts.models import in_local_language
from workflow.once import forget, once


class DatedQuerySet(models.QuerySet):
    """Entries that have a beginning and perhaps an end."""

    def current(self, day: dt.date | None = None):
        """Those valid on a day (today)."""
        day = day or timezone.localdate()
        return self.filter(valid_from__lte=day).filter(Q(valid_to__isnull=True) | Q(valid_to__gte=day))


class Dated(models.Model):
    """A coded entry with labels in both languages and a validity. In use: retired by date, never deleted."""

    label_id = models.CharField(max_length=200)
    label_en = models.CharField(max_length=200)
    position = models.PositiveSmallIntegerField(default=0)
    valid_from = models.DateField(default=dt.date(2020, 1, 1))
    valid_to = models.DateField(null=True, blank=True)

    objects = DatedQuerySet.as_manager()

    class Meta:
        abstract = True

    def __str__(self):
        return self.label

    @property
    def label(self) -> str:
        """The label in the reader's language."""
        return in_local_language(self, "label")


_KEY = "regions.terms"
_held: ContextVar[dict | None] = ContextVar("terms", default=None)


class Term(Dated):
    """One entry of a small vocabulary (rank, gap_cause …); `attributes` is what it carries."""

    vocabulary = models.CharField(max_length=30)
    code = models.CharField(max_length=30)
    attributes = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ["vocabulary", "position", "code"]
        constraints = [models.UniqueConstraint(fields=["vocabulary", "code"], name="one_term_per_code")]

    @classmethod
    def table(cls) -> dict[str, dict[str, tuple[str, str, bool, dict]]]:
        """Every vocabulary: {vocabulary: {code: (label id, label en, current, attributes)}}; cached 5 minutes."""
        held = _held.get()
        return held if held is not None else once(_KEY, cls._table)

    @classmethod
    def _table(cls):
        found = cache.get(_KEY)
        if found is None:
            today = timezone.localdate()
            found = {}
            for t in cls.objects.order_by("vocabulary", "position", "code"):
                current = t.valid_from <= today and (t.valid_to is None or t.valid_to >= today)
                found.setdefault(t.vocabulary, {})[t.code] = (t.label_id, t.label_en, current, t.attributes)
            cache.set(_KEY, found, 300)
        return found

    @staticmethod
    @contextmanager
    def held(table):
        """Inside, labels are read from this table: for many rows, which would ask the cache for each cell."""
        token = _held.set(table)
        try:
            yield
        finally:
            _held.reset(token)

    @classmethod
    def forget(cls) -> None:
        """Called after a vocabulary was edited."""
        cache.delete(_KEY)
        forget(_KEY)


def term_label(vocabulary: str, code: str) -> str:
    """The label of a coded value in the reader's language; the code itself when it is unknown, empty for empty."""
    if not code:
        return ""
    entry = Term.table().get(vocabulary, {}).get(code)
    if entry is None:
        return code
    return entry[1] if (translation.get_language() or "id").startswith("en") else entry[0]


def term_choices(vocabulary: str) -> list[tuple[str, str]]:
    """(code, label) of the current entries, in order, for a form field."""
    place = 1 if (translation.get_language() or "id").startswith("en") else 0
    return [(code, entry[place]) for code, entry in Term.table().get(vocabulary, {}).items() if entry[2]]


class FunctionalPost(Dated):
    """A functional post or target group of the labour apparatus."""

    code = models.CharField(max_length=12, primary_key=True)
    levels = models.CharField(max_length=3, help_text=_("C central, P province, K regency or city"))
    guide_unit = models.CharField(max_length=20, help_text=_("Code of the ministry unit that guides the post"))
    is_functional = models.BooleanField(default=True)
    workload_indicators = models.CharField(max_length=200, blank=True)
    kbji_code = models.CharField(max_length=20, blank=True)

    class Meta:
        ordering = ["position", "code"]

    def allowed_at(self, office) -> bool:
        """Whether an organisation may hold this post (inspectors and OSH testers: centre and provinces only)."""
        if office.kind == "OFFICE":
            own_province = office.type_code in {"SUDIN_DKI"} or len(office.region_code) == 2
            return ("P" if own_province else "K") in self.levels
        return "C" in self.levels


class Theme(Dated):
    """A training theme: the join between needs and programmes."""

    code = models.CharField(max_length=4, primary_key=True)
    posts = models.ManyToManyField(FunctionalPost, related_name="themes", blank=True)
    for_all_posts = models.BooleanField(default=False)
    isced_f = models.CharField(max_length=4)
    crs_purpose = models.CharField(max_length=5)

    class Meta:
        ordering = ["position", "code"]
