"""Programmes of a partner from a spreadsheet: new drafts, and changes of drafts and returned offers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import Organisation
from exchange.books.columns import Book, Item, Problem, Row, Table
from exchange.kinds import programmes_content as contents
from exchange.kinds import programmes_tables as sheets
from exchange.kinds.programmes_checks import Found, cannot_change, refused_by_forms, sentences
from exchange.kinds.programmes_example import examples
from programs import rules, selectors, services
from programs.models import Program, Scheme
from programs.models import ProgramStatus as S
from workflow.engine import Refused

OVER = (S.COMPLETED, S.EVALUATED, S.CANCELLED, S.REJECTED)
"""A course number that comes back after these is a new offer."""


class Programmes:
    """See `exchange.books.columns.Kind`."""

    name = "programmes"
    label = gettext_lazy("Programmes")
    one = gettext_lazy("programme")
    reads_again = False
    home = "programs:mine"

    def bring_in(self, count: int) -> str:
        """What the button says."""
        words = ngettext("Bring in %(count)d ready programme", "Bring in %(count)d ready programmes", count)
        return words % {"count": count}

    def may(self, user, options: dict) -> bool:
        """Who may begin an offer: a partner's people, and the Bureau on a partner's behalf."""
        return rules.may_offer(user)

    def tables(self, user, options: dict) -> tuple[Table, ...]:
        """Programmes and the sheets below them."""
        return sheets.tables(user)

    def examples(self, user, options: dict) -> dict[str, list[dict]]:
        """One filled programme."""
        return examples(user)

    def current(self, user, options: dict) -> dict[str, list[dict]]:
        """The drafts and returned offers the user may fill in."""
        found: dict[str, list[dict]] = defaultdict(list)
        drafts = selectors.copy_sources(user).filter(status__in=rules.FILLABLE).select_related("partner", "scheme")
        for program in drafts:
            if rules.may_fill(user, program):
                for table, rows in contents.rows_of(program, user).items():
                    found[table] += rows
        return dict(found)

    # --- Reading ------------------------------------------------------------------------------------------

    def read(self, book: Book, user, options: dict) -> Iterator[Item]:
        """One item per programme; rows of other sheets without a programme are items to fix."""
        found = [Found(row) for row in book.rows("programmes")]
        lost = self._hand_out(book, user, found)
        partners = {partner.code: partner for partner in rules.partners_for(user)}
        seen: dict[str, Item] = {}
        for one in found:
            yield self._judge(one, user, partners, seen)
        for row, problem in lost:
            yield Item(
                key=f"{row.table.name}:{row.number}",
                label=_("%(sheet)s, row %(row)d") % {"sheet": row.sheet, "row": row.number},
                action="fix",
                row=row,
                problems=[problem, *row.problems],
            )

    def _hand_out(self, book: Book, user, found: list[Found]) -> list[tuple[Row, Problem]]:
        """Give every row below to its programme; returns those that belong to none, with the reason."""
        named: dict[str, list[Found]] = defaultdict(list)
        for one in found:
            for name in {one.code.casefold(), one.reference.casefold()} - {""}:
                named[name].append(one)
        lost = []
        for table in sheets.tables(user)[1:]:
            side_by_side = getattr(getattr(book, "parts", {}).get(table.name), "wide", False)
            for row in book.rows(table.name):
                if side_by_side and not any(v is not None for n, v in row.values.items() if n != "reference"):
                    continue  # a line of a text file that speaks of other things
                name = (row.values.get("reference") or "").strip()
                meant = named.get(name.casefold(), [])
                if len(meant) == 1:
                    meant[0].below[table.name].append(row)
                elif meant:
                    lost.append((row, row.problem(
                        "reference",
                        _("Several programmes of this file have the number “%(name)s”.") % {"name": name},
                        _("Give each its own number, or upload them in two files."),
                    )))  # fmt: skip
                elif name:
                    lost.append((row, row.problem(
                        "reference",
                        _("No programme “%(name)s” on the sheet of programmes.") % {"name": name},
                        _("Write its code or the partner's course number as it stands there."),
                    )))  # fmt: skip
                else:
                    lost.append((row, row.problem(
                        "",
                        _("This row belongs to no programme."),
                        _("Write its code or the partner's course number as it stands there."),
                    )))  # fmt: skip
        return lost

    def _judge(self, one: Found, user, partners: dict, seen: dict[str, Item]) -> Item:
        """What would become of one programme."""
        problems = [problem for row in one.all_rows for problem in row.problems]
        problems += self._recognise(one, user, partners)
        key = self._key(one)
        marks = {key, one.program.code if one.program else key}
        if twin := next((seen[mark] for mark in marks if mark in seen), None):
            # Which of them counts is for the person to say: neither is brought in.
            problems.append(_twice(one.row, twin.row))
            twin.problems.append(_twice(twin.row, one.row))
            twin.action, twin.changes = "fix", []
            key = f"programmes:{one.row.number}"
        item = Item(
            key=key,
            label=self._label(one),
            action="fix",
            row=one.row,
            rows=len(one.all_rows),
            people=sum(row.values.get("seats") or 0 for row in one.below["intakes"]),
            problems=problems,
            code=one.program.code if one.program else "",
        )
        for mark in marks:
            seen.setdefault(mark, item)
        if one.partner is None or not one.row.values.get("scheme"):
            return item
        item.content = self._content(one)
        problems += refused_by_forms(one, user, item.content, problems)
        if problems:
            return item
        if one.program is None:
            item.action = "create"
            return item
        item.changes = contents.changes_by(one.program, item.content, user)
        item.action = "change" if item.changes else "skip"
        item.content["version"] = one.program.version
        if item.changes and (sentence := cannot_change(user, one.program)):
            item.action, item.changes = "fix", []
            problems.append(one.row.problem("", sentence, _("Take the row out of the file, or leave it as it was.")))
        return item

    def _key(self, one: Found) -> str:
        scheme = one.row.values.get("scheme") or ""
        if one.code and one.program is not None:
            return one.program.code
        if one.partner is None or not one.reference or one.code:
            return f"programmes:{one.row.number}"
        return f"{one.partner.code}|{scheme}|{one.reference.casefold()}"[:120]

    def _label(self, one: Found) -> str:
        title = one.row.values.get("title_id") or one.row.values.get("title_en") or ""
        name = one.program.code if one.program else one.reference
        return (" · ".join(part for part in (name, title) if part) or _("Row %(row)d") % {"row": one.row.number})[:200]

    def _recognise(self, one: Found, user, partners: dict) -> list[Problem]:
        """Find the partner and the stored programme a row is about."""
        row = one.row
        if sheets.files_for_others(user):
            one.partner = partners.get(row.values.get("partner") or "")
        else:
            one.partner = next(iter(partners.values()), None)
        if one.code:
            one.program = selectors.copy_sources(user).filter(code=one.code).first()
            if one.program is None:
                return [row.problem(
                    "code",
                    _("You have no programme with this code."),
                    _("Check the code, or leave the cell empty for a new draft."),
                )]  # fmt: skip
            one.partner = one.program.partner
            return []
        if not one.reference:
            if any(problem.row == row.number and problem.sheet == row.sheet for problem in row.problems):
                return []
            return [row.problem(
                "partner_reference" if "partner_reference" in row.values else "",
                _("Neither code nor course number is filled in."),
                _("Write the partner's course number, so that the next file finds the same programme."),
            )]  # fmt: skip
        scheme = Scheme.objects.filter(pk=row.values.get("scheme")).first()
        if one.partner is None or scheme is None:
            return []
        if scheme.partner_id not in (None, one.partner.pk):
            return [row.problem("scheme", _("This scheme belongs to another partner."))]
        one.program = self._stored(user, one.partner, scheme.pk, one.reference)
        return []

    def _stored(self, user, partner, scheme: str | None, reference: str) -> Program | None:
        """The programme that has this number: one that can be changed before one that is on its way."""
        same = selectors.copy_sources(user).filter(
            partner=partner, scheme=scheme, partner_reference__iexact=reference
        ).exclude(status__in=OVER)  # fmt: skip
        return max(same, key=lambda program: (rules.may_fill(user, program), program.pk), default=None)

    def _content(self, one: Found) -> dict:
        """What `carry_out` gets. Empty cells say nothing, nor do those that could not be understood."""
        names = {name for names in sheets.MAIN.values() for name in names}
        main = {n: contents.storable(v) for n, v in one.row.values.items() if n in names and v is not None}
        rows: dict[str, list[dict]] = {}
        for table, below in one.below.items():
            rows[table] = [
                {n: contents.storable(v) for n, v in row.values.items() if n != "reference" and v is not None}
                | {"row": row.number}
                for row in below
            ]
        for row in rows.get("costs", []):
            # With three digits behind the point the page would take them for thousands.
            if row.get("amount"):
                row["amount"] = f"{Decimal(row['amount']):.2f}"
        return {
            "code": one.program.code if one.code and one.program else "",
            "partner": one.partner.code if one.partner else "",
            "main": main,
            "rows": rows,
        }

    # --- Carrying out -------------------------------------------------------------------------------------

    def carry_out(self, content: dict, key: str, user, options: dict, book: Book | None) -> Program:
        """Begin the draft where it is new, then save every section that differs, as its pages would."""
        program, is_new = self._to_fill(content, user)
        is_as_read = is_new or program.version == content.get("version")
        for section in contents.touched(content):
            fresh = Program.objects.select_related("partner", "scheme").get(pk=program.pk)
            form = contents.bound(section, fresh, content, user)
            if not form.is_valid():
                raise Refused(sentences(form))
            if contents.is_changed(form):
                if not is_as_read:
                    raise Refused([_changed_meanwhile(content) % {"code": program.code}])
                services.fill_section(fresh, form, section=section, actor=user, version=fresh.version)
        return Program.objects.get(pk=program.pk)

    def _to_fill(self, content: dict, user) -> tuple[Program, bool]:
        """The stored programme, or a new draft; whether it is new."""
        if not rules.may_offer(user):
            raise Refused([_("You can no longer offer programmes in this capacity.")])
        partner = rules.partners_for(user).filter(code=content["partner"]).first()
        if partner is None:
            raise Refused([_("You can no longer offer programmes for this partner.")])
        # Of two files that bring in the same number at the same moment the second finds the draft of the first.
        Organisation.objects.select_for_update(no_key=True).get(pk=partner.pk)
        mine = selectors.copy_sources(user)
        if content["code"]:
            program = mine.filter(code=content["code"]).first()
        else:
            program = self._stored(
                user, partner, content["main"].get("scheme"), (content["main"].get("partner_reference") or "").strip()
            )
        if program is not None:
            if sentence := cannot_change(user, program):
                raise Refused([sentence])
            return program, False
        scheme = selectors.schemes_for([partner]).filter(pk=content["main"].get("scheme")).first()
        if scheme is None or content["code"]:
            raise Refused([_("This scheme belongs to another partner.")])
        others = sheets.files_for_others(user)
        return services.open_program(partner=partner, scheme=scheme, actor=user, on_behalf=others), True


def _twice(row: Row, other: Row) -> Problem:
    said = _("This programme stands in row %(row)d as well. Keep one of the two rows.") % {"row": other.number}
    return row.problem("", said)


def _changed_meanwhile(content: dict) -> str:
    if "version" in content:
        return _("%(code)s was changed since the file was read. Upload the file again to compare.")
    return _("%(code)s was made from this row meanwhile. Upload the file again to compare.")
