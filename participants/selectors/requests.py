"""Reads of requests about personal data, and of nominations whose time of keeping is over."""

from __future__ import annotations

from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_variables

from accounts.roles import OFFICE, Role
from accounts.rules import capacity
from participants import sealing
from participants.models import Certificate, Correction, CorrectionStatus, Nomination, RequestKind
from participants.models.people import Employment, Sex
from participants.personal import CORRECTABLE, VOCABULARY, label_of
from participants.rules import retention, rights
from participants.selectors.nominations import get_nomination
from participants.selectors.personal import nomination_of_own
from regions.models import FunctionalPost
from regions.models.vocabulary import term_label
from workflow.listing import Facet, Listing, Pages
from workflow.reading import get_seen, seen_by

FLOW = rights.FLOW


def nomination_to_ask_about(user, code: str) -> Nomination:
    """One's own nomination in whatever capacity, or one the office's operator may record a request for."""
    found = nomination_of_own(user, code)
    return found if found is not None else get_nomination(user, code)


def get_correction(user, code: str) -> Correction:
    """One request, or Http404."""
    return get_seen(user, FLOW, code=code)


def about(correction: Correction) -> str:
    """What a request is about, in words."""
    if correction.kind == RequestKind.CONSENT:
        return rights.consent_label(correction.field)
    return str(label_of(correction.field)) if correction.field else _("Something else")


@sensitive_variables()
def correction_rows(correction: Correction, *, whole: bool = False) -> list[dict]:
    """What is known now, what is wanted, and why. `whole`: with all digits of a wanted number, for who checks it."""
    person = correction.person
    rows = [(_("Person"), person.shown_name), (_("About"), about(correction))]
    if correction.kind == RequestKind.FIELD:
        rows += [
            (_("Known now"), in_words(correction.field, _present(person, correction.field))),
            (_("Wanted"), _wanted(correction, whole) or _("Removed")),
        ]
    elif correction.wanted:
        rows.append((_("Wanted"), correction.wanted))
    rows.append((_("Grounds"), correction.grounds or "–"))
    if correction.is_by_letter:
        rows.append((_("Asked in writing"), correction.letter_number))
    if correction.answer:
        rows.append((_("Answer"), correction.answer))
    return [{"label": label, "value": value} for label, value in rows]


def _wanted(correction: Correction, whole: bool) -> str:
    if correction.field == "nip" and correction.wanted and not whole:
        return sealing.masked(correction.wanted[-3:])
    return in_words(correction.field, correction.wanted)


def _present(person, name: str) -> str:
    if name == "nip":
        return person.nip_masked
    return str(person.post_id if name == "post" else getattr(person, name) or "")


def in_words(name: str, value: str) -> str:
    """A stored value as people read it."""
    if name in VOCABULARY:
        return term_label(VOCABULARY[name], value)
    if name == "post":
        found = FunctionalPost.objects.filter(code=value).first()
        return found.label if found else value
    labels = {"sex": Sex, "employment_status": Employment}.get(name)
    return str(dict(labels.choices).get(value, value)) if labels else value


def has_certificate(correction: Correction) -> bool:
    """Whether a valid certificate bears what is to be corrected."""
    made = Certificate.objects.filter(nomination__person=correction.person_id, seal__revoked_at__isnull=True)
    return correction.field == "name" and made.exists()


def title_of(name: str) -> str:
    """The heading of the page on which something is asked for."""
    match rights.kind_of(name):
        case RequestKind.CONSENT:
            return rights.consent_label(name)
        case RequestKind.FIELD:
            return _("Correct: %(field)s") % {"field": label_of(name)}
    return _("Correct something else")


def correctable(person) -> list[tuple[str, str]]:
    """(name in the address, label) of everything that can be asked for about a person."""
    fields = [(name, str(label_of(name))) for name in CORRECTABLE]
    consents = [(name, rights.consent_label(name)) for name in rights.consents_of(person)]
    return [*fields, (rights.OTHER, _("Something else")), *consents]


def own_requests(user) -> list[Correction]:
    """The reader's own requests, whatever capacity they act in."""
    found = Correction.objects.filter(person__account=user.pk).select_related("person__office", "nomination")
    return list(found.order_by("-pk"))


# --- The list ---------------------------------------------------------------------------------------------


def _status_labels(codes):
    return {s.value: s.label for s in CorrectionStatus if s.value in codes}


FACETS = (Facet("status", gettext_lazy("Status"), "status", _status_labels),)
SORTS = {
    "code": (gettext_lazy("Code"), ("code",)),
    "due": (gettext_lazy("Due"), ("due_at",)),
}


def correction_list(request) -> Listing:
    """Requests the user may see: codes, offices and states."""
    return Listing(request, seen_by(request.user, FLOW), facets=FACETS, sorts=SORTS, default_sort="-code")


# --- What has been kept long enough -----------------------------------------------------------------------

REVIEWERS = (Role.PPSDM_HEAD,)
PER_PAGE = 50


def may_watch(user) -> bool:
    """Who finds requests of others in their list."""
    return capacity(user)[0] in (*OFFICE, *rights.WATCHES)


def may_open_review(user) -> bool:
    """Who decides on it, and who checks."""
    return capacity(user)[0] in (*REVIEWERS, Role.AUDITOR)


def may_review(user) -> bool:
    """The head of PPSDM."""
    return capacity(user)[0] in REVIEWERS


def for_review(request) -> Pages:
    """Nominations whose five years are over, the oldest first."""
    rows = Nomination.objects.filter(retention.for_review(timezone.now()))
    rows = rows.select_related("proposal__line__need__office", "proposal__intake__program").order_by("status_since")
    return Pages(request, rows, PER_PAGE)


def get_for_review(user, code: str) -> Nomination:
    """One of them, or Http404."""
    if not may_review(user) or "\x00" in code:
        raise Http404
    found = Nomination.objects.filter(retention.for_review(timezone.now()), code=code)
    found = found.select_related("person", "proposal__line__need__office").first()
    if found is None:
        raise Http404
    return found
