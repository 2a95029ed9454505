"""Someone at a browser: presses what is visible, types what is asked, and counts the taps it takes."""

from __future__ import annotations

import re

OPTIONAL = r"( \((optional|opsional)\))?"


class Person:
    """One user's page. Every choice, press and field touched is a tap; typing itself is not."""

    def __init__(self, page, prefix: str = "/en"):
        self.page, self.prefix, self.taps = page, prefix, 0

    def go(self, path: str) -> int:
        """Open an address by hand; returns the status of the answer."""
        return self.page.goto(f"{self.prefix}{path}").status

    @property
    def path(self) -> str:
        """Where the person is, without host, language and query."""
        return re.sub(r"^https?://[^/]+", "", self.page.url).split("?")[0].removeprefix(self.prefix)

    @property
    def heading(self) -> str:
        """The page's one main heading."""
        return self.page.locator("h1").inner_text()

    @property
    def status(self) -> str:
        """The word in the status tag at the head of a record's page."""
        return self.page.locator(".sg-eyebrow .sg-tag").first.inner_text().strip()

    @property
    def form(self):
        """The page's own form, not the search in its head."""
        return self.page.locator("main form[method=post]")

    def says(self, text: str) -> bool:
        """Whether the page shows these words."""
        return self.page.get_by_text(text).first.is_visible()

    def control(self, name: str, within=None):
        """The link or button of this name: the first one that can be seen."""
        where = within or self.page
        pattern = re.compile("^" + re.escape(name).replace(":", " ?:") + "$")
        found = where.get_by_role("link", name=pattern).or_(where.get_by_role("button", name=pattern))
        return found.locator("visible=true").first

    def offers(self, name: str) -> bool:
        """Whether such a link or button is there."""
        return self.control(name).count() > 0

    def is_blocked(self, name: str) -> bool:
        """Whether the act is shown, but cannot be pressed yet."""
        return self.page.get_by_role("button", name=name, disabled=True).count() > 0

    def press(self, name: str, within=None) -> None:
        """Press a link or button that leads to another page."""
        self.follow(self.control(name, within))

    def follow(self, locator) -> None:
        """Press something that leads to another page, and wait for that page.

        A page that only writes another address into its bar does not count: it has not been left.
        """
        self.taps += 1
        with self.page.expect_event("load"):
            locator.click()

    def tap(self, locator) -> None:
        """Press something that stays on the page."""
        self.taps += 1
        locator.click()

    def field(self, label: str, within=None):
        """The field under a label."""
        where = within or self.page
        return where.get_by_label(re.compile(rf"^{re.escape(label)}{OPTIONAL}$"))

    def type(self, label: str, text: str, within=None) -> None:
        """Fill in a field by its label."""
        self.taps += 1
        self.field(label, within).fill(text)

    def choose(self, label: str, option: str, within=None) -> None:
        """Choose from a list: one tap opens it, one takes the entry."""
        self.taps += 2
        self.field(label, within).select_option(label=option)

    def tick(self, label: str, within=None) -> None:
        """Tick a box or take one of several choices, by touching its words."""
        field = self.field(label, within)
        self.tap(self.page.locator(f'label[for="{field.get_attribute("id")}"]'))
        assert field.is_checked()

    def level(self, question: str, word: str) -> None:
        """Press one of the large level buttons."""
        self.tap(self.page.get_by_role("group", name=question).get_by_text(word, exact=True))

    def row(self, noun: str, number: int):
        """A row of a repeated part; added if it is not there yet."""
        found = self.page.get_by_role("group", name=f"{noun} {number}", exact=True)
        if not found.count():
            self.tap(self.page.get_by_role("button", name=re.compile(rf": {noun}$")))
        return found

    def attach(self, label: str, paper: dict) -> None:
        """Put a file into a file field."""
        self.taps += 1
        self.field(label).set_input_files(paper)


def paper(name: str, title: str) -> dict:
    """A small real PDF, as the browser takes it."""
    from portal.demo.papers import pdf

    return {"name": name, "mimeType": "application/pdf", "buffer": pdf(name, title).read()}
