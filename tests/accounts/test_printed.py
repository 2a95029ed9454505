"""How letters and pages name whoever signs: typed from the rules of official letters, compared word by word."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone, translation

from accounts.models import Delegation
from accounts.roles import DelegationKind, Role
from accounts.rules import block_of, block_of_actor, post_title, signature_block, with_capacity
from tests import factories
from tests.delegation_factories import official, stand_in

pytestmark = pytest.mark.django_db

OFFICE = {"id": "Dinas Tenaga Kerja Provinsi Aceh", "en": "Manpower Office of Aceh Province"}


@pytest.fixture
def office(aceh):
    aceh.name_id, aceh.name_en = OFFICE["id"], OFFICE["en"]
    aceh.save()
    return aceh


@pytest.fixture
def head(office):
    return factories.member(Role.DINAS_HEAD, office)


GOLDEN = {
    ("", "id"): ("Kepala Dinas Tenaga Kerja Provinsi Aceh",),
    ("", "en"): ("Head of Manpower Office of Aceh Province",),
    ("PLT", "id"): ("Plt. Kepala Dinas Tenaga Kerja Provinsi Aceh",),
    ("PLT", "en"): ("Plt. Head of Manpower Office of Aceh Province",),
    ("PLH", "id"): ("Plh. Kepala Dinas Tenaga Kerja Provinsi Aceh",),
    ("PLH", "en"): ("Plh. Head of Manpower Office of Aceh Province",),
    ("AN", "id"): ("a.n. Kepala Dinas Tenaga Kerja Provinsi Aceh", "Sekretaris"),
    ("AN", "en"): ("a.n. Head of Manpower Office of Aceh Province", "Sekretaris"),
    ("UB", "id"): ("a.n. Kepala Dinas Tenaga Kerja Provinsi Aceh", "Sekretaris", "u.b.", "Kepala Bidang Pelatihan"),
    ("KUASA", "id"): ("Atas kuasa Kepala Dinas Tenaga Kerja Provinsi Aceh", "Sekretaris"),
    ("KUASA", "en"): ("By power of attorney of Head of Manpower Office of Aceh Province", "Sekretaris"),
}


@pytest.mark.parametrize(("kind", "language"), GOLDEN)
def test_a_letter_is_signed_as_the_rules_of_letters_have_it(kind, language, office, head):
    actor = head
    if kind:
        below = {"AN": "Sekretaris", "KUASA": "Sekretaris", "UB": "Kepala Bidang Pelatihan"}.get(kind, "")
        given = {"delegate_post": below, "through_post": "Sekretaris" if kind == "UB" else ""}
        actor = stand_in(head, official(office), kind, **given).delegate
    assert block_of_actor(actor, language).lines == GOLDEN[kind, language]


@pytest.mark.parametrize(
    ("lines", "kind", "text"),
    [
        (("Kepala Dinas X",), "", "Kepala Dinas X"),
        (("Plh. Kepala Dinas X",), "PLH", "Plh. Kepala Dinas X"),
        (("a.n. Kepala Dinas X", "Sekretaris"), "AN", "a.n. Kepala Dinas X, Sekretaris"),
        (
            ("a.n. Kepala Dinas X", "Sekretaris", "u.b.", "Kepala Bidang Y"),
            "UB",
            "a.n. Kepala Dinas X, Sekretaris, u.b. Kepala Bidang Y",
        ),
        (("Atas kuasa Sekretaris Jenderal", "Kepala Biro"), "KUASA", "Atas kuasa Sekretaris Jenderal, Kepala Biro"),
    ],
)
def test_within_a_sentence_it_takes_one_line(lines, kind, text):
    from accounts.rules import SignatureBlock

    assert SignatureBlock(lines, kind).text == text


def test_posts_are_named_by_what_they_head(office, db):
    ppsdm = factories.organisation("PPSDM")
    ppsdm.name_id = "Pusat Pengembangan SDM Ketenagakerjaan"
    found = [
        post_title(role, where, "id")
        for role, where in ((Role.PPSDM_HEAD, ppsdm), (Role.SEKJEN, None), (Role.PARTNER_HEAD, None))
    ]
    assert found == ["Kepala Pusat Pengembangan SDM Ketenagakerjaan", "Sekretaris Jenderal", "Kepala Perwakilan"]
    with translation.override("en"):
        assert post_title(Role.SEKJEN, None, "id") == "Sekretaris Jenderal"


def test_a_letter_an_operator_drafts_names_whoever_stands_in_today(office, head):
    operator = official(office)
    assert signature_block(Role.DINAS_HEAD, office, actor=operator).lines == GOLDEN["", "id"]
    made = stand_in(head, official(office), DelegationKind.PLH)
    assert signature_block(Role.DINAS_HEAD, office, actor=operator).lines == GOLDEN["PLH", "id"]
    past = timezone.localdate() - timedelta(days=2)
    Delegation.objects.filter(pk=made.pk).update(valid_from=past - timedelta(days=3), valid_to=past)
    assert signature_block(Role.DINAS_HEAD, office, actor=operator).lines == GOLDEN["", "id"]


def test_whoever_signs_in_somebody_s_name_is_named_only_where_they_sign_themselves(office, head):
    operator = official(office)
    deputy = stand_in(head, official(office), DelegationKind.AN, delegate_post="Sekretaris").delegate
    assert signature_block(Role.DINAS_HEAD, office, actor=operator).lines == GOLDEN["", "id"]
    kinds = (DelegationKind.PLT, DelegationKind.PLH, DelegationKind.AN)
    assert signature_block(Role.DINAS_HEAD, office, actor=deputy, kinds=kinds).lines == GOLDEN["AN", "id"]


def test_a_paper_that_a_plh_may_not_sign_names_the_holder(office, head):
    plh = stand_in(head, official(office), DelegationKind.PLH).delegate
    assert signature_block(Role.DINAS_HEAD, office, actor=plh, kinds=("PLT",)).lines == GOLDEN["", "id"]


def test_a_delegation_from_before_the_question_was_asked_prints_the_delegate_s_own_post(office, head):
    made = stand_in(head, official(office, Role.PROV_VER), DelegationKind.AN)
    Delegation.objects.filter(pk=made.pk).update(delegate_post="")
    made.refresh_from_db()
    last = block_of(made, Role.DINAS_HEAD, office).lines[-1]
    assert last.endswith(OFFICE["id"]) and not last.startswith("a.n.")


@pytest.mark.parametrize(
    ("post", "kind", "printed"),
    [
        ("Sekretaris Jenderal", "PLT", "Plt. Sekretaris Jenderal"),
        ("Plt. Sekretaris Jenderal", "PLT", "Plt. Sekretaris Jenderal"),
        ("Sekretaris Jenderal", "KUASA", "Atas kuasa Sekretaris Jenderal"),
        ("atas kuasa Sekretaris Jenderal", "KUASA", "atas kuasa Sekretaris Jenderal"),
        ("Sekretaris Jenderal", "DEFINITIVE", "Sekretaris Jenderal"),
        ("Gubernur", "", "Gubernur"),
    ],
)
def test_what_somebody_typed_is_not_said_twice(post, kind, printed):
    assert with_capacity(post, kind) == printed
