"""Saved views: a name for filters, as tabs with live counts, for oneself or for the unit; one opens first."""

from __future__ import annotations

import re

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import DefaultView, Membership, SavedView
from accounts.models.kept import canonical
from accounts.roles import Role
from accounts.services.kept import MOST, change_view, open_with, remove_view
from portal.kept_pages import PAGES
from regions.models import NeedStatus
from tests import factories
from workflow.engine import Refused
from workflow.models import LogEntry

pytestmark = pytest.mark.django_db
NEEDS = "/kebutuhan/"


def keep(client, user, *, query="status=DRAFT", page="regions:needs", name="Draf", **more):
    client.force_login(user)
    return client.post(reverse("accounts:save_view"), {"page": page, "query": query, "name": name, **more})


def tabs(page) -> list[tuple[str, str, bool]]:
    """(words, address, whether it is shown now) of the tabs on a page."""
    nav = re.search(r'<nav class="sg-tabs".*?</nav>', page.content.decode(), re.S)
    if nav is None:
        return []
    found = re.findall(r'<a href="([^"]*)"( aria-current="page")?>(.*?)</a>', nav.group(0), re.S)
    bare = re.compile(r'<span class="visually-hidden">.*?</span>|<[^>]+>', re.S)
    return [
        ("".join(bare.sub("", words).split("\n")).strip(), url.replace("&amp;", "&"), bool(now))
        for url, now, words in found
    ]


def entries() -> list[tuple[str, str, dict]]:
    found = LogEntry.objects.filter(flow="accounts.view").order_by("seq")
    return [(e.record_code, e.action, e.data) for e in found]


def test_an_address_means_the_same_filters_in_any_order():
    assert canonical("b=2&a=1&page=3&a=0&q=&view=all") == canonical("a=0&a=1&b=2") == "a=0&a=1&b=2"


def test_filters_become_a_tab_with_its_live_count(client, aceh_operator, aceh_regency):
    factories.need(aceh_regency, created_by=aceh_operator)
    factories.need(aceh_regency, created_by=aceh_operator, status=NeedStatus.RETURNED)
    answer = keep(client, aceh_operator)
    assert (answer.status_code, answer.url) == (302, f"{NEEDS}?status=DRAFT")
    assert tabs(client.get(f"{NEEDS}?status=DRAFT")) == [
        ("Semua2", NEEDS, False),
        ("Draf1", f"{NEEDS}?status=DRAFT", True),
    ]
    factories.need(aceh_regency, created_by=aceh_operator)
    assert [words for words, _url, _now in tabs(client.get(NEEDS))] == ["Semua3", "Draf2"]


def test_only_filters_that_are_not_kept_yet_are_offered_for_keeping(client, aceh_operator, aceh_regency):
    factories.need(aceh_regency, created_by=aceh_operator)
    client.force_login(aceh_operator)
    form = f'action="{reverse("accounts:save_view")}"'
    assert form not in client.get(NEEDS).content.decode()
    assert form in client.get(f"{NEEDS}?status=DRAFT").content.decode()
    keep(client, aceh_operator)
    assert form not in client.get(f"{NEEDS}?page=1&status=DRAFT").content.decode()
    assert form in client.get(f"{NEEDS}?status=RETURNED").content.decode()


def test_a_list_without_kept_views_and_filters_shows_nothing_of_them(client, aceh_operator, aceh_regency):
    factories.need(aceh_regency, created_by=aceh_operator)
    client.force_login(aceh_operator)
    assert "sg-views" not in client.get(NEEDS).content.decode()


def test_a_view_for_oneself_is_nobody_else_s(client, aceh_operator, aceh_head):
    keep(client, aceh_operator)
    view = SavedView.objects.get()
    client.force_login(aceh_head)
    assert tabs(client.get(f"{NEEDS}?status=DRAFT")) == []
    for name in ("accounts:view", "accounts:delete_view"):
        assert client.get(reverse(name, args=[view.pk])).status_code == 404
    assert client.post(reverse("accounts:first_view", args=[view.pk]), {"first": "1"}).status_code == 404
    assert entries() == []


def test_a_shared_view_counts_for_each_reader_what_they_may_see(
    client, aceh_verifier, aceh_province_operator, aceh_regency, aceh
):
    for office in (aceh_regency, aceh_regency, aceh):
        factories.need(office, created_by=aceh_province_operator, status=NeedStatus.RETURNED)
    keep(client, aceh_verifier, name="Di meja dinas", query="status=RETURNED", shared="on")
    assert [words for words, _url, _now in tabs(client.get(NEEDS))][1] == "Di meja dinas 3"
    client.force_login(aceh_province_operator)  # the same office, but only its own needs
    assert [words for words, _url, _now in tabs(client.get(NEEDS))][1] == "Di meja dinas 1"
    view = SavedView.objects.get()
    assert entries() == [(view.code, "share_view", {"page": "regions:needs"})]


def test_only_the_owner_changes_a_shared_view_until_they_leave(client, aceh_operator, aceh_head):
    keep(client, aceh_operator, shared="on")
    view = SavedView.objects.get()
    client.force_login(aceh_head)
    assert client.get(reverse("accounts:view", args=[view.pk])).status_code == 403
    assert client.post(reverse("accounts:delete_view", args=[view.pk])).status_code == 403
    Membership.objects.filter(user=aceh_operator).update(valid_to="2020-01-02")
    assert client.post(reverse("accounts:delete_view", args=[view.pk])).status_code == 302
    assert SavedView.objects.count() == 0
    assert [action for _code, action, _data in entries()] == ["share_view", "remove_view"]


def test_who_has_left_a_unit_leaves_their_shared_views_to_it(client, aceh_operator, aceh_head, bali):
    keep(client, aceh_operator, shared="on")
    keep(client, aceh_operator, name="Sendiri", query="status=RETURNED")
    view = SavedView.objects.get(name="Draf")
    aceh_operator.memberships.update(valid_to="2020-01-02")
    Membership.objects.create(user=aceh_operator, organisation=bali, role=Role.DINAS_OP, valid_from="2020-01-01")
    client.force_login(aceh_operator)
    url = reverse("accounts:view", args=[view.pk])
    assert client.get(url).status_code == client.post(url, {"name": "Jahil", "shared": "on"}).status_code == 404
    groups = client.get(reverse("accounts:views")).context["groups"]
    assert [[kept.name for kept, _may in group["rows"]] for group in groups] == [["Sendiri"]]
    client.force_login(aceh_head)
    assert client.post(url, {"name": "Milik kantor", "shared": "on"}).status_code == 302
    assert SavedView.objects.get(pk=view.pk).name == "Milik kantor"


def test_a_view_deleted_in_another_window_stays_deleted(client, aceh_operator):
    keep(client, aceh_operator)
    view = SavedView.objects.get()
    SavedView.objects.all().delete()
    for act in (
        lambda: change_view(view, actor=aceh_operator, name="Lagi", shared=False, first=True),
        lambda: open_with(aceh_operator, view, first=True),
        lambda: remove_view(view, actor=aceh_operator),
    ):
        with pytest.raises(Refused, match="dihapus|deleted"):
            act()
    assert (SavedView.objects.count(), DefaultView.objects.count()) == (0, 0)


def test_a_page_opens_with_the_chosen_view_however_many_colleagues_share(client, aceh_operator, aceh_head):
    keep(client, aceh_operator, name="Zona saya", first="on")
    for number in range(60):
        SavedView.objects.create(
            owner=aceh_head,
            organisation=aceh_head.acting_organisation,
            page="regions:needs",
            name=f"A {number}",
            query=f"q={number}",
        )
    client.force_login(aceh_operator)
    assert client.get(NEEDS).url == f"{NEEDS}?status=DRAFT"
    assert [words for words, _url, _now in tabs(client.get(f"{NEEDS}?status=DRAFT"))][1] == "Zona saya0"


def test_a_list_with_hundreds_of_filters_in_its_address_opens(client, aceh_operator):
    client.force_login(aceh_operator)
    assert client.get(f"{NEEDS}?{'status=DRAFT&' * 300}").status_code == 200


def test_a_shared_view_stays_in_its_unit(client, aceh_operator, bali_operator):
    keep(client, aceh_operator, shared="on")
    client.force_login(bali_operator)
    assert tabs(client.get(f"{NEEDS}?status=DRAFT")) == []


def test_renaming_sharing_and_keeping_to_oneself(client, aceh_operator, aceh_head):
    keep(client, aceh_operator)
    view = SavedView.objects.get()
    url = reverse("accounts:view", args=[view.pk])
    assert client.post(url, {"name": "Belum dikirim", "shared": "on"}).status_code == 302
    client.post(reverse("accounts:first_view", args=[view.pk]), {"first": "1"})
    client.force_login(aceh_head)
    client.post(reverse("accounts:first_view", args=[view.pk]), {"first": "1"})
    client.force_login(aceh_operator)
    client.post(url, {"name": "Belum dikirim", "first": "on"})
    view.refresh_from_db()
    assert (view.name, view.organisation) == ("Belum dikirim", None)
    assert [d.user for d in DefaultView.objects.all()] == [aceh_operator]  # nobody opens with what they cannot see
    assert [action for _code, action, _data in entries()] == ["share_view", "unshare_view"]


@pytest.mark.parametrize(
    "more",
    [
        {"name": ""},
        {"name": "x" * 41},
        {"query": ""},
        {"query": "page=2"},
        {"query": "q=" + "y" * 1600},
        {"query": "q=" + "y" * 10_000},
        {"query": "q=%00&status=%00"},
        {"query": "javascript:alert(1)"},
        {"page": "accounts:logout"},
        {"page": ""},
    ],
)
def test_what_cannot_be_kept_is_said_and_what_was_typed_stays(client, aceh_operator, more):
    sent = {"name": "Nama saya", **more}
    answer = keep(client, aceh_operator, **sent)
    assert answer.status_code == 400 and SavedView.objects.count() == 0
    assert len(answer.context["form"].errors) == 1
    assert f'value="{sent["name"]}"' in answer.content.decode() or not sent["name"]


def test_one_name_once_and_not_more_than_the_limit(client, aceh_operator):
    keep(client, aceh_operator, name="Draf")
    assert keep(client, aceh_operator, name="DRAF", query="status=RETURNED").status_code == 400
    for number in range(MOST - 1):
        assert keep(client, aceh_operator, name=f"Nomor {number}", query=f"q={number}").status_code == 302
    assert keep(client, aceh_operator, name="Satu lagi", query="q=lagi").status_code == 400
    assert SavedView.objects.count() == MOST


def test_the_page_opens_with_the_view_chosen_for_it(client, aceh_operator, aceh_regency):
    factories.need(aceh_regency, created_by=aceh_operator)
    factories.need(aceh_regency, created_by=aceh_operator, status=NeedStatus.RETURNED)
    keep(client, aceh_operator, first="on")
    opened = client.get(NEEDS)
    assert (opened.status_code, opened.url) == (302, f"{NEEDS}?status=DRAFT")
    assert client.get("/en/kebutuhan/").url == "/en/kebutuhan/?status=DRAFT"
    everything = client.get(f"{NEEDS}?view=all")
    assert everything.context["listing"].total == 2
    assert tabs(everything)[0] == ("Semua2", f"{NEEDS}?view=all", True)
    shown = client.get(f"{NEEDS}?status=DRAFT")
    assert shown.context["listing"].clear_url == f"{NEEDS}?view=all"
    assert '<input type="hidden" name="view" value="all">' in shown.content.decode()
    assert client.get(NEEDS, HTTP_HX_REQUEST="true").status_code == 200
    client.post(reverse("accounts:first_view", args=[SavedView.objects.get().pk]), {"first": "0"})
    assert client.get(NEEDS).status_code == 200


def test_deleting_asks_first_and_then_opens_the_page_as_before(client, aceh_operator):
    keep(client, aceh_operator, first="on")
    view = SavedView.objects.get()
    url = reverse("accounts:delete_view", args=[view.pk])
    assert "Draf" in client.get(url).content.decode() and SavedView.objects.count() == 1
    assert client.post(url).url == reverse("accounts:views")
    assert client.get(NEEDS).status_code == 200 and DefaultView.objects.count() == 0


def test_a_view_of_a_queue_remembers_its_tab(client, ppsdm_verifier, aceh_operator, aceh_regency):
    for status in (NeedStatus.MIN_REVIEW, NeedStatus.MIN_REVIEW, NeedStatus.TECH_REVIEW):
        factories.need(aceh_regency, created_by=aceh_operator, status=status)
    keep(client, ppsdm_verifier, page="regions:queue", query="tab=technical&province=11", name="Aceh")
    found = tabs(client.get("/antrean/?tab=technical&province=11"))
    assert found[-1] == ("Aceh1", "/antrean/?province=11&tab=technical", True)
    assert [now for _words, _url, now in found[:-1]] == [False] * (len(found) - 1)


def test_filters_on_a_tab_of_a_queue_stay_on_it(client, ppsdm_verifier, aceh_operator, aceh_regency):
    factories.need(aceh_regency, created_by=aceh_operator, status=NeedStatus.TECH_REVIEW)
    client.force_login(ppsdm_verifier)
    page = client.get("/antrean/?tab=technical&province=11")
    assert page.content.decode().count('<input type="hidden" name="tab" value="technical">') == 2  # filters, search
    assert page.context["listing"].clear_url == "/antrean/?tab=technical"


def test_a_page_that_reads_more_than_its_list_knows_shows_no_count(client, aceh_operator, aceh_regency):
    factories.need(aceh_regency, created_by=aceh_operator)
    keep(client, aceh_operator, query="status=DRAFT&lain=1")
    assert [words for words, _url, _now in tabs(client.get(NEEDS))] == ["Semua1", "Draf"]


def test_twelve_tabs_cost_one_query_more_than_one(client, aceh_operator, aceh_regency):
    factories.need(aceh_regency, created_by=aceh_operator)
    counts = []
    for views in (1, 12):
        for number in range(views):
            keep(client, aceh_operator, name=f"{views} {number}", query=f"status=DRAFT&q={number}")
        client.get(NEEDS)
        with CaptureQueriesContext(connection) as queries:
            client.get(NEEDS)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_the_page_of_views_lists_them_by_page_in_both_languages(client, aceh_operator):
    keep(client, aceh_operator)
    keep(client, aceh_operator, page="programs:catalogue", query="mitra=1", name="Satu mitra")
    for prefix in ("", "/en"):
        page = client.get(f"{prefix}/akun/tampilan/")
        assert [[view.name for view, _may in group["rows"]] for group in page.context["groups"]] in (
            [["Draf"], ["Satu mitra"]],
            [["Satu mitra"], ["Draf"]],
        )


def test_visitors_keep_nothing(client):
    assert client.get("/program/?mitra=1").status_code == 200
    assert client.post(reverse("accounts:save_view"), {"page": "programs:catalogue"}).status_code == 302


def test_every_list_with_filters_keeps_views():
    """A template with facets and without the tabs would be a list whose filters cannot be kept."""
    root = settings.BASE_DIR / "templates"
    lists = {
        path.relative_to(root).as_posix()
        for path in root.rglob("*.html")
        if "components" not in path.parts and re.search(r"components/(facets|listing)\.html", path.read_text("utf-8"))
    }
    no_list_of_its_own = {
        "forum/meetings/invitations.html",  # whom to invite to one meeting
        "partnerships/briefs/_lines.html",  # of one edition of the brief
        "partnerships/program_demand.html",
        "portal/search/search.html",
    }
    lists -= {name for name in lists if name.startswith(("portal/gallery/", "portal/public/"))}  # visitors keep nothing
    without = {name for name in lists if "saved_views" not in (root / name).read_text("utf-8")}
    assert without - no_list_of_its_own == set()
    assert apps.is_installed("accounts") and len(PAGES) >= 14


def test_a_person_in_two_units_sees_the_shared_views_of_the_one_acted_in(client, aceh_operator, aceh_head, bali):
    for office in (aceh_operator.acting_organisation, bali):
        factories.need(office, status=NeedStatus.RETURNED)
    keep(client, aceh_operator, shared="on")
    Membership.objects.create(user=aceh_head, organisation=bali, role=Role.DINAS_HEAD, valid_from="2020-01-01")
    client.force_login(aceh_head)
    assert len(tabs(client.get(NEEDS))) == 2
    client.post(reverse("accounts:switch"), {"membership": aceh_head.memberships.last().pk})
    assert tabs(client.get(NEEDS)) == []
