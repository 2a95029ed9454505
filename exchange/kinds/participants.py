"""The people for the seats of one proposal from a spreadsheet: drafts of nominations, never submitted.

Nothing about a person leaves the file: items know a row's number and a keyed fingerprint, reports name columns and
no values, and what is stored is read from the file once more when it is carried out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from django.db import DatabaseError, OperationalError
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.debug import sensitive_variables

from accounts.roles import Role
from accounts.rules import capacity
from exchange.books.columns import Book, Item, Problem, Row, Table
from exchange.kinds import participants_table as sheets
from participants import sealing
from participants.forms.people import PersonForm
from participants.models import OPEN, PASSED, Nomination, Person
from participants.rules import acts, editing
from participants.selectors.nominations import account_choices, get_roster_proposal
from participants.services import nominations as services
from partnerships.models import HOLDING, Proposal
from workflow.engine import Refused

ROUNDED = re.compile(r"\d[.,]\d+[eE]\+?\d+")
"""How Excel writes a number of 18 digits once it has forgotten the last three."""
HIDDEN = "•••"
"""What a report shows in place of a value."""


@dataclass
class Judged:
    """What a row's form says, and what is stored of its person on this proposal."""

    form: PersonForm
    nomination: Nomination | None
    number: str


class Participants:
    """See `exchange.books.columns.Kind`."""

    name = "participants"
    label = gettext_lazy("Participants")
    one = gettext_lazy("nominee")
    reads_again = True
    option_names = ("proposal",)
    personal = True
    """The file is deleted as soon as the work is over, marked files are made on the fly, pages are not kept."""
    home = "participants:nominations"
    closing = gettext_lazy(
        "These are drafts. Add each person's papers, let each read the notice on their data, then submit them one by "
        "one: a file can do none of this for them."
    )
    """What the report says below its figures."""

    def home_url(self, options: dict) -> str:
        """The roster the people stand on."""
        return reverse("participants:roster", args=[options["proposal"]])

    def bring_in(self, count: int) -> str:
        """What the button says."""
        return ngettext("Save %(count)d person as a draft", "Save %(count)d people as drafts", count) % {"count": count}

    def proposal(self, user, options: dict) -> Proposal | None:
        """The proposal whose roster is filled: the office's own, while it holds seats for a training to come."""
        try:
            found = get_roster_proposal(user, str(options.get("proposal", "")))
        except Http404:
            return None
        role, organisation = capacity(user)
        own = role == Role.DINAS_OP and organisation.pk == found.line.need.office_id
        if not own or found.status not in HOLDING or acts.training_is_ahead(Nomination(proposal=found), user):
            return None
        return found

    def may(self, user, options: dict) -> bool:
        """The operator of the office that holds the seats."""
        return self.proposal(user, options) is not None

    def tables(self, user, options: dict) -> tuple[Table, ...]:
        """One sheet: one row per person, the columns of the form."""
        proposal = self.proposal(user, options)
        return (sheets.people(proposal.line.need.office if proposal else None),)

    def examples(self, user, options: dict) -> dict[str, list[dict]]:
        """A person who does not exist."""
        proposal = self.proposal(user, options)
        return {"people": [sheets.example(proposal.line.post_id if proposal else None)]}

    def current(self, user, options: dict) -> dict[str, list[dict]]:
        """Nothing: people who were entered never go back into a file."""
        return {}

    # --- Reading ------------------------------------------------------------------------------------------

    @sensitive_variables()
    def read(self, book: Book, user, options: dict) -> Iterator[Item]:
        """One item per row."""
        proposal = self.proposal(user, options)
        if proposal is None:
            return
        left = acts.places_left(proposal)
        seen: dict[str, int] = {}
        known = 0
        for row in book.rows("people"):
            judged = self._judge(row, proposal)
            problems = [*row.problems, *_problems(row, judged)]
            key = sealing.fingerprint(judged.number) if judged.number else ""
            if key and key in seen:
                twice = _("This person already stands in row %(row)d.") % {"row": seen[key]}
                problems.append(_at_number(row, judged.number, twice))
                key = ""
            seen.setdefault(key, row.number)
            item = Item(
                key=key or f"row-{row.number}",
                label=_("Row %(row)d") % {"row": row.number},
                action="fix",
                row=row,
                people=1,
                problems=problems,
                content={"row": row.number},
                code=judged.nomination.code if judged.nomination else "",
            )
            if not problems:
                self._decide(item, judged, user)
            if item.action == "create":
                left -= 1
                if left < 0:
                    item.action = "fix"
                    full = _("As many people as there are seats and reserves are on the way already.")
                    problems.append(row.problem("", full))
            known += judged.nomination is not None
            yield item
        if known:
            services.log_read(proposal, user, {"nominations": known})

    @sensitive_variables()
    def _judge(self, row: Row, proposal: Proposal) -> Judged:
        office = proposal.line.need.office
        values = row.values
        number = sealing.digits_of(values.get("nip") or "")
        person = _known(office.pk, number)
        nomination = None
        if person is not None:
            same = Nomination.objects.filter(proposal=proposal, person=person, status__in=[*OPEN, *PASSED])
            nomination = same.select_related("person", "proposal__line__need__office").first()
        data = {name: "" if values.get(name) is None else values[name] for name in sheets.FIELDS}
        data["account"] = _account(values, office, person)
        if person is not None and values.get("last_abroad_year") is None and person.last_abroad_year:
            data["last_abroad_year"] = person.last_abroad_year
        data["nip"] = number
        return Judged(PersonForm(data, office=office), nomination, number if person or _is_number(number) else "")

    @sensitive_variables()
    def _decide(self, item: Item, judged: Judged, user) -> None:
        nomination = judged.nomination
        if nomination is None:
            item.action = "create"
            return
        changed = _changed(judged)
        item.action = "change" if changed else "skip"
        item.content["version"] = nomination.version
        item.changes = [{"label": str(label), "before": "", "after": _("as in the file")} for label in changed]
        if changed and not editing.may_change_person(user, nomination):
            item.action, item.changes = "fix", []
            item.problems.append(item.row.problem("", _("The person's data can no longer be changed in this state.")))

    # --- Carrying out -------------------------------------------------------------------------------------

    @sensitive_variables()
    def carry_out(self, content: dict, key: str, user, options: dict, book: Book | None) -> Nomination:
        """Put the person of the row forward, or correct what is known of them, as the page does."""
        proposal = self.proposal(user, options)
        if proposal is None:
            raise Refused([_("The seats of this proposal can no longer be filled by you.")])
        row = next((row for row in book.rows("people") if row.number == content["row"]), None)
        judged = self._judge(row, proposal) if row is not None else None
        if judged is None or key not in sealing.fingerprints(judged.number):
            raise Refused([_("The row no longer holds the person it was read with. Upload the file again.")])
        if row.problems or not judged.form.is_valid():
            raise Refused([_("The row is no longer in order. Upload the file again.")])
        data = judged.form.cleaned_data
        more = {"profile": judged.form.profile, "nip": data["nip"], "relevance": data["relevance"], "actor": user}
        try:
            if judged.nomination is None:
                return services.nominate(proposal=proposal, **more)
            if not _changed(judged):
                return judged.nomination
            if content.get("version") != judged.nomination.version:
                raise Refused([_("The record was handed on or changed meanwhile. Open it and compare.")])
            return services.change(judged.nomination, **more)
        except OperationalError:
            raise  # the database is away: the work is taken up again
        except (DatabaseError, ValueError) as error:
            # Its text may hold the row that was refused.
            raise RuntimeError(type(error).__name__) from None


@sensitive_variables()
def _is_number(number: str) -> bool:
    return len(number) == sealing.DIGITS and number.isascii() and number.isdecimal()


@sensitive_variables()
def _known(office_id: int, number: str) -> Person | None:
    """The person the office entered under a number."""
    if not _is_number(number):
        return None
    return Person.objects.filter(office=office_id, nip_hash__in=sealing.fingerprints(number)).first()


@sensitive_variables()
def _account(values: dict, office, person: Person | None) -> str:
    """The account a file names by its e-mail; where it names none, what is linked stays linked."""
    wanted = (values.get("account") or "").strip().casefold()
    if not wanted:
        return str(person.account_id or "") if person else ""
    return next((pk for pk, label in account_choices(office) if label.casefold().endswith(f"({wanted})")), "?")


@sensitive_variables()
def _changed(judged: Judged) -> list:
    """Labels of the fields in which the file differs from what is stored."""
    form, nomination = judged.form, judged.nomination
    person, profile = nomination.person, form.profile
    names = [name for name in services.PROFILE if getattr(person, name) != profile[name]]
    found = [form.fields[name.removesuffix("_id")].label for name in names]
    if nomination.relevance != form.cleaned_data["relevance"]:
        found.append(form.fields["relevance"].label)
    return found


@sensitive_variables()
def _problems(row: Row, judged: Judged) -> list[Problem]:
    """What the form of the page refuses, at the cells of the row."""
    found, understood = [], {problem.heading for problem in row.problems}
    typed = str(row.values.get("nip") or "")
    number = sealing.digits_of(typed)
    if ROUNDED.fullmatch(typed.strip()) or (_is_number(number) and number.endswith("000")):
        sentence = _("Excel has rounded this NIP: it stands in the cell as a number.")
        found.append(_at_number(row, number, sentence, _("Format the cell as text and type the NIP again.")))
        understood.add(row.problem("nip", "").heading)
    for name, sentences in judged.form.errors.items():
        here = name if name in row.values else ""
        if here and row.problem(here, "").heading in understood:
            continue
        if name == "account":
            sentences = [_("No account of your office has this e-mail address.")]
        if here == "nip":
            found += [_at_number(row, number, str(sentence)) for sentence in sentences]
        else:
            found += [row.problem(here, str(sentence)) for sentence in sentences]
    return found


@sensitive_variables()
def _at_number(row: Row, number: str, sentence: str, advice: str = "") -> Problem:
    """A problem with a staff number, which a report shows as screens do: its last three digits."""
    found = row.problem("nip", sentence, advice)
    return replace(found, value=f"{HIDDEN}{number[-3:]}") if _is_number(number) else found
