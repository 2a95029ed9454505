"""Signing an agreement: what is uploaded is judged, what is signed here holds, and the check page tells everyone."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone, translation

from accounts.roles import DelegationKind, Role
from participants.lifecycle import NOMINATION
from participants.models import NominationStatus, PaperKind
from partnerships.lifecycle import AGREEMENT
from partnerships.models import AgreementStatus, AmendmentPhase, DocumentKind, PaperForm, Track
from partnerships.services import papers as drafting
from tests import agreement_factories as make
from tests import factories
from tests import nomination_factories as nominations
from tests.delegation_factories import official, stand_in
from tests.signing_factories import (
    changed,
    home_authority,
    other_authority,
    plain_pdf,
    signed,
    with_authority,
)
from workflow.engine import Refused, offered, perform
from workflow.models import LogEntry, Seal
from workflow.signing import authority, found
from workflow.signing.adapters import CannotSign, SigningAdapter

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def roots(settings, tmp_path):
    """The portal knows the root of one authority."""
    folder = tmp_path / "roots"
    folder.mkdir()
    (folder / "negara.pem").write_bytes(home_authority().root)
    settings.SIGNING_ROOTS_DIR = folder


@pytest.fixture
def ready(jica):
    return make.agreement(AgreementStatus.READY_TO_SIGN, partner=jica)


def answers(**more) -> dict:
    today = timezone.localdate().isoformat()
    return {
        "way": "ELECTRONIC",
        "signed_on": today,
        "place": "Jakarta",
        "our_post": "Sekretaris Jenderal",
        "capacity": "DEFINITIVE",
        "partner_post": "Kepala Perwakilan",
        "effective_date": today,
        "copies": ["KEMLU"],
        **more,
    }


def sent(client, user, agreement, action="sign", **more):
    client.force_login(user)
    return client.post(f"/en/kemitraan/{agreement.code}/{action}/", answers(**more))


def upload(content: bytes, name: str = "mou.pdf"):
    return SimpleUploadedFile(name, content, content_type="application/pdf")


def said(response) -> str:
    return " ".join(str(e) for errors in response.context["form"].errors.values() for e in errors)


# --- Signed outside ---------------------------------------------------------------------------------------------------


def test_an_electronically_signed_upload_is_kept_with_what_its_signatures_say(client, sekjen, ready):
    both = signed(signed(), "Kepala Perwakilan", "JICA", by=other_authority())
    assert sent(client, sekjen, ready, signed=upload(both)).status_code == 302
    ready.refresh_from_db()
    paper = ready.documents.get(kind=DocumentKind.SIGNED)
    assert (ready.status, paper.signing, paper.signatures["adapter"]) == (
        AgreementStatus.ACTIVE,
        "ELECTRONIC",
        "upload",
    )
    assert [(s.subject["organisation"], s.integrity, s.trust) for s in paper.reading.signatures] == [
        ("Kementerian Ketenagakerjaan", found.INTACT, found.KNOWN),
        ("JICA", found.INTACT, found.UNKNOWN),
    ]
    page = client.get(ready.get_absolute_url()).content.decode()
    assert "Sekretaris Jenderal, Kementerian Ketenagakerjaan: Valid" in page
    assert "Kepala Perwakilan, JICA: Unknown root" in page


def test_the_public_page_names_organisations_and_validity_and_no_person(client, sekjen, ready):
    sent(client, sekjen, ready, signed=upload(signed(None, "Siti Aminah Putri", "Kementerian Ketenagakerjaan")))
    paper = ready.documents.get(kind=DocumentKind.SIGNED)
    inside = client.get(ready.get_absolute_url()).content.decode()
    client.logout()
    pages = [client.get(f"{prefix}/verify/{paper.seal.code}/").content.decode() for prefix in ("", "/en")]
    assert "Siti Aminah" in inside
    assert ["Siti" in page for page in pages] == [False, False]
    assert "Electronic signature 1" in pages[1]
    assert "Kementerian Ketenagakerjaan: Valid. The document is unchanged since it was signed." in pages[1]


def test_one_changed_byte_of_a_signed_document_fails_the_check(client, sekjen, ready):
    content = signed()
    sent(client, sekjen, ready, signed=upload(content))
    code = ready.documents.get(kind=DocumentKind.SIGNED).seal.code
    tones = [
        client.post(f"/verify/{code}/", {"file": upload(file)}).context["verdict"]["tone"]
        for file in (content, changed(content))
    ]
    assert tones == ["green", "red"]


REFUSED = {
    "a changed byte": (lambda: changed(signed()), "Signature 1: The signature does not fit the file"),
    "words hung on": (lambda: signed() + b"\nmore\n", "Signature 1: The document was changed after it was signed."),
    "the second of two broken": (
        lambda: (
            changed(signed(signed(), "Kepala Perwakilan", "JICA"), b"Perwakilan)", b"Parwakilan)")
            if b"Perwakilan)" in signed(signed(), "Kepala Perwakilan", "JICA")
            else changed(signed())
        ),
        "Signature",
    ),
    "cut off": (lambda: signed()[:-300], "The file is damaged or cut off"),
    "no signature": (plain_pdf, "The file carries no electronic signature"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_does_not_hold_is_refused_with_what_to_do_and_keeps_what_was_typed(name, client, sekjen, ready):
    content, sentence = REFUSED[name]
    response = sent(client, sekjen, ready, signed=upload(content()))
    assert (response.status_code, sentence in said(response)) == (400, True)
    assert 'value="Kepala Perwakilan"' in response.content.decode()
    ready.refresh_from_db()
    assert (ready.status, ready.documents.count()) == (AgreementStatus.READY_TO_SIGN, 0)


def test_a_scan_is_taken_and_called_a_scan_everywhere(client, sekjen, ready):
    assert sent(client, sekjen, ready, way="SCAN", signed=upload(plain_pdf())).status_code == 302
    paper = ready.documents.get(kind=DocumentKind.SIGNED)
    assert (paper.signing, paper.reading.is_signed) == ("SCAN", False)
    inside = client.get(ready.get_absolute_url()).content.decode()
    outside = client.get(f"/en/verify/{paper.seal.code}/").content.decode()
    assert ["Scan of a hand-signed paper" in page for page in (inside, outside)] == [True, True]
    assert "It carries no electronic signature" in inside


def test_calling_it_a_scan_does_not_let_a_broken_signature_pass(client, sekjen, ready):
    response = sent(client, sekjen, ready, way="SCAN", signed=upload(changed(signed())))
    assert (response.status_code, "does not fit the file" in said(response)) == (400, True)


def test_a_signed_file_called_a_scan_is_still_shown_as_signed(client, sekjen, ready):
    sent(client, sekjen, ready, way="SCAN", signed=upload(signed()))
    assert ready.documents.get(kind=DocumentKind.SIGNED).signing == "ELECTRONIC"


def test_a_signing_without_a_file_is_refused(client, sekjen, ready):
    assert "Add the signed document." in said(sent(client, sekjen, ready))


def test_signing_here_is_not_offered_where_the_portal_cannot(client, sekjen, ready):
    client.force_login(sekjen)
    assert "PORTAL" not in client.get(f"/en/kemitraan/{ready.code}/sign/").content.decode()
    response = sent(client, sekjen, ready, way="PORTAL")
    assert response.status_code == 400
    with pytest.raises(Refused):
        perform(AGREEMENT, "sign", record=ready, actor=sekjen, answers=typed(way="PORTAL"))


# --- Signed here ------------------------------------------------------------------------------------------------------


@pytest.fixture
def local(settings, tmp_path):
    """A portal with the demo's own authority."""
    return with_authority(settings, tmp_path / "ca")


@pytest.fixture
def drafted(jica, biroks, biroks_officer):
    """An agreement ready to sign whose texts the portal drafted."""
    where = make.agreement(AgreementStatus.DRAFTING, partner=jica)
    for language in ("id", "en"):
        drafting.draft(where, PaperForm.MEMORANDUM, language, biroks_officer)
    type(where).objects.filter(pk=where.pk).update(status=AgreementStatus.READY_TO_SIGN)
    return type(where).objects.get(pk=where.pk)


def typed(**more) -> dict:
    """Answers as the engine takes them."""
    today = timezone.localdate()
    return {**answers(), "signed": None, "signed_on": today, "effective_date": today, **more}


def text_of(paper) -> str:
    import io

    from pypdf import PdfReader

    with paper.file.open("rb") as file:
        return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(file.read())).pages)


def test_the_signatory_signs_the_current_text_here_in_both_languages(client, sekjen, drafted, local):
    client.force_login(sekjen)
    page = client.get(f"/en/kemitraan/{drafted.code}/sign/").content.decode()
    assert "You would sign as" in page and "without legal force" in page
    assert sent(client, sekjen, drafted, way="PORTAL").status_code == 302
    papers = list(drafted.documents.filter(kind=DocumentKind.SIGNED).order_by("version").select_related("seal"))
    assert [(p.language, p.signing, p.signatures["adapter"]) for p in papers] == [
        ("en", "ELECTRONIC", "local"),
        ("id", "ELECTRONIC", "local"),
    ]
    for paper in papers:
        (one,) = paper.reading.signatures
        assert (one.integrity, one.trust, one.whole) == (found.INTACT, found.DEMO, True)
        assert (one.subject["name"], one.reason) == ("Sekretaris Jenderal", "Sekretaris Jenderal")
        assert one.subject["unit"] == authority.MARK
        assert paper.sha256 == paper.seal.sha256
        words = text_of(paper)
        assert "KONSEP" not in words and "DRAFT" not in words
        assert paper.seal.code in words
    log = LogEntry.objects.get(action="sign")
    assert log.data["signed"].endswith(".pdf")


def test_the_check_page_of_a_document_signed_here_says_that_it_is_a_sample(client, sekjen, drafted, local):
    sent(client, sekjen, drafted, way="PORTAL")
    paper = drafted.documents.filter(kind=DocumentKind.SIGNED, language="id").get()
    page = client.get(f"/en/verify/{paper.seal.code}/").content.decode()
    assert "Sample, no legal force" in page
    assert client.get(f"/en/verify/{paper.seal.code}/").context["standing"].key == "sample"
    with paper.file.open("rb") as file:
        content = file.read()
    tones = [
        client.post(f"/verify/{paper.seal.code}/", {"file": upload(file)}).context["verdict"]["tone"]
        for file in (content, content[:-1], content + b"\n")
    ]
    assert tones == ["green", "red", "red"]


def test_a_content_changed_after_the_draft_is_not_signed(client, sekjen, drafted, local):
    type(drafted).objects.filter(pk=drafted.pk).update(scope="Tiga angkatan")
    response = sent(client, sekjen, drafted, way="PORTAL")
    assert (response.status_code, "drafted anew" in said(response)) == (400, True)
    drafted.refresh_from_db()
    assert (drafted.status, drafted.documents.filter(kind=DocumentKind.SIGNED).count()) == ("READY_TO_SIGN", 0)
    assert Seal.objects.filter(kind="SIGNED").count() == 0


def test_an_uploaded_text_is_signed_as_it_is(client, sekjen, ready, local):
    text = make.paper(ready, DocumentKind.TEXT_ID)
    text.hold(ContentFile(plain_pdf(2), name="naskah.pdf")).save()
    assert sent(client, sekjen, ready, way="PORTAL").status_code == 302
    paper = ready.documents.get(kind=DocumentKind.SIGNED)
    assert text_of(paper).count("Nota Kesepahaman") == 2
    with paper.file.open("rb") as file:
        assert file.read().startswith(plain_pdf(2))


def test_without_a_text_there_is_nothing_to_sign(client, sekjen, ready, local):
    assert "There is no text to sign yet" in said(sent(client, sekjen, ready, way="PORTAL"))


def test_the_portal_s_signature_is_added_to_the_other_party_s(client, sekjen, ready, local):
    theirs = signed(None, "Kepala Perwakilan", "JICA", by=other_authority(), field="JICA")
    assert sent(client, sekjen, ready, way="PORTAL", signed=upload(theirs)).status_code == 302
    paper = ready.documents.get(kind=DocumentKind.SIGNED)
    assert [(s.subject["organisation"], s.integrity, s.trust) for s in paper.reading.signatures] == [
        ("JICA", found.INTACT, found.UNKNOWN),
        ("Kementerian Ketenagakerjaan Republik Indonesia", found.INTACT, found.DEMO),
    ]


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"signed": plain_pdf()}, "already signed electronically"),
        ({"signed": changed(signed())}, "does not fit the file"),
        ({"signed_on": "2026-01-02", "effective_date": "2026-01-02"}, "You sign here today"),
        ({"capacity": "PLT"}, "You sign here as holder of the post"),
    ],
)
def test_signing_here_is_refused_with_a_sentence(client, sekjen, drafted, local, more, sentence):
    more = {k: upload(v) if isinstance(v, bytes) else v for k, v in more.items()}
    response = sent(client, sekjen, drafted, way="PORTAL", **more)
    assert (response.status_code, sentence in said(response)) == (400, True)


def test_a_key_others_can_read_signs_nothing(client, sekjen, drafted, local, settings):
    (settings.SIGNING_CA_DIR / authority.KEY).chmod(0o644)
    assert sent(client, sekjen, drafted, way="PORTAL").status_code == 400
    assert drafted.documents.filter(kind=DocumentKind.SIGNED).count() == 0


def test_for_a_region_nobody_signs_here_because_the_regent_signs(client, aceh_head, aceh_regency, jica, local):
    region = make.agreement(AgreementStatus.READY_TO_SIGN, partner=jica, track=Track.KSDLL_CONT, office=aceh_regency)
    client.force_login(aceh_head)
    page = client.get(f"/en/kemitraan/{region.code}/sign_region/").content.decode()
    assert 'value="PORTAL"' not in page and 'value="SCAN"' in page


def test_the_authority_is_made_once_with_a_key_of_its_owner_alone(settings, tmp_path, capsys):
    from django.core.management import CommandError, call_command

    with pytest.raises(CommandError):
        call_command("maketestca")
    settings.SIGNING_ADAPTER, settings.SIGNING_CA_DIR = "local", tmp_path / "new"
    call_command("maketestca")
    first = authority.load(settings.SIGNING_CA_DIR)
    call_command("maketestca")
    assert authority.load(settings.SIGNING_CA_DIR) == first
    modes = {p.name: oct(p.stat().st_mode & 0o777) for p in settings.SIGNING_CA_DIR.iterdir()}
    assert modes == {authority.KEY: "0o600", authority.ROOT: "0o644"}
    assert b"PRIVATE" not in authority.root_of(settings.SIGNING_CA_DIR)


# --- Who signs, and as what -------------------------------------------------------------------------------------------


def test_a_plh_endorses_a_nomination_and_signs_no_agreement_not_even_here(
    client, aceh, aceh_province_head, sekjen, biroks, jica, drafted, local
):
    """Story (a)."""
    deputy = official(aceh)
    stand_in(aceh_province_head, deputy)
    seats = nominations.seats(aceh, jica)
    nominations.begins(seats, 90)
    record = nominations.nomination(seats, NominationStatus.SUBMITTED)
    nominations.paper(record, PaperKind.CV, PaperKind.LANGUAGE, PaperKind.RELEASE)
    endorsed = {"letter_number": "1/2026", "letter_date": timezone.localdate(), "no_case": True, "stay_years": 2}
    done = perform(NOMINATION, "endorse", record=record, actor=deputy, answers=endorsed)
    assert (done.status, LogEntry.objects.get(action="endorse").capacity) == ("ORG_ENDORSED", "PLH")

    plh = stand_in(sekjen, official(biroks, Role.BIROKS_OFF)).delegate
    for way in ("PORTAL", "SCAN"):
        with pytest.raises(Refused) as refusal:
            more = {"signed": None if way == "PORTAL" else ContentFile(plain_pdf(), name="x.pdf")}
            perform(AGREEMENT, "sign", record=drafted, actor=plh, answers=typed(way=way, **more))
        assert "Plh" in str(refusal.value)
    assert [o.enabled for o in offered(plh, drafted) if o.transition.name == "sign"] == [False]
    assert drafted.documents.filter(kind=DocumentKind.SIGNED).count() == 0


@pytest.mark.parametrize("kind", [DelegationKind.AN, DelegationKind.UB])
def test_nobody_signs_an_agreement_here_in_somebody_s_name(kind, sekjen, biroks, drafted, local):
    deputy = stand_in(sekjen, official(biroks, Role.BIROKS_OFF), kind).delegate
    with pytest.raises(Refused):
        perform(AGREEMENT, "sign", record=drafted, actor=deputy, answers=typed(way="PORTAL"))


@pytest.mark.parametrize(
    ("post", "taken"),
    [
        ("a.n. Sekretaris Jenderal, Kepala Biro", False),
        ("Kepala Biro, u.b. Kepala Bagian", False),
        ("Atas nama Sekretaris Jenderal", False),
        ("Plh. Sekretaris Jenderal", False),
        ("Sekretaris Jenderal", True),
        ("Direktur Jenderal Binapenta dan PKK", True),
    ],
)
def test_a_post_that_signs_in_another_s_name_is_not_recorded_either(post, taken):
    from partnerships.rules.signing import no_stand_in

    assert (no_stand_in(None, None, {"our_post": post, "partner_post": "Kepala Perwakilan"}) == "") == taken


@pytest.mark.parametrize("written", [False, True])
def test_a_plt_signs_here_with_written_authority_and_the_signature_says_so(sekjen, biroks, drafted, local, written):
    plt = stand_in(sekjen, official(biroks, Role.BIROKS_OFF), DelegationKind.PLT, authority=written).delegate
    answered = typed(way="PORTAL", capacity="PLT")
    if not written:
        with pytest.raises(Refused):
            perform(AGREEMENT, "sign", record=drafted, actor=plt, answers=answered)
        return
    perform(AGREEMENT, "sign", record=drafted, actor=plt, answers=answered)
    paper = drafted.documents.filter(kind=DocumentKind.SIGNED, language="id").get()
    (one,) = paper.reading.signatures
    assert (one.subject["name"], one.reason) == ("Plt. Sekretaris Jenderal", "Plt. Sekretaris Jenderal")
    assert "Plt. Sekretaris Jenderal" in text_of(paper)
    assert paper.seal.facts["posts"]["id"].startswith("Plt. Sekretaris Jenderal; ")


def test_an_attorney_signs_here_atas_kuasa_over_their_own_post(sekjen, biroks, drafted, local):
    attorney = stand_in(
        sekjen,
        official(biroks, Role.BIROKS_OFF),
        DelegationKind.KUASA,
        delegate_post="Kepala Biro Kerja Sama",
    ).delegate
    with pytest.raises(Refused) as refusal:
        perform(AGREEMENT, "sign", record=drafted, actor=attorney, answers=typed(way="PORTAL"))
    assert "kuasa" in str(refusal.value) or "power of attorney" in str(refusal.value)
    perform(AGREEMENT, "sign", record=drafted, actor=attorney, answers=typed(way="PORTAL", capacity="KUASA"))
    paper = drafted.documents.filter(kind=DocumentKind.SIGNED, language="id").get()
    assert paper.reading.signatures[0].reason == "Atas kuasa Sekretaris Jenderal, Kepala Biro Kerja Sama"
    assert paper.seal.facts["posts"]["id"].startswith("Atas kuasa Sekretaris Jenderal")
    drafted.refresh_from_db()
    assert drafted.signatories[0]["capacity"] == "KUASA"


@pytest.mark.parametrize("authority_file", [False, True])
def test_what_an_attorney_signed_outside_needs_the_power_of_attorney(client, sekjen, ready, authority_file):
    more = {"authority": factories.pdf("kuasa.pdf")} if authority_file else {}
    response = sent(client, sekjen, ready, capacity="KUASA", signed=upload(signed()), **more)
    assert response.status_code == (302 if authority_file else 400)


# --- Other papers, amendments, settings -------------------------------------------------------------------------------


def test_a_letter_with_a_broken_signature_is_refused_and_one_without_any_is_not(client, biroks_officer, jica):
    where = make.agreement(AgreementStatus.EXPLORATION, partner=jica)
    client.force_login(biroks_officer)

    def add(content: bytes):
        return client.post(f"/en/kemitraan/{where.code}/berkas/", {"kind": "LOI", "file": upload(content, "loi.pdf")})

    refused = add(changed(signed()))
    assert (refused.status_code, "does not fit the file" in refused.content.decode()) == (400, True)
    assert [add(content).status_code for content in (factories.PDF, signed())] == [302, 302]
    kept = where.documents.filter(kind=DocumentKind.LOI).order_by("version")
    assert [(paper.signing, paper.reading.is_signed) for paper in kept] == [("", False), ("ELECTRONIC", True)]
    assert (
        "Sekretaris Jenderal, Kementerian Ketenagakerjaan: Valid"
        in client.get(where.get_absolute_url()).content.decode()
    )


NOTICE = {"notice": ContentFile(factories.PDF, name="surat.pdf")}


@pytest.fixture
def amended(jica, biroks, biroks_officer):
    """In force for a year; the texts of an amendment are drafted and cleared, and wait for the signature."""
    long_ago = timezone.localdate() - dt.timedelta(days=365)
    where = make.agreement(
        AgreementStatus.UNDER_AMENDMENT,
        partner=jica,
        signed_on=long_ago,
        effective_date=long_ago,
        starts=long_ago,
        amendment_phase=AmendmentPhase.DRAFTING,
        proposed={"scope": "Empat angkatan"},
        signatories=[
            {"party": "BIRO-KS", "post": "Sekretaris Jenderal", "capacity": "PLT"},
            {"party": "JICA", "post": "Kepala Perwakilan lama"},
        ],
    )
    for language in ("id", "en"):
        drafting.draft(where, PaperForm.MEMORANDUM, language, biroks_officer)
    type(where).objects.filter(pk=where.pk).update(amendment_phase=AmendmentPhase.SIGNING)
    return type(where).objects.get(pk=where.pk)


def test_an_amendment_is_signed_here_with_its_own_day_words_and_signatories(client, sekjen, amended, local):
    client.force_login(sekjen)
    assert "You would sign as" in client.get(f"/en/kemitraan/{amended.code}/amended/").content.decode()
    assert sent(client, sekjen, amended, "amended", way="PORTAL").status_code == 302
    amended.refresh_from_db()
    assert (amended.status, amended.scope, amended.amendment_phase) == (AgreementStatus.ACTIVE, "Empat angkatan", "")
    papers = list(amended.documents.filter(kind=DocumentKind.SIGNED).order_by("version").select_related("seal"))
    assert [(p.language, p.seal.dated) for p in papers] == [
        ("en", timezone.localdate()),
        ("id", timezone.localdate()),
    ]
    assert [p.reading.signatures[0].integrity for p in papers] == [found.INTACT, found.INTACT]
    assert papers[1].seal.facts["posts"]["id"] == "Sekretaris Jenderal; Kepala Perwakilan"
    assert "Empat angkatan" in text_of(papers[1]) and "KONSEP" not in text_of(papers[1])
    version = amended.versions.latest("number")
    assert (version.signed, version.signed_on) == (papers[1], timezone.localdate())
    # The agreement itself was signed by others, a year ago: that stays.
    assert amended.signatories[0]["capacity"] == "PLT"


def test_a_former_text_is_not_signed_along_with_an_amendment(sekjen, biroks_head, jica, local):
    """Ministry and region need no English: the amendment has an Indonesian text only, the agreement had both."""
    where = make.agreement(AgreementStatus.ACTIVE, track=Track.NOTA_SINERGI, signed_on=timezone.localdate())
    for kind in (DocumentKind.TEXT_ID, DocumentKind.TEXT_EN):
        make.paper(where, kind).hold(ContentFile(plain_pdf(), name="lama.pdf")).save()
    where = perform(AGREEMENT, "amend", record=where, actor=biroks_head, answers={"reason": "x" * 40, **NOTICE})
    amended_text = make.paper(where, DocumentKind.TEXT_ID, version=2)
    amended_text.hold(ContentFile(plain_pdf(2), name="perubahan.pdf")).save()
    type(where).objects.filter(pk=where.pk).update(amendment_phase=AmendmentPhase.SIGNING)
    perform(AGREEMENT, "amended", record=where, actor=sekjen, answers=typed(way="PORTAL"))
    (paper,) = where.documents.filter(kind=DocumentKind.SIGNED)
    assert (paper.language, text_of(paper).count("Nota Kesepahaman")) == ("id", 2)


def test_the_check_page_of_an_uploaded_amendment_states_its_own_day_and_signatories(client, sekjen, amended):
    assert sent(client, sekjen, amended, "amended", signed=upload(signed())).status_code == 302
    seal = amended.documents.get(kind=DocumentKind.SIGNED).seal
    assert (seal.dated, seal.facts["posts"]["id"]) == (timezone.localdate(), "Sekretaris Jenderal; Kepala Perwakilan")


@pytest.mark.parametrize("kind", [DelegationKind.PLH, DelegationKind.AN, DelegationKind.UB])
def test_who_merely_stands_in_signs_no_amendment_here_either(kind, sekjen, biroks, amended, local):
    deputy = stand_in(sekjen, official(biroks, Role.BIROKS_OFF), kind).delegate
    with pytest.raises(Refused):
        perform(AGREEMENT, "amended", record=amended, actor=deputy, answers=typed(way="PORTAL"))
    assert amended.documents.filter(kind=DocumentKind.SIGNED).count() == 0


def test_the_page_asks_the_database_equally_often_whatever_is_signed(client, sekjen, jica):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    where = make.agreement(AgreementStatus.ACTIVE, partner=jica)
    client.force_login(sekjen)

    def count() -> int:
        client.get(where.get_absolute_url())
        with CaptureQueriesContext(
            connection,
        ) as found:
            client.get(where.get_absolute_url())
        return len(found)

    from workflow.signing.adapters import read_signatures

    reading = read_signatures(signed(signed(), "Kepala Perwakilan", "JICA")).as_json()
    for version in (1, 2):
        make.paper(where, DocumentKind.SIGNED, version=version, signing="ELECTRONIC", signatures=reading)
    few = count()
    for version in range(3, 31):
        make.paper(where, DocumentKind.SIGNED, version=version, signing="ELECTRONIC", signatures=reading)
    assert count() == few


@pytest.mark.parametrize(
    ("value", "works"),
    [("upload", True), ("local", True), ("", True), ("bsre.adapter.Adapter", True), ("lokal", False), ("a b.c", False)],
)
def test_a_way_to_sign_that_does_not_exist_stops_the_start(monkeypatch, value, works):
    from django.core.exceptions import ImproperlyConfigured

    from portal import environment

    monkeypatch.setenv("SIGNING_ADAPTER", value)
    if works:
        assert environment.one_of("SIGNING_ADAPTER", "upload", ("upload", "local")) == (value or "upload")
    else:
        with pytest.raises(ImproperlyConfigured):
            environment.one_of("SIGNING_ADAPTER", "upload", ("upload", "local"))


@pytest.mark.parametrize(
    ("value", "demo", "debug", "way"),
    [
        ("local", True, False, "local"),
        ("local", False, True, "local"),
        ("local", False, False, None),
        ("", True, False, "local"),
        ("", False, True, "upload"),
        ("", False, False, "upload"),
        ("upload", True, False, "upload"),
    ],
)
def test_the_test_authority_signs_in_a_demonstration_only(monkeypatch, value, demo, debug, way):
    from django.core.exceptions import ImproperlyConfigured

    from portal import environment

    monkeypatch.setenv("SIGNING_ADAPTER", value)
    if way:
        assert environment.way_to_sign(demo=demo, debug=debug) == way
    else:
        with pytest.raises(ImproperlyConfigured):
            environment.way_to_sign(demo=demo, debug=debug)


def test_the_test_authority_is_not_reached_by_its_path_either(settings):
    from django.core.exceptions import ImproperlyConfigured

    from workflow.signing.adapters import signing_adapter

    settings.SIGNING_ADAPTER = "workflow.signing.adapters.LocalAdapter"
    with pytest.raises(ImproperlyConfigured):
        signing_adapter()


def test_a_certificate_the_file_itself_calls_revoked_is_refused():
    from workflow.signing import sentences
    from workflow.signing.found import Reading, SignatureFound

    one = SignatureFound("Sinergi", found.INTACT, found.REVOKED, issuer={"name": "CA Contoh"})
    with translation.override("en"):
        refused = sentences.refusal(Reading(found.SIGNED, signatures=(one,)))
    assert refused.startswith("Signature 1: The certificate of CA Contoh was revoked")


def test_who_made_their_own_certificate_is_not_named_to_everybody(client, ready):
    from workflow.signing import sentences
    from workflow.signing.found import Reading, SignatureFound

    person = {"name": "Siti Aminah Putri"}
    one = SignatureFound("Sinergi", found.INTACT, found.UNKNOWN, subject=person, issuer=person)
    paper = make.paper(
        ready, DocumentKind.SIGNED, signing="ELECTRONIC", signatures=Reading("signed", signatures=(one,)).as_json()
    )
    with translation.override("en"):
        rows = " ".join(text for _label, text in sentences.public_rows(paper.reading, timezone.now()))
    assert ("Siti" in rows, "an issuer without a name" in rows) == (False, True)
    assert "Siti" in " ".join(sentences.shown(paper.reading, timezone.now(), names=True)[0].lines)


def test_a_third_way_is_a_class_named_by_its_path(settings, client, sekjen, drafted):
    settings.SIGNING_ADAPTER = "tests.signing.test_agreement_signing.Elsewhere"
    client.force_login(sekjen)
    assert "Sign with the service" in client.get(f"/en/kemitraan/{drafted.code}/sign/").content.decode()
    response = sent(client, sekjen, drafted, way="PORTAL")
    assert (response.status_code, "could not be signed" in said(response)) == (400, True)
    drafted.refresh_from_db()
    assert (drafted.status, drafted.documents.filter(kind=DocumentKind.SIGNED).count()) == ("READY_TO_SIGN", 0)


class Elsewhere(SigningAdapter):
    """A service that is there and does not answer."""

    name = "elsewhere"
    label = "Signed by the service"
    offer = "Sign with the service"

    def can_sign(self) -> bool:
        return True

    def sign(self, pdf, *, signer, reason, place, field, at=None) -> bytes:
        raise CannotSign("silent")
