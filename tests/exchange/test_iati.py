"""The IATI file: valid by the schema of the standard, its codes in the standard's lists, both languages, and nothing
in it that is not public."""

from __future__ import annotations

import csv
import datetime as dt
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.cache import cache
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from exchange.iati import codes, file
from exchange.iati.activities import reporter
from exchange.iati.shapes import Activity, Indicator, Location, Money, Party, Result
from exchange.iati.shares import shares
from exchange.iati.writing import LANGUAGE, pieces
from exchange.models import Count
from exchange.open_data import counts
from exchange.open_data.settling import settle_programs
from partnerships.models import AgreementStatus, Track
from portal.selectors.published import PUBLISHED
from programs.models import CostItem, Program, ProgramFile, ProgramStatus, Visibility
from programs.rules import KNOWN_TO_ALL
from regions.models import Region
from tests import factories, program_factories
from tests.agreement_factories import agreement

DATA = Path(__file__).resolve().parent.parent / "data" / "iati"
WHEN = dt.datetime(2026, 11, 26, 3, tzinfo=dt.UTC)


class _Offline(etree.Resolver):
    """The schemas lie here; nothing is fetched."""

    def resolve(self, url, identifier, context):
        return self.resolve_filename(str(DATA / url.rsplit("/", 1)[-1]), context)


@pytest.fixture(scope="module")
def schema() -> etree.XMLSchema:
    parser = etree.XMLParser(no_network=True)
    parser.resolvers.add(_Offline())
    return etree.XMLSchema(etree.parse(DATA / "iati-activities-schema.xsd", parser))


def lists() -> dict[str, set[str]]:
    found = defaultdict(set)
    with (DATA / "codelists.csv").open(encoding="utf-8", newline="") as source:
        for row in csv.DictReader(source):
            found[row["list"]].add(row["code"])
    return found


CODED = {
    "activity-status/@code": "ActivityStatus",
    "activity-date/@type": "ActivityDateType",
    "participating-org/@role": "OrganisationRole",
    "participating-org/@type": "OrganisationType",
    "reporting-org/@type": "OrganisationType",
    "description/@type": "DescriptionType",
    "other-identifier/@type": "OtherIdentifierType",
    "contact-info/@type": "ContactType",
    "activity-scope/@code": "ActivityScope",
    "recipient-country/@code": "Country",
    "location/location-reach/@code": "LocationReach",
    "location/location-class/@code": "LocationClass",
    "location/exactness/@code": "GeographicExactness",
    "sector/@vocabulary": "SectorVocabulary",
    "sector/@code": "Sector",
    "tag/@vocabulary": "TagVocabulary",
    "collaboration-type/@code": "CollaborationType",
    "default-flow-type/@code": "FlowType",
    "default-finance-type/@code": "FinanceType",
    "default-aid-type/@code": "AidType",
    "default-tied-status/@code": "TiedStatus",
    "budget/@type": "BudgetType",
    "budget/@status": "BudgetStatus",
    "transaction/transaction-type/@code": "TransactionType",
    "transaction/provider-org/@type": "OrganisationType",
    ".//value/@currency": "Currency",
    "document-link/@format": "FileFormat",
    "document-link/category/@code": "DocumentCategory",
    "document-link/language/@code": "Language",
    "related-activity/@type": "RelatedActivityType",
    "result/@type": "ResultType",
    "result/indicator/@measure": "IndicatorMeasure",
}


def problems(root, schema) -> list[str]:
    """What is wrong with a file, in words."""
    known, found = lists(), []
    if not schema.validate(root):
        found += [str(error) for error in schema.error_log]
    ids = root.xpath("//iati-identifier/text()")
    if len(ids) != len(set(ids)):
        found.append("identifiers are not unique")
    for activity in root.iterfind("iati-activity"):
        name = activity.findtext("iati-identifier")
        if not name.startswith(f"{activity.find('reporting-org').get('ref')}-"):
            found.append(f"{name} does not begin with who reports")
        total = sum(Decimal(share) for share in activity.xpath("sector/@percentage"))
        if total != 100:
            found.append(f"{name} sectors are {total}")
        for path, codelist in CODED.items():
            found += [f"{name} {path} {value}" for value in activity.xpath(path) if value not in known[codelist]]
        for parent in {n.getparent() for n in activity.iter("narrative")}:
            told = [(n.get(LANGUAGE), bool((n.text or "").strip())) for n in parent.iterfind("narrative")]
            if told != [("id", True), ("en", True)]:
                found.append(f"{name} {parent.tag} {told}")
        days = {d.get("type"): d.get("iso-date") for d in activity.iterfind("activity-date")}
        if "1" not in days or days["1"] > days.get("3", "9") or days.get("2", "0") > days.get("4", "9"):
            found.append(f"{name} dates {days}")
    return found


def read(*, kept: bool = False):
    if not kept:
        cache.clear()
    return etree.fromstring(file.made().content)


def identifiers(root) -> set[str]:
    return {text.removeprefix("ID-GOV-KEMNAKER-") for text in root.xpath("//iati-identifier/text()")}


# --- What may appear


@pytest.mark.django_db
def test_of_every_visibility_and_state_only_public_programmes_appear(jica):
    expected = set()
    for visibility in Visibility.values:
        for status in ProgramStatus.values:
            made = program_factories.program(
                jica, status=status, visibility=visibility, title_id=f"Judul {visibility} {status}", complete=False
            )
            if visibility == "PUBLIC" and status in KNOWN_TO_ALL and made.published_at:
                expected.add(made.code)
    root = read()
    assert identifiers(root) == expected
    assert len(expected) == 9
    text = file.made().content.decode()
    assert [v for v in ("ALL_OFFICES", "SELECTED", "INVITATION", "DRAFT", "REJECTED") if f" {v}" in text] == []


@pytest.mark.django_db
def test_of_every_state_only_agreements_that_took_effect_appear():
    made = {
        status: agreement(status, track=Track.KSDLL_NEW, title_id="Judul").code for status in AgreementStatus.values
    }
    assert identifiers(read()) == {made[status] for status in PUBLISHED}


@pytest.mark.django_db
def test_only_papers_that_anyone_may_open_are_linked(jica):
    made = program_factories.program(jica, visibility="PUBLIC")
    for kind in (ProgramFile.Kind.LETTER, ProgramFile.Kind.ATTENDANCE, ProgramFile.Kind.REPORT):
        ProgramFile(program=made, kind=kind).hold(factories.pdf("rahasia.pdf")).save()
    urls = read().xpath("//document-link[category/@code='A02']/@url")
    given = made.files.get(kind="GI")
    assert [url.rsplit("/", 2)[-2] for url in urls] == [str(given.pk)]


@pytest.mark.django_db
def test_figures_of_few_people_are_left_out_and_large_ones_told(jica):
    few, many = (program_factories.program(jica, status="COMPLETED", visibility="PUBLIC", seats=90) for _ in range(2))
    others = [program_factories.program(jica, status="COMPLETED", visibility="PUBLIC", seats=90) for _ in range(2)]
    rows = {few.code: {"accepted": 3, "completed": 3, "women": 1}}
    rows |= {
        p.code: {"accepted": n, "completed": n, "women": 20} for p, n in zip([many, *others], (60, 50, 40), strict=True)
    }
    settled = settle_programs(rows, [])
    counts._keep("programs", dt.date(2026, 11, 23), {"programs": rows, "levels": {}}, settled)
    told = {
        a.findtext("iati-identifier").removeprefix("ID-GOV-KEMNAKER-"): a.xpath(
            "result/indicator[title/narrative='People who completed the training']/period/actual/@value"
        )
        for a in read().iterfind("iati-activity")
    }
    assert (told[few.code], told[many.code], Count.objects.count()) == ([], ["60", "20", "40"], 1)


# --- Valid


@pytest.mark.django_db
def test_programmes_of_every_state_with_money_and_agreements_of_every_track_are_valid(schema, jica, koica):
    for status in KNOWN_TO_ALL:
        made = program_factories.program(
            jica, status=status, visibility="PUBLIC", host_province="", partner_reference="J-1",
            themes=(("T01", 1, 3), ("T05", 1, 3), ("T07", 1, 3)),
        )  # fmt: skip
        CostItem.objects.create(
            program=made, item="AIRFARE_INTL", payer="PARTNER", amount=Decimal("12.50"), currency="JPY"
        )
        CostItem.objects.create(program=made, item="TRAVEL_DOM", payer="PEMDA", amount=Decimal(900), currency="IDR")
    for track in Track.values:
        for status in PUBLISHED:
            agreement(status, track=track)
    linked = agreement("ACTIVE", partner=jica, program=Program.objects.first())
    root = read()
    assert problems(root, schema) == []
    assert root.xpath("//related-activity[@type='1']/@ref") == [f"ID-GOV-KEMNAKER-{linked.code}"]


@pytest.mark.django_db
def test_amounts_that_were_not_disclosed_make_no_money(schema, jica):
    program_factories.program(jica, visibility="PUBLIC")
    root = read()
    assert (problems(root, schema), root.xpath("//transaction | //budget")) == ([], [])


@pytest.mark.django_db
def test_a_budget_is_told_in_one_currency_within_a_year(jica):
    made = program_factories.program(jica, visibility="PUBLIC")
    CostItem.objects.create(program=made, item="AIRFARE_INTL", payer="PARTNER", amount=Decimal(70), currency="USD")
    CostItem.objects.create(program=made, item="VENUE", payer="KEMNAKER", amount=Decimal(30), currency="USD")
    CostItem.objects.create(program=made, item="PASSPORT", payer="PARTICIPANT", amount=Decimal(5), currency="USD")
    root = read()
    assert (root.xpath("//budget/value/text()"), root.xpath("//transaction/value/text()")) == (
        ["100.00"],
        ["30.00", "70.00"],
    )


TEXT = st.text(st.characters(codec="utf-8"), max_size=20)
SOME = st.text("abc <&>\"'\u0000\u000b\ufffe\U0001f600", min_size=1, max_size=12).map(lambda s: f"x{s}")
DAYS = st.dates(dt.date(2020, 1, 1), dt.date(2030, 1, 1))
THEMES = st.lists(st.sampled_from([f"T{n:02d}" for n in range(1, 27)]), max_size=6, unique=True)


@st.composite
def made_up(draw) -> Activity:
    first, last = sorted((draw(DAYS), draw(DAYS)))
    party = Party(
        draw(st.sampled_from("1234")),
        draw(st.sampled_from(list(codes.PARTNER_TYPE.values()))),
        (draw(SOME), draw(TEXT)),
    )
    finance = codes.finance_of(
        draw(st.sampled_from(["", *codes.SCHEMES])), draw(st.sampled_from(["", *codes.PARTNER_TYPE]))
    )
    money = Money(draw(st.decimals(0, 10**12, places=2)), draw(st.sampled_from(["IDR", "JPY", "USD"])), first, party)
    sectors = draw(
        st.dictionaries(st.sampled_from(sorted(lists()["Sector"])), st.integers(1, 9), min_size=1, max_size=7)
    )
    status = draw(st.sampled_from(list(codes.PROGRAM_STATUS.values())))
    return Activity(
        code=draw(st.uuids()).hex,
        updated=WHEN,
        title=(draw(SOME), draw(TEXT)),
        descriptions=(("1", (draw(SOME), draw(TEXT))),),
        parties=(party,),
        other_ids=((draw(SOME), party),) if draw(st.booleans()) else (),
        status=status,
        dates=(("1", first), ("3", last)),
        sectors=tuple(shares(sectors)),
        locations=(Location((draw(SOME), ""), "1", draw(st.none() | st.just((-8.58, 116.1)))),),
        tags=tuple(codes.tags_of(draw(THEMES))),
        collaboration=finance.collaboration,
        flow=finance.flow,
        finance=finance.finance,
        aid=finance.aid,
        tied=finance.tied,
        period=(first, last) if draw(st.booleans()) else None,
        budget=draw(st.none() | st.just(money)),
        commitments=(money,),
        results=(Result("1", ("a", "b"), (Indicator(("a", "b"), target="3", actual="9", by_sex=(("female", "5"),)),)),),
    )


@settings(max_examples=12, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(activities=st.lists(made_up(), min_size=1, max_size=3))
def test_whatever_a_programme_says_the_file_is_valid(schema, activities):
    written = b"".join(pieces(activities, reporter(), "https://example.test/kontak/", WHEN))
    root = etree.fromstring(written)
    assert problems(root, schema) == []


@given(weights=st.dictionaries(st.text("abc", min_size=1, max_size=3), st.integers(1, 50), min_size=1, max_size=30))
@settings(max_examples=60, deadline=None, derandomize=True)
def test_shares_always_add_up_to_a_hundred(weights):
    found = shares(weights)
    assert (sum(share for _key, share in found), {key for key, _share in found}) == (Decimal("100.00"), set(weights))


def test_thirds_give_the_hundredth_that_is_left_to_the_first():
    assert shares({"a": 1, "b": 1, "c": 1}) == [
        ("a", Decimal("33.34")),
        ("b", Decimal("33.33")),
        ("c", Decimal("33.33")),
    ]


def test_every_state_that_is_published_has_a_code():
    assert (set(codes.PROGRAM_STATUS), set(codes.AGREEMENT_STATUS)) == (
        {str(s) for s in KNOWN_TO_ALL},
        {str(s) for s in PUBLISHED},
    )


# --- Handing out


@pytest.mark.django_db
def test_the_file_is_open_to_everyone_and_not_sent_twice(client, jica):
    program_factories.program(jica, visibility="PUBLIC")
    cache.clear()
    first = client.get("/iati/activities.xml")
    again = client.get("/iati/activities.xml", headers={"if-none-match": first["ETag"]})
    assert (first.status_code, first["Content-Type"], again.status_code, again.content) == (
        200,
        "application/xml; charset=utf-8",
        304,
        b"",
    )


@pytest.mark.django_db
def test_the_number_of_queries_does_not_grow_with_the_programmes(jica, django_assert_max_num_queries):
    for _ in range(6):
        program_factories.program(jica, visibility="PUBLIC")
    for _ in range(3):
        agreement("ACTIVE", partner=jica)
    cache.clear()
    with django_assert_max_num_queries(20):
        file.make()


# --- Codes that say what is so


@pytest.mark.django_db
def test_what_the_partner_pays_comes_in_and_what_the_ministry_pays_goes_out(jica):
    made = program_factories.program(jica, visibility="PUBLIC", partner_reference="J-1")
    CostItem.objects.create(program=made, item="AIRFARE_INTL", payer="PARTNER", amount=Decimal(70), currency="USD")
    CostItem.objects.create(program=made, item="VENUE", payer="KEMNAKER", amount=Decimal(30), currency="IDR")
    CostItem.objects.create(program=made, item="TRAVEL_DOM", payer="PEMDA", amount=Decimal(20), currency="IDR")
    root = read()
    assert [(t.find("transaction-type").get("code"), t.findtext("value")) for t in root.iterfind(".//transaction")] == [
        ("2", "30.00"),
        ("11", "70.00"),
        ("11", "20.00"),
    ]
    assert root.xpath("//other-identifier/@type") == ["A9"]


@pytest.mark.parametrize(
    ("kind", "flow"),
    [
        ("BILATERAL_AGENCY", ("1", "10", "110", "D02", "3")),
        ("GOVERNMENT", ("1", "10", "110", "D02", "3")),
        ("UN_AGENCY", ("4", "10", "110", "D02", "5")),
        ("NGO", ("", "30", "110", "D02", "")),
        ("UNIVERSITY", ("", "", "", "D02", "")),
        ("PRIVATE", ("", "", "", "D02", "")),
        ("", ("", "", "", "", "")),
    ],
)
def test_only_help_of_states_and_their_bodies_is_official_aid(kind, flow):
    found = codes.finance_of("", kind)
    assert (found.collaboration, found.flow, found.finance, found.aid, found.tied) == flow


def test_the_agreement_of_a_regency_reaches_one_regency():
    assert [codes.scope_of(region) for region in ("", "52", "5203")] == ["4", "6", "7"]


@pytest.mark.django_db
def test_provinces_people_come_from_are_told_of_the_published_count_alone(jica):
    for code, name in (("52", "Nusa Tenggara Barat"), ("33", "Jawa Tengah")):
        Region.objects.create(code=code, level="PROVINCE", name_id=name, name_en=name, time_zone="Asia/Jakarta")
    made = program_factories.program(jica, status="COMPLETED", visibility="PUBLIC", seats=90)
    few, *others = (program_factories.program(jica, status="COMPLETED", visibility="PUBLIC", seats=90) for _ in "123")
    people = zip([made, few, *others], (60, 3, 50, 40), strict=True)
    rows = {p.code: {"accepted": n, "completed": n, "women": 20 if n > 3 else 1} for p, n in people}
    figures = {"programs": rows, "levels": {}, "homes": {made.code: ["52"], few.code: ["33"]}}
    assert read().xpath("//location[location-reach/@code='2']/name/narrative[1]/text()") == []
    counts._keep("programs", dt.date(2026, 11, 23), figures, settle_programs(rows, []))
    assert read().xpath("//location[location-reach/@code='2']/name/narrative[1]/text()") == ["Nusa Tenggara Barat"]
