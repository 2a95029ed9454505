"""Which pages count as one: rows, texts and addresses make no difference, kinds of elements do."""

from __future__ import annotations

from tests.shapes import shape
from tests.words import slips, texts

ROW = '<tr><td class="sg-num">{}</td><td><a href="/{}/">x</a></td></tr>'
PAGE = '<!doctype html><html lang="{}"><body><table>{}</table>{}</body></html>'


def test_texts_numbers_addresses_and_rows_make_no_difference():
    one = PAGE.format("id", ROW.format(1, "a"), "")
    many = PAGE.format("id", "".join(ROW.format(n, n) for n in range(30)), "")
    assert shape(one) == shape(many)


def test_a_class_an_element_or_an_attribute_makes_a_difference():
    plain = PAGE.format("id", ROW.format(1, "a"), "")
    others = [
        plain.replace("sg-num", "sg-code"),
        plain.replace("</body>", "<p>x</p></body>"),
        plain.replace("<a ", '<a aria-current="page" '),
    ]
    assert len({shape(page)[0] for page in [plain, *others]}) == 4


def test_the_ways_of_a_page_hold_those_of_a_part_of_it():
    part, whole = PAGE.format("id", ROW.format(1, 1), ""), PAGE.format("id", ROW.format(1, 1), "<form><input></form>")
    assert shape(part)[1] < shape(whole)[1]


def test_texts_carry_the_language_of_their_element():
    title, found = texts(
        '<html lang="en"><head><title>Map · Sinergi</title></head>'
        '<body><p title="Hint">One<br>two <span lang="id">tiga</span></p><script>no</script></body></html>'
    )
    assert title == "Map · Sinergi"
    assert found == [("Hint", "en"), ("One", "en"), ("two", "en"), ("tiga", "id")]


def test_slips_are_named():
    body = "<p>{}</p>"
    said = {
        "Kode 2026-11-30": "a date for machines",
        "Nilai None": "a value of the code",
        "pukul 14:02 WIB": "an English hour",
        "37.5%": "an English decimal",
        "1,180 orang": "an English thousand",
        "30 December": "an English month",
        "Halo %(name)s": "a leftover of a template",
        "Sign in": "in the other language",
    }
    found = {text: slips(f'<html lang="id"><body>{body.format(text)}</body></html>', "id") for text in said}
    assert {text: [line.split(":")[0] for line in lines] for text, lines in found.items()} == {
        text: [what] for text, what in said.items()
    }
    good = "30 November 2026 pukul 23.59 WITA, 1.180 orang, 0,14, 37%, KB-2026-0001"
    assert slips(f'<html lang="id"><body>{body.format(good)}</body></html>', "id") == []
    assert slips('<html lang="en"><body><p>30 November 2026, 23:59 WITA, 1,180 people</p></body></html>', "en") == []
