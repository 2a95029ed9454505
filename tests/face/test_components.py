"""Components: slots, values, and the page that shows all of them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template import Context, Template, TemplateSyntaxError

from portal.views.gallery import BARE, PAGES

FOLDER = Path(settings.BASE_DIR) / "templates" / "components"


def drawn(source: str, **values) -> str:
    return Template("{% load components %}" + source).render(Context(values))


def test_a_page_head_leaves_out_what_nobody_filled():
    html = drawn('{% component "components/page_head.html" title="Kebutuhan" %}{% endcomponent %}')
    assert re.sub(r"\s+", " ", html).strip() == '<div class="sg-page-head"><div><h1>Kebutuhan</h1></div></div>'


def test_slots_are_filled_by_the_page_with_the_pages_own_values():
    html = drawn(
        '{% component "components/page_head.html" title=title %}'
        '{% if acts %}{% slot "actions" %}<a href="#">{{ acts }}</a>{% endslot %}{% endif %}'
        '{% if nothing %}{% slot "eyebrow" %}tidak{% endslot %}{% endif %}'
        "<b>di bawah</b>{% endcomponent %}",
        title="<Judul>",
        acts="Kirim",
    )
    assert re.sub(r"\s+", " ", html).strip() == (
        '<div class="sg-page-head"><div><h1>&lt;Judul&gt;</h1><b>di bawah</b></div>'
        '<div class="sg-actions"><a href="#">Kirim</a></div></div>'
    )


def test_a_component_inside_another_keeps_its_own_slots():
    html = drawn(
        '{% component "components/section.html" id="a" title="Luar" %}'
        '{% slot "foot" %}kaki{% endslot %}'
        '{% component "components/section.html" id="b" title="Dalam" %}isi{% endcomponent %}'
        "{% endcomponent %}"
    )
    assert (html.count("sg-card-f"), html.index("Dalam") < html.index("kaki")) == (1, True)


def test_a_component_knows_nothing_else_of_the_page():
    assert "rahasia" not in drawn(
        '{% component "components/section.html" id="a" %}x{% endcomponent %}', title="rahasia", hint="rahasia"
    )


def test_a_component_takes_values_by_name_only():
    with pytest.raises(TemplateSyntaxError):
        drawn('{% component "components/section.html" title %}{% endcomponent %}')


@pytest.fixture
def staff(client, aceh_operator):
    """A browser of somebody who runs the portal."""
    aceh_operator.is_staff = True
    aceh_operator.save()
    client.force_login(aceh_operator)
    return client


@pytest.mark.django_db
def test_the_gallery_does_not_exist_for_anybody_else(client, aceh_operator):
    assert client.get("/_components/").url == "/masuk/?next=/_components/"
    client.force_login(aceh_operator)
    assert [client.get(url).status_code for url in ("/_components/", "/_components/500/")] == [404, 404]


@pytest.mark.django_db
def test_the_gallery_stays_out_of_search_engines_and_within_the_budget(staff):
    answer = staff.get("/_components/")
    assert (answer.status_code, answer["X-Robots-Tag"]) == (200, "noindex")
    assert len(re.findall(r"<[a-z]", answer.text)) <= 1500


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["forms", "drawings", *PAGES, *BARE])
def test_every_refusal_and_fault_can_be_looked_at_in_both_languages(staff, name):
    for prefix in ("", "/en"):
        answer = staff.get(f"{prefix}/_components/{name}/")
        assert (answer.status_code, "<h1" in answer.text) == (200, True)


@pytest.mark.django_db
def test_an_unknown_page_of_the_gallery_is_not_found(staff):
    assert staff.get("/_components/../settings/").status_code == staff.get("/_components/base/").status_code == 404


SHOWN_ELSEWHERE = {
    "chart.html",  # drawn by the dashboard, whose tests hold it
    "map.html",  # its page has tests of its own
    "map_picture.html",
    "tiles.html",
    "saved_views.html",  # needs a reader's own views
    "listing_state.html",  # hidden fields
    "error_summary.html",  # on the page of forms
}


@pytest.mark.django_db
def test_every_component_is_shown_in_the_gallery(staff):
    shown = [t.name for url in ("", "drawings/") for t in staff.get(f"/_components/{url}").templates if t.name]
    used = {name.rsplit("/", 1)[-1] for name in shown}
    made = {path.name for path in FOLDER.glob("[a-z]*.html")}
    assert sorted(made - used - SHOWN_ELSEWHERE) == []


@pytest.mark.django_db
def test_the_printed_foot_names_reader_moment_and_address(client, aceh_operator):
    client.force_login(aceh_operator)
    foot = re.search(r'<p class="sg-printed">(.*?)</p>', client.get("/en/tenggat/?q=a").text).group(1)
    assert re.fullmatch(
        r"Printed on \d+ \w+ \d{4}, \d\d:\d\d WIB · Office operator, .+ · http://localhost:8000/en/tenggat/\?q=a", foot
    )
