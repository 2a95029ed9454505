"""The records that lines of matrix.txt name: whose they are, in which state, and what their addresses take."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from django.urls import reverse
from django.utils import translation

from accounts.models import Delegation, Invitation
from accounts.services import open_feed
from forum.models import ActionPoint, Meeting, Question, Thread
from notices.models import NoticeKind
from notices.unsubscribing import token_for
from participants.models import Evaluation, Nomination
from participants.selectors.evaluations import training_code
from partnerships.models import Agreement, Proposal, Review
from regions.models import TrainingNeed
from tests import addresses, rights_factories
from tests.authorisation.readers import Home, nominee
from tests.demo_records import need, program, user

NTB = Home()
BPVP = Home("bpvp-sidoarjo", "jatim", "koica", "lavotas")
JATENG = Home("jateng", "jateng", "ilo", "barenbang")
NTT = Home("ntt", "ntt", "ilo", "phi")
SULTENG = Home("sulteng", "sulteng", "jica", "phi")
LOMBOK = Home("lombok-timur", "ntb", "jica", "penta")
KOICA, ILO = Home(partner="koica"), Home(partner="ilo")


@dataclass(frozen=True)
class Record:
    """One record under test. `values` gives arguments of addresses, by "argument" or "address argument"."""

    home: Home = NTB
    values: dict = field(default_factory=dict)
    query: str = ""
    before: Callable[[], None] | None = None
    """Puts it into the state it is looked at in; taken back after each request."""


def _need(number: int, home: Home, record: TrainingNeed | None = None) -> Record:
    found = record or need(number)
    line, paper = found.lines.first(), found.evidence.first()
    values = {"code": found.code, "pk": line.pk, "need": found.code, "name": "need"}
    if paper:
        values |= {"regions:evidence pk": paper.pk, "regions:remove_evidence pk": paper.pk}
    if remark := found.comments.first():
        values["regions:answer pk"] = remark.pk
    return Record(home, values)


def _in_state(record, state: str) -> Callable[[], None]:
    return lambda: type(record)._default_manager.filter(pk=record.pk).update(status=state)


def _program(key: str, home: Home) -> Record:
    found, papers = program(key), program(key).files.first()
    values = {"code": found.code.lower(), "slug": found.slug, "name": "program"}
    values |= {f"exchange:{name} code": found.slug for name in ("record", "record_pdf")}
    return Record(home, values | ({"programs:file pk": papers.pk} if papers else {}))


def _nomination(code: str, home: Home, state: str = "") -> Record:
    """A nomination whose person has the account of the column "nominee"; a colleague has the other's."""
    found = Nomination.objects.get(code=code)
    office = user(f"operator.{home.office}").acting_organisation
    own = nominee(f"calon.{home.office}", office)
    values = {"code": found.code, "name": "name"}
    if paper := found.papers.first():
        values["pk"] = paper.pk

    def before():
        type(found.person)._default_manager.filter(pk=found.person_id).update(account=own)
        if state:
            _in_state(found, state)()

    return Record(home, values, before=before)


def _thread(code: str, home: Home) -> Record:
    found = Thread.objects.get(code=code)
    said = found.messages.filter(author=user("penghubung.jica")).last()
    values = {"code": found.code, "name": "thread"}
    if said is not None:
        attached = said.attachments.first()
        values |= {"pk": said.pk} | ({"forum:thread_file pk": attached.pk} if attached else {})
    return Record(home, values)


def _meeting(code: str, home: Home, state: str = "") -> Record:
    found = Meeting.objects.get(code=code)
    return Record(
        home,
        {"code": code, "number": 1, "position": 1, "action": "cancel"},
        before=_in_state(found, state) if state else None,
    )


def _agreement(found: Agreement, home: Home, paper: str = "") -> Record:
    values = {"code": found.code, "name": "agreement", "paper": "memorandum", "lang": "id"}
    papers = found.documents.filter(kind=paper) if paper else found.documents.all()
    if papers.exists():
        values["pk"] = papers.first().pk
    if step := found.external_steps.first():
        values["partnerships:agreement_answer pk"] = step.pk
    return Record(home, values)


def _proposal(found: Proposal, home: Home) -> Record:
    return Record(home, {"code": found.code, "name": "proposal", "action": "accept"})


def _brief(state: str = "") -> Record:
    found = addresses.brief()
    values = {"code": found.code, "number": addresses.brief_line().number, "name": "brief"}
    return Record(NTB, values, before=_in_state(found, state) if state else None)


def _form(level: str, status: str, home: Home) -> Record:
    found = Evaluation.objects.filter(level=level, status=status).order_by("-code").first()
    own = _nomination(found.nomination.code, home)
    return Record(home, {"code": found.code}, before=own.before)


def _question(status: str, home: Home) -> Record:
    return Record(home, {"code": Question.objects.filter(status=status).first().code, "action": "correct"})


def _review(status: str, home: Home) -> Record:
    return Record(home, {"code": Review.objects.get(status=status).code, "name": "review", "action": "publish"})


def _run(status: str) -> Record:
    found, other = addresses.run(status), addresses.run("SUPERSEDED")
    return Record(
        NTB,
        {
            "code": found.code,
            "other": other.code,
            "need": need(1).code,
            "position": 1,
            "pk": 1,
            "kind": "csv",
            "partnerships:allocation_prepare code": found.round.code,
        },
    )


def _invitation() -> str:
    found = Invitation(email="baru2@example.test", name="Operator", role="EVAL")
    found.organisation = user("evaluator.ppsdm").acting_organisation
    token = found.new_token()
    found.save()
    return token


def _secret() -> Record:
    operator = user("operator.ntb")
    return Record(
        NTB,
        {
            "calendar_feed token": open_feed(operator),
            "accounts:accept token": _invitation(),
            "notices:unsubscribe token": token_for(operator, [NoticeKind.CHANGE]),
        },
    )


def _correction() -> Record:
    of = _nomination(addresses.nomination().code, BPVP)
    found = rights_factories.correction(addresses.nomination())
    return Record(BPVP, {"code": found.code, "action": "accept"}, before=of.before)


def _training() -> Record:
    found = Evaluation.objects.get(level="L3_HEAD", status="OPEN")
    return Record(JATENG, {"code": training_code(found.proposal), "kind": "csv"})


def _delegation() -> Record:
    found = Delegation.objects.get()
    return Record(BPVP, {"code": found.code, "pk": found.papers.get().pk})


def _export(name: str) -> Record:
    return Record(NTB, {"name": name, "kind": "csv"})


RECORDS: dict[str, Callable[[], Record]] = {
    "-": Record,
    "secret": _secret,
    "batch": lambda: Record(NTB, {"pk": addresses.batch_notice().pk}),
    "nominee:own": lambda: _nomination("NM-2026-0012", NTB),
    "delegation": _delegation,
    "need:draft": lambda: _need(9, Home("kota-semarang", "jateng")),
    "need:province": lambda: _need(3, LOMBOK),
    "need:ministry": lambda: _need(5, Home("pangandaran", "jabar", "jica", "phi")),
    "need:technical": lambda: _need(8, Home("jateng", "jateng", "jica", "barenbang")),
    "need:returned": lambda: _need(14, Home("batam", "kepri", "jica", "phi")),
    "need:approved": lambda: _need(2, Home("ntb", "ntb", "jica", "phi")),
    "need:under-way": lambda: _need(1, NTB),
    "need:rejected": lambda: _need(24, Home("nabire", "papua-tengah", "jica", "phi")),
    "need:merged": lambda: _need(20, Home("kota-kupang", "ntt", "jica", "penta")),
    "need:met": lambda: _need(0, NTT, TrainingNeed.objects.get(status="FULFILLED")),
    "line:open": lambda: Record(NTB, query=f"?baris={need(1).lines.first().pk}"),
    "programme:public": lambda: _program("JA4", NTB),
    "programme:open": lambda: _program("JA1", NTB),
    "programme:draft": lambda: _program("JA7", NTB),
    "programme:submitted": lambda: _program("IL4", ILO),
    "programme:verification": lambda: _program("JA5", NTB),
    "programme:returned": lambda: _program("KO5", KOICA),
    "programme:completed": lambda: _program("IL0", ILO),
    "proposal:converted": lambda: _proposal(addresses.proposal(1), NTB),
    "proposal:with-partner": lambda: _proposal(addresses.proposal(11), Home("jatim", "jatim", "jica", "wasnaker")),
    "proposal:under-review": lambda: _proposal(addresses.proposal(16), Home("morowali", "sulteng", "koica", "phi")),
    "agreement:region": lambda: _agreement(addresses.agreement(), SULTENG),
    "agreement:new": lambda: _agreement(Agreement.objects.get(status="INITIATED", partner__code="JICA"), NTB),
    "agreement:in-force": lambda: _agreement(Agreement.objects.get(code="DEMO-MOU-JICA"), NTB, "SIGNED"),
    "agreement:legal": lambda: _agreement(Agreement.objects.get(status="LEGAL_REVIEW"), NTT),
    "run:draft": lambda: _run("DRAFT"),
    "run:result": lambda: _run("RESULT"),
    "run:ratified": lambda: _run("RATIFIED"),
    "review:published": lambda: _review("PUBLISHED", NTT),
    "review:submitted": lambda: _review("SUBMITTED", NTB),
    "brief:published": _brief,
    "brief:draft": lambda: _brief("DRAFT"),
    "brief:submitted": lambda: _brief("REVIEW"),
    "nomination:draft": lambda: _nomination("NM-2026-0016", BPVP),
    "nomination:submitted": lambda: _nomination("NM-2026-0015", BPVP),
    "nomination:screening": lambda: _nomination("NM-2026-0014", BPVP),
    "nomination:shortlisted": lambda: _nomination("NM-2026-0013", BPVP),
    "nomination:reserve": lambda: _nomination("NM-2026-0011", NTB),
    "nomination:forwarded": lambda: _nomination("NM-2026-0010", NTB),
    "nomination:accepted": lambda: _nomination("NM-2026-0009", NTB),
    "nomination:permits": lambda: _nomination("NM-2026-0009", NTB, "CLEARANCE"),
    "nomination:attending": lambda: _nomination("NM-2026-0009", NTB, "ATTENDING"),
    "nomination:completed": lambda: _nomination("NM-2026-0007", JATENG),
    "nomination:follow-up": lambda: _nomination("NM-2026-0006", JATENG),
    "nomination:closed": lambda: _nomination("NM-2026-0003", NTT),
    "correction": _correction,
    "roster": lambda: Record(BPVP, {"code": addresses.seated().code, "action": "screen", "kind": "xlsx"}),
    "form:supervisor": lambda: _form("L3_HEAD", "OPEN", JATENG),
    "form:self": lambda: _form("L3_SELF", "OPEN", JATENG),
    "form:done": lambda: _form("L3_HEAD", "DONE", JATENG),
    "training": _training,
    "thread:office": lambda: _thread("UT-2026-0004", BPVP),
    "thread:region": lambda: _thread("UT-2026-0005", NTB),
    "thread:region-ministry": lambda: _thread("UT-2026-0003", NTB),
    "thread:ministry": lambda: _thread("UT-2026-0008", NTB),
    "thread:partner": lambda: _thread("UT-2026-0002", NTB),
    "thread:members": lambda: _thread("UT-2026-0001", NTB),
    "thread:members-programme": lambda: _thread("UT-2026-0007", NTB),
    "meeting:draft": lambda: _meeting("RP-2026-0003", NTB),
    "meeting:planned": lambda: _meeting("RP-2026-0002", NTB),
    "meeting:cancelled": lambda: _meeting("RP-2026-0001", NTB),
    "meeting:minuted": lambda: _meeting("RP-2024-0001", NTB),
    "meeting:held": lambda: _meeting("RP-2024-0001", NTB, "HELD"),
    "action:open": lambda: Record(
        NTB, {"code": ActionPoint.objects.get(organisation__code="JICA", status="OPEN").code, "action": "finish"}
    ),
    "question:answered": lambda: _question("ANSWERED", Home("sumut", "sumut")),
    "question:asked": lambda: _question("ASKED", Home("sumut", "sumut")),
    "import:programmes": lambda: Record(NTB, {"kind": "programmes"}),
    "import:users": lambda: Record(NTB, {"kind": "people"}),
    "export:programmes": lambda: _export("programs"),
    "export:people": lambda: _export("people"),
    "export:log": lambda: _export("audit"),
    "export:nominations": lambda: _export("nominations"),
}


def url_of(name: str, arguments: tuple[str, ...], record: Record) -> str:
    """The address of this record; what it does not say itself is a sample."""
    chosen = {}
    for argument in arguments:
        own = record.values.get(f"{name} {argument}", record.values.get(argument))
        chosen[argument] = addresses.sample(name, argument) if own is None else own
    with translation.override("id"):
        return reverse(name, kwargs=chosen) + record.query
