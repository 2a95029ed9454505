"""The index of the search. Triggers inside the database write it; nothing in Python ever does (docs/search.md)."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models


class SearchEntry(models.Model):
    """One record of one source as the search reads it. It grants nothing: who may see the record is asked anew."""

    kind = models.CharField(max_length=40)
    """The source: the name of a workflow table, or of something else that can be found."""
    record_id = models.BigIntegerField()
    status = models.CharField(max_length=20, blank=True)
    provinces = ArrayField(models.CharField(max_length=2), default=list, blank=True)
    themes = ArrayField(models.CharField(max_length=4), default=list, blank=True)
    years = ArrayField(models.PositiveSmallIntegerField(), default=list, blank=True)
    at = models.DateTimeField(null=True)
    names = ArrayField(models.TextField(), default=list, blank=True)
    """Whole names without accents, dashes and capitals: typed in full, they put the record first."""
    open_text = SearchVectorField(null=True)
    """What everyone reads who may see the record; nothing where that is all of `full_text`."""
    full_text = SearchVectorField()
    """The same, and what only those inside read: numbers of letters, the code of the need behind a proposal."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "record_id"], name="one_search_entry_per_record")]
        indexes = [
            GinIndex(fields=["full_text"], name="search_by_full_text"),
            GinIndex(fields=["names"], name="search_by_names"),
        ]

    def __str__(self):
        return f"{self.kind} {self.record_id}"


class SearchWord(models.Model):
    """A word of open texts: what a mistyped one may have meant. It may stand here twice, so that nobody waits."""

    word = models.CharField(max_length=40, db_index=True)

    class Meta:
        indexes = [GinIndex(fields=["word"], name="search_word_by_letters", opclasses=["gin_trgm_ops"])]

    def __str__(self):
        return self.word
