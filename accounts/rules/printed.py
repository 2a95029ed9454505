"""Who signs, as letters print it: "Plt. Kepala Dinas …", "a.n. Kepala Dinas … / Sekretaris", "Atas kuasa …".

One place for every paper and page. The abbreviations are the rule's own (Tata Naskah Dinas) and stay in every language.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils import translation

from accounts.models import Delegation, Membership, in_local_language
from accounts.roles import DelegationKind, Role
from workflow.registry import role_label

HEADS_AN_ORGANISATION = (Role.DINAS_HEAD, Role.PPSDM_HEAD, Role.BIROKS_HEAD)
"""Posts that letters name by what they head."""

FIXED = {
    Role.SEKJEN: {"id": "Sekretaris Jenderal", "en": "Secretary General"},
    Role.PARTNER_HEAD: {"id": "Kepala Perwakilan", "en": "Chief Representative"},
}
HEAD_OF = {"id": "Kepala", "en": "Head of"}
BY_POWER = {"id": "Atas kuasa", "en": "By power of attorney of"}
"""An attorney signs "atas kuasa" of the principal, over their own post."""

STEPS_IN = (DelegationKind.PLT, DelegationKind.PLH)
"""Who a letter of the office is signed by while the post is vacant or its holder away; the other kinds are chosen."""

OVER_OWN_POST = (DelegationKind.AN, DelegationKind.UB, DelegationKind.KUASA)
"""Who signs below the principal's post over their own; a Plt or Plh is the post for the time."""


@dataclass(frozen=True)
class SignatureBlock:
    """What stands over the signature: one line for the holder or Plt/Plh, two for a.n. and kuasa, four for u.b."""

    lines: tuple[str, ...]
    kind: str = ""

    @property
    def text(self) -> str:
        """The same within a sentence or a table: "a.n. Kepala Dinas X, Sekretaris"."""
        last = self.lines[-1]
        if self.kind == DelegationKind.UB:
            return ", ".join(self.lines[:-2]) + f", u.b. {last}"
        return ", ".join(self.lines)


def post_title(role: str, organisation, language: str) -> str:
    """A post as letters name it: "Kepala Dinas Tenaga Kerja Provinsi Aceh"."""
    if role in FIXED:
        return FIXED[role][language]
    with translation.override(language):
        name = in_local_language(organisation, "name")
        if role in HEADS_AN_ORGANISATION:
            return f"{HEAD_OF[language]} {name}"
        return f"{role_label(role)}, {name}"


def with_capacity(post: str, kind: str, language: str = "id") -> str:
    """A post with what stands before it in one line: "Plt. Sekretaris Jenderal"; as typed where it stands there
    already."""
    before = {
        DelegationKind.PLT: "Plt.",
        DelegationKind.PLH: "Plh.",
        DelegationKind.AN: "a.n.",
        DelegationKind.UB: "a.n.",
        DelegationKind.KUASA: BY_POWER[language],
    }.get(kind, "")
    return post if not before or post.lower().startswith(before.lower().rstrip(".")) else f"{before} {post}"


def block_of(delegation: Delegation | None, role: str, organisation, language: str = "id") -> SignatureBlock:
    """The block of a post, signed by its holder or under a delegation."""
    post = post_title(role, organisation, language)
    if delegation is None:
        return SignatureBlock((post,))
    kind = delegation.kind
    own = delegation.delegate_post or _own_post(delegation, language)
    lines = [with_capacity(post, kind, language)]
    if kind == DelegationKind.UB:
        lines += [delegation.through_post, "u.b."]
    if kind in OVER_OWN_POST:
        lines.append(own)
    return SignatureBlock(tuple(line for line in lines if line), kind)


def _own_post(delegation: Delegation, language: str) -> str:
    """The delegate's own post, for delegations recorded before it was asked for."""
    own = Membership.objects.own().filter(user=delegation.delegate_id).select_related("organisation").order_by("pk")
    first = own.current().first() or own.first()
    return post_title(first.role, first.organisation, language) if first else ""


def block_of_actor(user, language: str = "id") -> SignatureBlock:
    """Who signs when this user signs, in the capacity they act in now."""
    acting = user.acting
    return block_of(acting.delegation, acting.role, acting.organisation, language)


def signature_block(role: str, organisation, language: str = "id", *, actor=None, kinds=STEPS_IN) -> SignatureBlock:
    """Who signs a letter of this post today: the actor where they act in it, else the Plt or Plh in force, else the
    holder. `kinds`: who may sign the paper at all; agreements name no Plh. Of a post there is once (Secretary General)
    the organisation may be left out."""
    acting = getattr(actor, "acting", None)
    if acting is not None and acting.role == role and organisation in (None, acting.organisation):
        given = acting.delegation
        return block_of(given if given is None or given.kind in kinds else None, role, organisation, language)
    in_force = Delegation.objects.in_force().filter(kind__in=set(kinds) & set(STEPS_IN), post__role=role)
    if organisation is not None:
        in_force = in_force.filter(post__organisation=organisation)
    return block_of(in_force.order_by("pk").first(), role, organisation, language)
