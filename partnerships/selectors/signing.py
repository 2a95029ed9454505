"""What a signatory sees before signing: which text, in which state, and in which capacity they would sign."""

from __future__ import annotations

from django.utils.translation import gettext as _

from accounts.rules import block_of_actor
from partnerships.rules.amendments import texts_now
from partnerships.rules.signing import signs_in_portal
from workflow.formats import language
from workflow.signing import sentences
from workflow.signing.adapters import signing_adapter

SIGNINGS = {"sign", "sign_region", "amended", "amended_region"}
"""Acts that record or make a signature."""


def signing_facts(user, agreement) -> list[dict]:
    """Rows above the form of a signing: the texts with their checksums and signatures, and the capacity."""
    rows = []
    for text in texts_now(agreement).values():
        said = _("version %(version)d, %(name)s, SHA-256 %(sha256)s") % {
            "version": text.version,
            "name": text.name,
            "sha256": text.sha256,
        }
        if text.reading.is_signed:
            said += f". {sentences.summary(text.reading)}"
        rows.append({"label": text.get_kind_display(), "value": said})
    if signs_in_portal(agreement):
        rows.append({"label": _("You would sign as"), "value": block_of_actor(user, language()).text})
        rows.append({"label": _("Signing in the portal"), "value": signing_adapter().label})
    return rows
