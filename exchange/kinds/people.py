"""Organisations and invitations from a spreadsheet, for the administrator who fills an empty portal."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts import rules, services
from accounts.forms import InviteForm
from accounts.models import Invitation, Membership, Organisation
from accounts.roles import Role
from accounts.selectors import organisations_to_invite
from exchange.books.columns import Book, Column, Item, Problem, Row, Table
from exchange.kinds import people_organisations as organisations
from exchange.kinds.programmes_content import storable
from exchange.services.organisations import differing, keep_organisation
from workflow.engine import Refused


@dataclass(frozen=True)
class Kept:
    """What came of an item, for its report."""

    code: str

    def get_absolute_url(self) -> str:
        """The list they all stand in."""
        return reverse("accounts:people")


class People:
    """See `exchange.books.columns.Kind`."""

    name = "people"
    label = gettext_lazy("Users and organisations")
    one = gettext_lazy("entry")
    reads_again = False
    home = "accounts:people"

    def bring_in(self, count: int) -> str:
        """What the button says."""
        return ngettext("Bring in %(count)d ready entry", "Bring in %(count)d ready entries", count) % {"count": count}

    def may(self, user, options: dict) -> bool:
        """Administrators, and whoever keeps the portal running, as on the pages."""
        return rules.is_administrator(user) or user.is_staff

    def tables(self, user, options: dict) -> tuple[Table, ...]:
        """Organisations first: people are invited to them."""
        users = Table(
            "users",
            gettext_lazy("Users"),
            (
                Column("email", gettext_lazy("E-mail of the person"), required=True, longest=254, width=32),
                Column(
                    "name",
                    gettext_lazy("Name or post"),
                    gettext_lazy("For example: Head of the training division."),
                    required=True,
                    longest=120,
                    width=36,
                ),
                Column(
                    "organisation",
                    gettext_lazy("Organisation (code)"),
                    gettext_lazy("For example DISNAKER-5203, or a code of the sheet of organisations."),
                    required=True,
                    longest=40,
                    width=22,
                ),
                Column(
                    "role",
                    gettext_lazy("Role"),
                    kind="code",
                    choices=lambda: list(Role.choices),
                    required=True,
                    width=30,
                ),
            ),
            required=False,
            about=gettext_lazy("One row per person and role. Each gets an invitation by e-mail, valid for 7 days."),
        )
        return (organisations.table(), users)

    def examples(self, user, options: dict) -> dict[str, list[dict]]:
        """An office that does not exist, and its operator."""
        return {
            "organisations": [
                {
                    "code": "CONTOH-0000",
                    "kind": "OFFICE",
                    "type_code": "DISNAKER_KAB",
                    "name_id": "Contoh Dinas Tenaga Kerja",
                    "email": "contoh@example.org",
                }
            ],
            "users": [
                {
                    "email": "contoh@example.org",
                    "name": "Contoh: operator bidang pelatihan",
                    "organisation": "CONTOH-0000",
                    "role": "DINAS_OP",
                }
            ],
        }

    def current(self, user, options: dict) -> dict[str, list[dict]]:
        """The organisations that may be invited to; people are never written into a file."""
        found = organisations_to_invite().select_related("parent", "partner")
        return {"organisations": [organisations.row_of(one) for one in found]}

    # --- Reading ------------------------------------------------------------------------------------------

    def read(self, book: Book, user, options: dict) -> Iterator[Item]:
        """One item per organisation, then one per invitation."""
        rows = list(book.rows("organisations"))
        codes = frozenset(_code(row.values.get("code")) for row in rows) - {""}
        coming: dict[str, Organisation | None] = {}
        seen: dict[str, int] = {}
        for row in _from_the_top(rows):
            item, sketch = self._organisation(row, codes, seen)
            coming.setdefault(_code(row.values.get("code")), sketch if item.action != "fix" else None)
            yield item
        for row in book.rows("users"):
            yield self._user(row, user, coming, seen)

    def _organisation(self, row: Row, codes: frozenset, seen: dict) -> tuple[Item, Organisation | None]:
        data = {name: storable(value) for name, value in row.values.items() if value is not None}
        form = organisations.OrganisationForm(data, codes=codes)
        problems = [*row.problems, *_problems(row, form)]
        code = _code(row.values.get("code"))
        key = self._unique(f"organisation:{code}", code, row, problems, seen)
        item = Item(key=key, label=code or _row(row), action="fix", row=row, problems=problems)
        item.content = {"organisation": data}
        item.code = form.stored.code if form.stored else ""
        if problems:
            return item, None
        if form.stored is None:
            item.action = "create"
            cleaned = form.cleaned_data
            sketch = Organisation(code=code, kind=cleaned["kind"], region_code=cleaned["region_code"])
            sketch.valid_to = cleaned.get("valid_to")
            return item, sketch
        values = form.values
        parent = form.cleaned_data.get("parent", "")
        names = differing(form.stored, values)
        if "parent_id" in values and parent and values["parent_id"] is None:
            names = [*dict.fromkeys([*names, "parent_id"])]
        item.changes = organisations.told(form.stored, values, names, parent)
        item.action = "change" if names else "skip"
        return item, form.stored

    def _user(self, row: Row, user, coming: dict, seen: dict) -> Item:
        values = row.values
        email, code = (values.get("email") or "").strip().lower(), _code(values.get("organisation"))
        role = values.get("role")
        problems = list(row.problems)
        where = organisations_to_invite().filter(code=code).first() if code else None
        if code in coming:
            where = coming[code] if where is None else where
            if where is None:
                problems.append(row.problem(
                    "organisation", _("The row of this organisation must be mended first."), ""
                ))  # fmt: skip
        elif code and where is None:
            problems.append(row.problem(
                "organisation",
                _("No organisation that exists today has this code."),
                _("Check the code, or add it on the sheet of organisations."),
            ))  # fmt: skip
        problems += self._refused(row, user, email, role, where)
        key = self._unique(_key(email, code, role), email and code and role, row, problems, seen)
        item = Item(key=key, label=(email or _row(row))[:200], action="fix", row=row, people=1, problems=problems)
        item.content = {"email": email, "name": values.get("name") or "", "organisation": code, "role": role or ""}
        if not problems:
            item.action = "skip" if self._has_it(email, where, role) else "create"
        return item

    def _refused(self, row: Row, user, email: str, role: str | None, where) -> list[Problem]:
        """What the invitation form refuses, but for the organisation, which may be on its way."""
        data = {"email": email, "name": row.values.get("name") or "", "role": role or "", "organisation": ""}
        form = InviteForm(data)
        form.errors.pop("organisation", None)
        found = _problems(row, form)
        if role and where is not None and (sentence := rules.role_fits(role, where)):
            found.append(row.problem("role", sentence))
        if role and (sentence := rules.not_to_oneself(user, email, role)):
            found.append(row.problem("role", sentence))
        return found

    def _has_it(self, email: str, where: Organisation, role: str) -> bool:
        """Whether the person holds the role there, or was invited to it and can still answer."""
        if where.pk is None:
            return False
        if Membership.objects.own().current().filter(user__email=email, organisation=where, role=role).exists():
            return True
        waiting = Invitation.objects.filter(
            email=email, organisation=where, role=role, accepted_at__isnull=True, revoked_at__isnull=True
        )
        return any(invitation.is_open for invitation in waiting)

    def _unique(self, key: str, is_known, row: Row, problems: list[Problem], seen: dict[str, int]) -> str:
        """A key of its own; the second row of the same thing is a problem."""
        if is_known and key not in seen:
            seen[key] = row.number
            return key
        if is_known:
            said = _("The same stands in row %(row)d already. Keep one of the two rows.") % {"row": seen[key]}
            problems.append(row.problem("", said))
        return f"{row.table.name}:{row.number}"

    # --- Carrying out -------------------------------------------------------------------------------------

    def carry_out(self, content: dict, key: str, user, options: dict, book: Book | None) -> Kept:
        """Keep an organisation, or invite somebody as the page does; the letter leaves once it is stored."""
        if not self.may(user, options):
            raise Refused([_("You are no longer an administrator.")])
        if "organisation" in content and isinstance(content["organisation"], dict):
            return self._keep(content["organisation"], user)
        where = organisations_to_invite().filter(code=content["organisation"]).first()
        if where is None:
            raise Refused([_("No organisation that exists today has this code.")])
        if self._has_it(content["email"], where, content["role"]):
            return Kept(where.code)
        form = InviteForm(content | {"organisation": where.pk})
        if not form.is_valid():
            raise Refused([sentence for sentences in form.errors.values() for sentence in sentences])
        invitation, _token = services.invite(**form.cleaned_data, actor=user)
        return Kept(f"UND-{invitation.pk}")

    def _keep(self, data: dict, user) -> Kept:
        form = organisations.OrganisationForm(data)
        if not form.is_valid():
            raise Refused([sentence for sentences in form.errors.values() for sentence in sentences])
        return Kept(keep_organisation(form.cleaned_data["code"], form.values, actor=user).code)


def _code(value) -> str:
    return (value or "").strip().upper()


def _from_the_top(rows: list[Row]) -> list[Row]:
    """Rows of organisations, each after the one it belongs to: they are made in this order."""
    above = {_code(row.values.get("code")): _code(row.values.get("parent")) for row in rows}

    def depth(row: Row) -> int:
        steps, code = 0, _code(row.values.get("parent"))
        while code in above and steps < len(rows):
            steps, code = steps + 1, above[code]
        return steps

    return sorted(rows, key=depth)


def _row(row: Row) -> str:
    return _("Row %(row)d") % {"row": row.number}


def _key(email: str, code: str, role: str | None) -> str:
    """Who where as what; addresses may be longer than a key."""
    return f"{code}:{role}:{hashlib.sha256(email.encode()).hexdigest()[:24]}"


def _problems(row: Row, form) -> list[Problem]:
    """What a form refuses, at the cells of a row; a cell that could not be understood has its problem already."""
    understood = {problem.heading for problem in row.problems}
    found = []
    for name, sentences in form.errors.items():
        here = name if name in row.values else ""
        if here and row.problem(here, "").heading in understood:
            continue
        found += [row.problem(here, str(sentence)) for sentence in sentences]
    return found
