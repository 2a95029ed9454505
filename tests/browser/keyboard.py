"""Someone without a mouse: Tab, Enter, Space and letters, nothing else."""

from __future__ import annotations

import re

NAMED = """() => {
  const e = document.activeElement;
  if (!e || e === document.body) return null;
  const label = e.labels && e.labels.length ? [...e.labels].map((l) => l.innerText).join(' ') : '';
  const s = getComputedStyle(e), beside = e.nextElementSibling ? getComputedStyle(e.nextElementSibling) : s;
  const ringed = (x) => x.outlineStyle !== 'none' && parseFloat(x.outlineWidth) > 0 || x.boxShadow !== 'none';
  const seen = ringed(s) || ringed(beside);
  const box = e.getBoundingClientRect();
  return {name: (e.getAttribute('aria-label') || label || e.innerText || e.value || '').replace(/\\s+/g, ' ').trim(),
    tag: e.tagName, seen, place: [box.x, box.y].join()};
}"""
LONGEST = 400
"""More steps than any page has controls: who needs more is in a trap."""


class Keyboard:
    """One user's page, moved through by keys alone. Every place the focus stops at must show that it has it."""

    def __init__(self, page):
        self.page, self.unseen = page, []

    def step(self, key: str = "Tab"):
        """One key; where the focus is now, or None when it has left the page."""
        self.page.keyboard.press(key)
        found = self.page.evaluate(NAMED)
        if found and not found["seen"]:
            self.unseen.append(f"{found['tag']} “{found['name'][:60]}”")
        return found

    def reach(self, name: str):
        """Tab on until a control of this name has the focus."""
        wanted = re.compile(rf"^{name}")
        for _n in range(LONGEST):
            found = self.step()
            if found and wanted.search(found["name"]):
                return found
        raise AssertionError(f"no keyboard reaches “{name}” on {self.page.url}")

    def press(self, name: str, key: str = "Enter") -> None:
        """Reach a link or button and follow it."""
        self.reach(name)
        with self.page.expect_navigation():
            self.page.keyboard.press(key)

    def type(self, name: str, text: str) -> None:
        """Reach a field and type into it."""
        self.reach(name)
        self.page.keyboard.type(text)

    def walk(self) -> int:
        """From the top through the whole page and out at its end; the number of stops."""
        self.page.evaluate("document.activeElement.blur()")
        for number in range(LONGEST):
            if self.step() is None:
                return number
        raise AssertionError(f"the focus does not leave {self.page.url}")
