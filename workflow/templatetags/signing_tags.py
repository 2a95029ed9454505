"""Shows what a document's electronic signatures say."""

from __future__ import annotations

from django import template
from django.utils import timezone

from workflow.signing import sentences

register = template.Library()


@register.inclusion_tag("workflow/_signatures.html")
def signatures(document, names=True):
    """How a document was signed, and each of its signatures in words. `names`: whether the reader may see whose."""
    reading = document.reading
    return {
        "signing": document.signing,
        "signing_label": document.get_signing_display(),
        "signatures": sentences.shown(reading, timezone.now(), names=names),
        "read_at": reading.read_at,
        "summary": sentences.summary(reading),
    }
