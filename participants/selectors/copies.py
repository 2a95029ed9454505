"""The copy of a person's data as one file: HTML and PDF for people, JSON for programs, and the stored documents."""

from __future__ import annotations

import json
import logging
import zipfile
from pathlib import Path
from tempfile import SpooledTemporaryFile

from django.conf import settings
from django.utils import timezone, translation
from django.views.decorators.debug import sensitive_variables

from participants.models import Person
from participants.selectors.personal import as_json, held_about
from workflow import papers

log = logging.getLogger(__name__)

TEMPLATE = "papers/participants/own_data.html"
IN_MEMORY = 5_000_000


@sensitive_variables()
def copy_of(user, people: list[Person], *, own: bool):
    """A ZIP, open at its beginning. `own`: for the person's own account, with the whole staff number."""
    held = held_about(people, number=own)
    language = (translation.get_language() or "id")[:2]
    target = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - the response closes it
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        text = json.dumps(as_json(user, held, own=own), ensure_ascii=False, indent=1)
        archive.writestr("data.json", text)
        values = {"held": held, "own": own, "today": timezone.localdate(), "zone": settings.TIME_ZONE}
        archive.writestr("data.html", papers.html(TEMPLATE, values, language=language, printed=True))
        archive.write(Path(settings.BASE_DIR, "static", "papers", "paper.css"), "paper.css")
        if papers.can_make():
            archive.writestr("data.pdf", papers.pdf(TEMPLATE, values, language=language))
        for person in held:
            for nomination in person.nominations:
                for attached in nomination.files:
                    _add(archive, attached)
    target.seek(0)
    return target


def _add(archive: zipfile.ZipFile, attached) -> None:
    """One stored file; one that is gone from the disk does not keep the rest from its owner."""
    try:
        with attached.file.open("rb") as content:
            archive.writestr(attached.path, content.read())
    except FileNotFoundError:
        log.warning("a stored file is missing: %s", attached.path)
