"""Three values of a field: opened with, stored, typed. Which stands, and when the person is asked."""

from __future__ import annotations

import pytest

from regions.merging import known_key, mark, marks, merge, new_key, own_since, plain, remember

CASES = [
    # opened with, stored now, typed -> what stands
    ("a", "a", "a", "typed"),
    ("a", "a", "b", "typed"),  # only this person
    ("a", "b", "a", "stored"),  # only the other
    ("a", "b", "b", "typed"),  # both alike
    ("a", "b", "c", "asked"),  # both, differently
    ("a", "b", "", "asked"),  # emptied here, changed there
    ("a", "", "b", "asked"),
    ("a", "", "a", "stored"),  # emptied there
    ("", "b", "", "stored"),
    ("", "", "b", "typed"),
    ("", "b", "c", "asked"),
    ("a", "a", "", "typed"),
]


@pytest.mark.parametrize(("base", "stored", "typed", "stands"), CASES)
def test_what_only_one_side_changed_stands_and_what_both_changed_is_asked(base, stored, typed, stands):
    found = merge(base=marks({"f": base}), stored={"f": stored}, typed={"f": typed})
    assert (found.stored, found.asked) == (["f"] if stands == "stored" else [], ["f"] if stands == "asked" else [])


@pytest.mark.parametrize(("choice", "stored", "asked"), [("mine", [], []), ("stored", ["f"], []), ("?", [], ["f"])])
def test_a_choice_decides_what_both_changed(choice, stored, asked):
    found = merge(base=marks({"f": "a"}), stored={"f": "b"}, typed={"f": "c"}, choices={"f": choice})
    assert (found.stored, found.asked, found.both) == (stored, asked, ["f"])


def test_a_choice_about_what_is_not_disputed_changes_nothing():
    found = merge(base=marks({"f": "a"}), stored={"f": "a"}, typed={"f": "b"}, choices={"f": "stored"})
    assert (found.stored, found.asked) == ([], [])


def test_a_page_that_cannot_say_what_it_was_opened_with_is_asked_about_every_difference():
    found = merge(base=None, stored={"f": "a", "g": "b", "h": ""}, typed={"f": "a", "g": "c", "h": "x"})
    assert found.asked == ["g", "h"]


def test_nobody_clashes_with_what_their_own_page_has_written():
    """The answer to the save of "b" was lost: the page still thinks of "a" as stored."""
    own = marks({"f": "b"})
    typed_on = merge(base=marks({"f": "a"}), stored={"f": "b"}, typed={"f": "c"}, own=own)
    taken_back = merge(base=marks({"f": "a"}), stored={"f": "b"}, typed={"f": "a"}, own=own)
    changed_since = merge(base=marks({"f": "a"}), stored={"f": "z"}, typed={"f": "b"}, own=own)
    assert [found.asked + found.stored for found in (typed_on, taken_back, changed_since)] == [[], [], ["f"]]
    assert changed_since.stored == ["f"]


def test_what_a_page_emptied_itself_counts_as_empty():
    own = {"f": ""}
    assert merge(base=marks({"f": "a"}), stored={"f": ""}, typed={"f": "c"}, own=own).asked == []
    assert merge(base=marks({"f": "a"}), stored={"f": "b"}, typed={"f": ""}, own=own).stored == ["f"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (None, ""),
        (False, ""),
        ([], None),
        ("satu\r\ndua", "satu\ndua "),
        (["B", "A"], ("A", "B")),
        (12, "12"),
        (True, "1"),
    ],
)
def test_values_that_mean_the_same_are_the_same(one, other):
    assert mark(one) == mark(other)


def test_nothing_and_nought_differ():
    assert (mark(0) == mark(""), plain(0)) == (False, "0")


def test_only_what_was_written_after_the_version_of_the_page_counts():
    own = {"f": ["x", 4], "g": ["y", 7]}
    assert own_since(own, 4) == {"g": "y"}


def test_the_pages_that_saved_last_are_remembered():
    pages: dict = {}
    for version, page in enumerate("abcdef", 1):
        pages = remember(pages, page, {"f": f"m{version}"}, version)
    assert list(pages) == ["c", "d", "e", "f"]
    assert remember(pages, "c", {"g": "n"}, 9)["c"] == {"f": ["m3", 3], "g": ["n", 9]}
    assert remember({}, "", {"f": "m"}, 1) == {}


@pytest.mark.parametrize("text", ["", "kurang", "a" * 49, "dua kata x", "titik.titik", "x\x00xxxxxxx", "'; drop--"])
def test_what_is_no_key_counts_as_none(text):
    assert known_key(text) == ""


def test_a_new_key_is_one():
    assert known_key(key := new_key()) == key
