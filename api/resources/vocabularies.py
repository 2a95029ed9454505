"""The vocabularies everyone shares: small ones by name, functional posts, training themes. Open to everyone."""

from __future__ import annotations

from django.http import Http404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from api.fields import CODED, Row
from api.resource import Resource, register
from api.selectors import reference as selectors

ENTRY = {
    "label": "Pengantar Kerja",
    "label_id": "Pengantar Kerja",
    "label_en": "Employment services officer",
    "valid_from": "2020-01-01",
    "valid_to": None,
}


class EntryRow(Row):
    """A coded entry with its labels and its validity."""

    code = serializers.CharField()
    label = serializers.CharField()
    label_id = serializers.CharField()
    label_en = serializers.CharField()
    valid_from = serializers.DateField()
    valid_to = serializers.DateField(allow_null=True)


class TermRow(EntryRow):
    """An entry of a small vocabulary."""

    example = {
        "url": "/api/v1/vocabularies/urgency.U1",
        "vocabulary": "urgency",
        "code": "U1",
        **ENTRY,
        "label": "Segera",
        "label_id": "Segera",
        "label_en": "Urgent",
        "attributes": {},
    }
    vocabulary = serializers.CharField()
    attributes = serializers.DictField()


class PostRow(EntryRow):
    """A functional post or target group."""

    example = {
        "url": "/api/v1/posts/PKERJA",
        "code": "PKERJA",
        **ENTRY,
        "levels": "CPK",
        "guide_unit": "DJ-PENTA",
        "functional": True,
        "kbji_code": "",
    }
    levels = serializers.CharField(help_text=_("C central, P province, K regency or city"))
    guide_unit = serializers.CharField()
    functional = serializers.BooleanField(source="is_functional")
    kbji_code = serializers.CharField(allow_blank=True)


class ThemeRow(EntryRow):
    """A training theme: the join between needs and programmes."""

    example = {
        "url": "/api/v1/themes/T11",
        "code": "T11",
        **ENTRY,
        "label": "Pelayanan penempatan",
        "label_id": "Pelayanan penempatan",
        "label_en": "Placement services",
        "posts": [{"code": "PKERJA", "label": "Pengantar Kerja"}],
        "for_all_posts": False,
        "isced_f": "0417",
        "crs_purpose": "16020",
    }
    posts = serializers.SerializerMethodField()
    for_all_posts = serializers.BooleanField()
    isced_f = serializers.CharField()
    crs_purpose = serializers.CharField()

    @extend_schema_field({"type": "array", "items": {**CODED, "type": "object"}})
    def get_posts(self, theme):
        """The posts it is meant for."""
        return [{"code": post.code, "label": post.label} for post in theme.posts.all()]


class _Vocabulary(Resource):
    public = unscoped = True
    sorts = {"position": (_("Order"), ("position",)), "code": (_("Code"), ("code",))}
    default_sort = "position"
    search = staticmethod(selectors.label_matches)
    searched = _("Searches codes and labels.")
    query = staticmethod(selectors.posts)

    def rows(self, user, query):
        """All of them; retired ones too."""
        return type(self).query()

    def find(self, user, code):
        """One entry."""
        found = type(self).query().filter(code=code).first()
        if found is None:
            raise Http404
        return found


class Vocabularies(_Vocabulary):
    """Small vocabularies."""

    name, singular = "vocabularies", "vocabulary_entry"
    label = _("Vocabularies")
    summary = _("Codes with labels in both languages: urgency, rank, delivery mode … Open without a token.")
    row = detail = TermRow
    sorts = {"position": (_("Order"), ("vocabulary", "position", "code"))}
    query = staticmethod(selectors.terms)

    def facets(self, user):
        """By vocabulary."""
        return selectors.TERM_FACETS

    def find(self, user, code):
        """`urgency.U1`: vocabulary and code."""
        vocabulary, _dot, entry = code.partition(".")
        found = selectors.term_of(vocabulary, entry)
        if found is None:
            raise Http404
        return found

    def identify(self, record):
        """Vocabulary and code: codes repeat between vocabularies."""
        return f"{record.vocabulary}.{record.code}"


class Posts(_Vocabulary):
    """Functional posts."""

    name, singular = "posts", "post"
    label = _("Functional posts")
    summary = _("Functional posts and target groups of the labour apparatus. Open without a token.")
    row = detail = PostRow


class Themes(_Vocabulary):
    """Training themes."""

    name, singular = "themes", "theme"
    label = _("Training themes")
    summary = _("What is trained: the join between needs and programmes. Open without a token.")
    row = detail = ThemeRow
    query = staticmethod(selectors.themes)


register(Vocabularies())
register(Posts())
register(Themes())
