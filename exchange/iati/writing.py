"""Writes activities as an IATI 2.03 file, one after the other, in the order of elements that the schema asks for."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator

from lxml import etree

from exchange.iati.codes import INCOMING_COMMITMENT, OTHER_ACTIVITY_NUMBER, OUTGOING_COMMITMENT
from exchange.iati.shapes import Activity, Both, Document, Indicator, Location, Party, Result

VERSION = "2.03"
LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
WGS84 = "http://www.opengis.net/def/crs/EPSG/0/4326"
NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
AT_ONCE = 64 * 1024


class _Sink:
    """Takes what the writer writes and gives it away piece by piece."""

    def __init__(self):
        self.pieces: list[bytes] = []

    def write(self, data: bytes) -> None:
        self.pieces.append(data)

    def take(self) -> bytes:
        found, self.pieces = b"".join(self.pieces), []
        return found


def pieces(activities: Iterable[Activity], reporter: Party, website: str, made: dt.datetime) -> Iterator[bytes]:
    """The file in pieces; no more than one activity is in memory. Without an activity the file would not be valid:
    the schema asks for one."""
    sink = _Sink()
    with etree.xmlfile(sink, encoding="UTF-8") as document:
        document.write_declaration()
        attributes = {"version": VERSION, "generated-datetime": _moment(made)}
        with document.element("iati-activities", attributes):
            waiting = 0
            for activity in activities:
                document.write(element_of(activity, reporter, website))
                document.flush()
                waiting = sum(map(len, sink.pieces))
                if waiting >= AT_ONCE:
                    yield sink.take()
    yield sink.take()


def element_of(activity: Activity, reporter: Party, website: str) -> etree._Element:
    """One activity."""
    a = etree.Element(
        "iati-activity",
        {LANGUAGE: "id", "last-updated-datetime": _moment(activity.updated), "default-currency": "IDR",
         "humanitarian": "0"},
    )  # fmt: skip
    _leaf(a, "iati-identifier", _identifier(reporter, activity.code))
    _narrated(
        a, "reporting-org", reporter.name, {"ref": reporter.ref, "type": reporter.kind, "secondary-reporter": "0"}
    )
    _narrated(a, "title", activity.title)
    for kind, text in activity.descriptions:
        _narrated(a, "description", text, {"type": kind})
    for party in activity.parties:
        _narrated(a, "participating-org", party.name, _filled(ref=party.ref, type=party.kind, role=party.role))
    for number, owner in activity.other_ids:
        other = etree.SubElement(a, "other-identifier", {"ref": _clean(number), "type": OTHER_ACTIVITY_NUMBER})
        _narrated(other, "owner-org", owner.name, _filled(ref=owner.ref))
    etree.SubElement(a, "activity-status", {"code": activity.status})
    for kind, day in activity.dates:
        etree.SubElement(a, "activity-date", {"type": kind, "iso-date": day.isoformat()})
    contact = etree.SubElement(a, "contact-info", {"type": "1"})
    _narrated(contact, "organisation", reporter.name)
    _leaf(contact, "website", website)
    etree.SubElement(a, "activity-scope", {"code": activity.scope})
    etree.SubElement(a, "recipient-country", {"code": "ID", "percentage": "100"})
    for place in activity.locations:
        _location(a, place)
    for code, share in activity.sectors:
        etree.SubElement(a, "sector", {"vocabulary": "1", "code": code, "percentage": f"{share:.2f}"})
    for vocabulary, code in activity.tags:
        etree.SubElement(a, "tag", {"vocabulary": vocabulary, "code": code})
    for name, code in (("collaboration-type", activity.collaboration), ("default-flow-type", activity.flow),
                       ("default-finance-type", activity.finance), ("default-aid-type", activity.aid),
                       ("default-tied-status", activity.tied)):  # fmt: skip
        if code:
            etree.SubElement(a, name, {"code": code})
    _money(a, activity, reporter)
    for document in activity.documents:
        _document(a, document)
    for kind, code in activity.related:
        etree.SubElement(a, "related-activity", {"ref": _identifier(reporter, code), "type": kind})
    for result in activity.results:
        _result(a, result, activity)
    return a


def _identifier(reporter: Party, code: str) -> str:
    return f"{reporter.ref}-{code}"


def _location(parent, place: Location) -> None:
    location = etree.SubElement(parent, "location")
    etree.SubElement(location, "location-reach", {"code": place.reach})
    _narrated(location, "name", place.name)
    if place.point:
        point = etree.SubElement(location, "point", {"srsName": WGS84})
        _leaf(point, "pos", f"{place.point[0]} {place.point[1]}")
        etree.SubElement(location, "exactness", {"code": "2"})
    if place.region_class:
        etree.SubElement(location, "location-class", {"code": "1"})


def _money(parent, activity: Activity, reporter: Party) -> None:
    """The reporter commits what it pays itself; what others pay comes in."""
    if activity.budget and activity.period:
        budget = etree.SubElement(parent, "budget", {"type": "1", "status": "1"})
        for name, day in zip(("period-start", "period-end"), activity.period, strict=True):
            etree.SubElement(budget, name, {"iso-date": day.isoformat()})
        _value(budget, activity.budget)
    for money in activity.commitments:
        transaction = etree.SubElement(parent, "transaction")
        own = money.provider is None or money.provider.ref == reporter.ref
        code = OUTGOING_COMMITMENT if own else INCOMING_COMMITMENT
        etree.SubElement(transaction, "transaction-type", {"code": code})
        etree.SubElement(transaction, "transaction-date", {"iso-date": money.on.isoformat()})
        _value(transaction, money)
        if money.provider:
            provider = money.provider
            _narrated(transaction, "provider-org", provider.name, _filled(ref=provider.ref, type=provider.kind))


def _value(parent, money) -> None:
    _leaf(parent, "value", f"{money.value:.2f}", {"currency": money.currency, "value-date": money.on.isoformat()})


def _document(parent, document: Document) -> None:
    link = etree.SubElement(parent, "document-link", {"url": document.url, "format": document.format})
    _narrated(link, "title", document.title)
    etree.SubElement(link, "category", {"code": document.category})
    if document.language:
        etree.SubElement(link, "language", {"code": document.language})
    if document.on:
        etree.SubElement(link, "document-date", {"iso-date": document.on.isoformat()})


def _result(parent, result: Result, activity: Activity) -> None:
    shown = [i for i in result.indicators if i.target or i.actual]
    if not shown or not activity.period:
        return
    found = etree.SubElement(parent, "result", {"type": result.kind, "aggregation-status": "0"})
    _narrated(found, "title", result.title)
    for indicator in shown:
        _indicator(found, indicator, activity.period)


def _indicator(parent, indicator: Indicator, period: tuple[dt.date, dt.date]) -> None:
    found = etree.SubElement(parent, "indicator", {"measure": "1", "ascending": "1", "aggregation-status": "0"})
    _narrated(found, "title", indicator.title)
    if indicator.baseline:
        first = period[0]
        etree.SubElement(found, "baseline", {"year": str(first.year), "iso-date": first.isoformat(),
                                             "value": indicator.baseline})  # fmt: skip
    frame = etree.SubElement(found, "period")
    for name, day in zip(("period-start", "period-end"), period, strict=True):
        etree.SubElement(frame, name, {"iso-date": day.isoformat()})
    if indicator.target:
        etree.SubElement(frame, "target", {"value": indicator.target})
    if indicator.actual:
        etree.SubElement(frame, "actual", {"value": indicator.actual})
    for sex, number in indicator.by_sex:
        actual = etree.SubElement(frame, "actual", {"value": number})
        etree.SubElement(actual, "dimension", {"name": "sex", "value": sex})


# --- Parts


def _narrated(parent, name: str, text: Both, attributes: dict[str, str] | None = None):
    """An element with the text in both languages; where one is missing, the other stands in."""
    found = etree.SubElement(parent, name, attributes or {})
    known = [_clean(words).strip() for words in text]
    for language, words in zip(("id", "en"), known, strict=True):
        _leaf(found, "narrative", words or known[0] or known[1], {LANGUAGE: language})
    return found


def _leaf(parent, name: str, text: str, attributes: dict[str, str] | None = None) -> None:
    found = etree.SubElement(parent, name, attributes or {})
    found.text = _clean(text)


def _clean(text: str) -> str:
    return NOT_IN_XML.sub(" ", text)


def _filled(**attributes: str) -> dict[str, str]:
    return {name: value for name, value in attributes.items() if value}


def _moment(value: dt.datetime) -> str:
    return value.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
