"""Every address of the portal with a value for each of its arguments, and the readers it is tried with.

A new address whose arguments are not covered yet fails the tests with its name: give it a row in `SAMPLES`.
"""

from __future__ import annotations

import datetime as dt

from allauth.mfa.models import Authenticator
from django.core.files.base import ContentFile
from django.urls import get_resolver, reverse
from django.utils import timezone, translation

from accounts.adapters import BOX as FACTORS
from accounts.models import AccessToken, Delegation, Invitation, Organisation, SavedView, SignIn, SupportView
from accounts.services.tokens import make_token
from exchange.models import Edition, Job, JobItem, Phase
from forum.models import Question, Thread
from notices.models import BatchItem, Delivery, Notice, NoticeKind, Webhook
from notices.services.webhooks.signing import BOX, new_secret
from notices.unsubscribing import token_for
from participants.models import Correction, Evaluation, Nomination
from participants.selectors.evaluations import training_code
from partnerships.models import Agreement, AllocationRun, Brief, BriefLine, Proposal, Review
from programs.models import Program
from programs.views.manage import SLUGS
from tests import rights_factories
from tests.demo_records import need, program, user
from tests.forum import samples
from tests.partnerships import allocation_factories
from workflow.models import Holiday, Seal

READERS = (
    "",  # nobody signed in
    "operator.ntb",  # the office whose need is looked at
    "operator.kota-semarang",  # an office of another province
    "verifikator.ppsdm",
    "kepala.kerjasama",
    "penghubung.jica",  # the partner whose programme is looked at
    "evaluator.ppsdm",
    "auditor",
    "admin",
)
"""One of every kind of reader of the sample scenario."""


def proposal(number: int) -> Proposal:
    """The proposal of a need, by the need's number in the scenario."""
    return Proposal.objects.get(line__need=need(number))


def agreement() -> Agreement:
    """The regional agreement of Sulawesi Tengah with JICA."""
    return Agreement.objects.get(track="KSDLL_CONT")


def seated() -> Proposal:
    """The accepted proposal of BPVP Sidoarjo: six seats in Korea."""
    return Proposal.objects.get(status="ACCEPTED")


def evaluation() -> Evaluation:
    """A supervisor's form that is still to be answered."""
    return Evaluation.objects.get(level="L3_HEAD", status="OPEN")


def nomination(status: str = "SHORTLISTED") -> Nomination:
    """One of its nominees."""
    return Nomination.objects.get(status=status)


def talk() -> Thread:
    """The conversation on the memorandum with JICA, which the ministry leads and the partner takes part in."""
    return Thread.objects.get(record_code="DEMO-MOU-JICA")


def answered() -> Question:
    """A question on the programme of JICA that was answered."""
    return Question.objects.filter(program=program("JA1"), status="ANSWERED").first()


def sealed() -> Seal:
    """A paper that anyone may check: the signed document of an agreement in force."""
    return Seal.objects.filter(kind="SIGNED").first()


def run(status: str = "RATIFIED") -> AllocationRun:
    """A run of the national allocation in this state, in a round of its own."""
    code = f"AL-2026-{9000 + len(status)}"
    return AllocationRun.objects.filter(code=code).first() or allocation_factories.run(
        allocation_factories.round_of(), status, code=code
    )


def brief() -> Brief:
    """The demand brief that is valid now."""
    return Brief.objects.get(status="PUBLISHED")


def edition() -> Edition:
    """A data set as it was published."""
    content = {"head": ["code"], "rows": [["ANAKER"]], "sha256": "0" * 64, "size": 14}
    return Edition.objects.get_or_create(dataset="ref-jabatan", day=timezone.localdate(), defaults=content)[0]


def brief_line() -> BriefLine:
    """The line of it that JICA has pledged for."""
    return BriefLine.objects.get(pledges__isnull=False)


def batch_notice() -> Notice:
    """What one act on three needs told the needs verifier."""
    own, reader = [need(number) for number in (1, 2, 3)], user("verifikator.ppsdm")
    notice, _made = Notice.objects.get_or_create(
        user=reader,
        key="batch:sample",
        defaults={
            "membership": reader.acting,
            "kind": NoticeKind.CHANGE,
            "flow": "regions.need",
            "action": "approve",
            "record_id": own[0].pk,
            "record_code": own[0].code,
            "batch": "sample",
            "count": len(own),
        },
    )
    rows = [BatchItem(notice=notice, record_id=row.pk, record_code=row.code) for row in own]
    BatchItem.objects.bulk_create(rows, ignore_conflicts=True)
    return notice


WITH_WEBHOOK = (
    "webhook",
    "change_webhook",
    "webhook_act",
    "webhook_secret",
    "delete_webhook",
    "replay_webhook",
    "webhook_delivery",
    "replay_delivery",
)
OF_A_BRIEF = ("brief", "brief_json", "brief_xlsx", "brief_pdf", "brief_line", "brief_pledge", "act_brief")
SAMPLES = {
    **samples.MEETINGS,
    **{(f"notices:{name}", "pk"): lambda: webhook().pk for name in WITH_WEBHOOK},
    **{(f"notices:{name}", "number"): lambda: delivery().pk for name in WITH_WEBHOOK[-2:]},
    ("forum:question", "code"): lambda: answered().code,
    ("forum:question_act", "code"): lambda: answered().code,
    ("forum:question_act", "action"): lambda: "correct",
    ("nudge", "code"): lambda: need(1).code,
    ("machines:document", "name"): lambda: "needs",
    ("exchange:dataset", "slug"): lambda: edition().dataset,
    ("exchange:data_file", "slug"): lambda: edition().dataset,
    ("exchange:data_file", "name"): lambda: "latest.csv",
    **{(f"exchange:{name}", "token"): lambda: upload().token for name in ("job", "job_go_on", "job_stop", "job_file")},
    **{(f"exchange:{name}", "kind"): lambda: "needs" for name in ("import", "template")},
    ("exchange:template", "suffix"): lambda: "xlsx",
    ("exchange:export", "name"): lambda: "needs",
    ("exchange:record", "name"): lambda: "need",
    ("exchange:record", "code"): lambda: need(1).code,
    ("exchange:record_pdf", "name"): lambda: "need",
    ("exchange:record_pdf", "code"): lambda: need(1).code,
    ("dashboard_rows", "measure"): lambda: "menunggu",
    ("gallery_page", "name"): lambda: "409",
    # (name of the address, argument): value, where the rules of `sample` do not find one
    **{(f"partnerships:{name}", "code"): lambda: brief().code for name in OF_A_BRIEF},
    **{(f"partnerships:{name}", "number"): lambda: brief_line().number for name in OF_A_BRIEF[4:6]},
    ("partnerships:act_brief", "action"): lambda: "withdraw",
    ("parked_task", "pk"): lambda: 1,
    ("map_province", "code"): lambda: "52",
    ("map_shapes", "name"): lambda: "indonesia",
    ("map_shapes", "version"): lambda: "0" * 12,
    ("partner", "code"): lambda: "jica",
    ("published_agreement", "code"): lambda: Agreement.objects.filter(status="ACTIVE").first().code,
}


def in_hand() -> list[tuple[str, str, str]]:
    """(name, account, address) of pages that open for one account while it works on one record."""
    returned = Program.objects.get(status="RETURNED").code.lower()
    draft = nomination("DRAFT").code
    pages = [
        ("regions:review", "operator.kota-semarang", [need(9).code]),
        ("programs:fill", "penghubung.koica", [returned]),
        ("programs:review", "penghubung.koica", [returned]),
        *(("programs:section", "penghubung.koica", [returned, part]) for part in SLUGS),
        ("participants:edit_nomination", "operator.bpvp-sidoarjo", [draft]),
        ("participants:answers", "operator.bpvp-sidoarjo", [draft]),
        ("participants:nominate", "operator.bpvp-sidoarjo", [seated().code]),
        ("participants:attach_paper", "operator.bpvp-sidoarjo", [draft]),
        ("partnerships:open_agreement", "petugas.kerjasama", []),
        ("notices:desk", "petugas.portal", []),
        ("parked_tasks", "petugas.portal", []),
        ("notices:many", "verifikator.ppsdm", [batch_notice().pk]),
        ("notices:unsubscribe", "", [token_for(user("operator.ntb"), [NoticeKind.CHANGE])]),
    ]
    with translation.override("id"):
        return [(name, account, reverse(name, args=arguments)) for name, account, arguments in pages]


_ANOTHER_STATE = "the sample is in another state, and no page that was kept links to one in the right state"
_ITS_OWN_PERSON = "only the person it is about, or whoever has the link, opens it"
_ONE_STEP = "only a session at this very step opens it (tests/accounts, tests/browser/test_passkey.py)"
UNOPENED = {
    "accounts:accept": _ITS_OWN_PERSON,
    "accounts:remove_factor": _ITS_OWN_PERSON,
    "accounts:recovery_file": _ONE_STEP,
    **dict.fromkeys(("accounts:sso", "accounts:sso_back"), "no provider of single sign-on is configured"),
    "calendar_feed": _ITS_OWN_PERSON,
    "participants:my_copy": _ITS_OWN_PERSON,
    "forum:take_decision": "the forum of the sample scenario spoke of no record",
    "parked_task": "no task fails for good in the sample scenario",
    "kpi_strike": "no rate stands in the sample scenario",
    "metrics": "for programs that collect figures, with a token of their own",
    "map_shapes": "the shapes of regions are loaded by the operator; there are none in the sample scenario",
    **dict.fromkeys(
        (
            "participants:attendance",
            "participants:clearance",
            "participants:review_one",
            "partnerships:agreement_action_plan",
            "partnerships:allocation_line",
            "partnerships:edit_review",
        ),
        _ANOTHER_STATE,
    ),
}
"""Addresses that none of the readers gets anything from, and why: all others are looked at by test_every_page."""


def patterns() -> list[tuple[str, tuple[str, ...]]]:
    """(name, arguments) of every address in portal.urls and the rooms it includes."""
    found = []

    def walk(resolver, spaces):
        for part in resolver.url_patterns:
            if hasattr(part, "url_patterns"):
                walk(part, [*spaces, part.namespace] if part.namespace else spaces)
            elif not hasattr(part.callback, "cls"):  # addresses for machines: tests/api/matrix.txt
                found.append((":".join([*spaces, part.name]), tuple(part.pattern.converters)))

    walk(get_resolver(), [])
    return found


def sample(name: str, argument: str):
    """A value for an argument of an address: always of a record that exists."""
    if (name, argument) in SAMPLES:
        return SAMPLES[name, argument]()
    room = name.split(":")[0]
    record = {"regions": lambda: need(1), "programs": lambda: program("JA1")}.get(
        room, agreement if "agreement" in name else lambda: proposal(1)
    )
    match argument:
        case "code" if name.startswith("forum:thread"):
            return talk().code
        case "code" if name == "partnerships:allocation_prepare":
            return run("RESULT").round.code
        case "code" | "other" if "allocation" in name:
            return run("SUPERSEDED" if argument == "other" else "RATIFIED").code
        case "need":
            return need(1).code
        case "intake":
            return program("JA1").intakes.first().pk
        case "kind" if name in {"participants:sign_in", "participants:intake_sign_in"}:
            return "xlsx"
        case "program":
            return seated().program.code
        case "number":
            return seated().intake.number
        case "action" if name in {"participants:bulk", "participants:intake_bulk"}:
            return "screen"
        case "kind" if name == "participants:roster_bundle":
            return "docx"
        case "kind":
            return "csv"
        case "code" if name in {"kpi_detail", "kpi_file"}:
            return "K02"
        case "code" if "review" in name:
            return Review.objects.get(status="PUBLISHED").code
        case "code" if room == "accounts":
            return Delegation.objects.get().code
        case "code" if name == "verify":
            return sealed().code
        case "paper":
            return "surat-tugas" if room == "participants" else "memorandum"
        case "lang":
            return "id"
        case "code" if name in {"participants:evaluation", "participants:act_evaluation"}:
            return evaluation().code
        case "code" if name.startswith("participants:evaluation_"):
            return training_code(evaluation().proposal)
        case "code" if name in {
            "participants:roster",
            "participants:bulk",
            "participants:sheet",
            "participants:days",
            "participants:sign_in",
            "participants:roster_papers",
            "participants:roster_bundle",
        }:
            return seated().code
        case "code" if name in {"participants:correction", "participants:act_correction"}:
            return _correction().code
        case "code" if room == "participants":
            return nomination().code
        case "name":
            return "rank"
        case "code" if name in {"audit_trail", "partnerships:compare"}:
            return need(1).code
        case "code":
            return record().code.lower() if room == "programs" else record().code
        case "slug":
            return program("JA1").slug
        case "flow":
            return "regions.need"
        case "action" if name == "participants:act_evaluation":
            return "reopen"
        case "action" if name == "participants:act_correction":
            return "accept"
        case "action":
            known = {"regions": "approve", "programs": "close", "participants": "forward"}
            acts = {"agreement": "amend", "allocation": "submit", "review": "publish"}
            return known.get(room, next((act for word, act in acts.items() if word in name), "accept"))
        case "part":
            return "dasar"
        case "position":
            return 1
        case "uidb64":
            return "MQ"
        case "token":
            return "abc-def"
        case "pk":
            return _number(name)
    raise AssertionError(f"{name} takes {argument}: give it a sample")


def _number(name: str) -> int:
    if name == "accounts:revoke_token":
        return _token().pk
    if name in {"accounts:reset_factors", "accounts:remove_factor"}:
        factor = _factor()
        return factor.user_id if name == "accounts:reset_factors" else factor.pk
    if name.startswith("forum:thread"):
        said = talk().messages.filter(author=user("penghubung.jica")).last()
        return said.attachments.get().pk if name == "forum:thread_file" else said.pk
    if name in {"accounts:renew", "accounts:revoke"}:
        return _invitation().pk
    if name.startswith("holiday_"):
        return Holiday.objects.filter(region_code="").first().pk
    if name == "accounts:end":
        return user("operator.nabire").memberships.get().pk
    if name == "accounts:end_session":
        return _sign_in().pk
    if name == "accounts:person":
        return user("operator.nabire").pk
    if name in {"accounts:answer_view", "accounts:begin_view", "accounts:view_seen"}:
        return _look().pk
    if name in {"accounts:view", "accounts:delete_view", "accounts:first_view"}:
        return saved_view().pk
    if name == "accounts:delegation_paper":
        return Delegation.objects.get().papers.get().pk
    if name.startswith("notices:"):
        return Notice.objects.filter(user=user("operator.ntb")).first().pk
    if name.startswith("regions:"):
        return need(1).evidence.first().pk if "evidence" in name else need(1).lines.first().pk
    if name == "participants:paper":
        return nomination().papers.first().pk
    if name in {"partnerships:allocation_unpin", "kpi_strike"}:
        return 1
    if name == "programs:file":
        return program("JA1").files.first().pk
    return agreement().external_steps.first().pk if "answer" in name else agreement().documents.first().pk


def _sign_in() -> SignIn:
    """A session of the office's operator, on another device."""
    times = {"user": user("operator.ntb"), "ends_at": timezone.now() + dt.timedelta(hours=2)}
    return SignIn.objects.get_or_create(key_hash="0" * 40, defaults=times)[0]


def _look() -> SupportView:
    """A request of the portal's keeper to look as the office's operator."""
    asked = {"person": user("operator.ntb"), "supporter": user("petugas.portal")}
    return SupportView.objects.get_or_create(**asked, defaults={"reason": "Daftar tetap kosong."})[0]


def upload() -> Job:
    """A file of needs that its operator has not decided on: one is ready, one has to be mended."""
    owner = user("operator.ntb")
    job, made = Job.objects.get_or_create(
        owner=owner,
        kind="import.needs",
        phase=Phase.ASKING,
        defaults={
            "membership": owner.acting,
            "given_name": "kebutuhan.xlsx",
            "outcome": {"read": True, "rows": 6, "remarks": ["“Baris”: contoh."], "counts": {"create": 1, "fix": 1}},
        },
    )
    if made:
        job.made.save("tanda.xlsx", ContentFile(b"PK"))
        wrong = {"sheet": "Baris", "row": 3, "column": "F", "heading": "Orang yang dilatih", "value": "9"}
        wrong |= {"problem": "Melebihi jumlah pegawai.", "advice": "Ubah menjadi 3 atau kurang."}
        JobItem.objects.create(job=job, number=1, key="1", label="Kebutuhan 1", action="create", first_row=2, rows=3)
        JobItem.objects.create(job=job, number=2, key="2", label="Kebutuhan 2", action="fix", problems=[wrong])
    return job


def webhook() -> Webhook:
    """A webhook of the partner whose programme is looked at; paused, so that nobody is called."""
    owner = user("penghubung.jica")
    found = Webhook.objects.filter(organisation=owner.acting_organisation).first()
    return found or Webhook.objects.create(
        organisation=owner.acting_organisation,
        membership=owner.acting,
        url="https://hub.jica.example/hook",
        description="Contoh",
        events=["program.*"],
        secret_sealed=BOX.seal(new_secret()),
        paused_at=timezone.now(),
        paused_for=Webhook.Paused.OWNER,
    )


def delivery() -> Delivery:
    """An event for it that failed."""
    own, told, now = webhook(), program("JA1"), timezone.now()
    return own.deliveries.first() or own.deliveries.create(
        seq=1,
        kind="program.published",
        flow="programs.program",
        record_id=told.pk,
        record_code=told.code,
        state="PUBLISHED",
        happened_at=now,
        given_up_at=now,
    )


def saved_view() -> SavedView:
    """Filters that the office whose need is looked at keeps under a name."""
    owner = user("operator.ntb")
    found = {"owner": owner, "page": "regions:needs", "name": "Draf kami", "query": "status=DRAFT"}
    return SavedView.objects.get_or_create(**found)[0]


def _factor() -> Authenticator:
    """The authenticator app of an office that has one."""
    owner, data = user("operator.nabire"), {"data": {"secret": FACTORS.seal("A" * 32)}}
    return Authenticator.objects.get_or_create(user=owner, type="totp", defaults=data)[0]


def _token() -> AccessToken:
    """A token of the office whose need is looked at."""
    owner = user("operator.ntb")
    found = AccessToken.objects.filter(membership__user=owner).first()
    tomorrow = timezone.localdate() + dt.timedelta(days=1)
    return found or make_token(owner, name="Salinan", chosen=["needs:read"], expires_on=tomorrow)[0]


def _correction() -> Correction:
    """A request about the data of one of the nominees."""
    return Correction.objects.first() or rights_factories.correction(nomination())


def _invitation() -> Invitation:
    found = Invitation.objects.first() or Invitation(
        email="baru@example.test", name="Operator", organisation=Organisation.objects.get(code="PPSDM"), role="EVAL"
    )
    if found.pk is None:
        found.new_token()
        found.save()
    return found


def address(name: str, arguments: tuple[str, ...]) -> str:
    """A full address with a sample for each argument."""
    with translation.override("id"):
        return reverse(name, args=[sample(name, argument) for argument in arguments])


def addresses() -> dict[str, str]:
    """Name -> a full address, for every address there is. The sample scenario must be in the database."""
    return {name: address(name, arguments) for name, arguments in patterns()}
