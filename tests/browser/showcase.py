"""Pages shown in a real browser without a server: each answer that was collected is handed to it as it came.

Files under /static/ come from the tree, everything else a page asks for is answered with nothing.
"""

from __future__ import annotations

import mimetypes
from pathlib import Path
from urllib.parse import urlsplit

from django.contrib.staticfiles import finders

from tests.browser.conftest import AXE, WCAG
from tests.pages import Page

ORIGIN = "http://localhost:1"
DESK, ZOOMED, NARROW = (1366, 900), (683, 450), (320, 640)
"""A laptop, the same at 200 % zoom, and the narrowest page that must still flow (1.4.10)."""

SIDEWAYS = """() => {
  const wide = document.documentElement.scrollWidth - window.innerWidth;
  if (wide <= 0) return [];
  const held = (e) => e && (/(auto|scroll|hidden|clip)/.test(getComputedStyle(e).overflowX) || held(e.parentElement));
  const beyond = (e) => e.getBoundingClientRect().right > window.innerWidth + 1 && !held(e.parentElement);
  const who = [...document.querySelectorAll('body *')].filter(beyond).slice(-3).map((e) => e.outerHTML.slice(0, 110));
  return [`scrolls sideways by ${wide} px`, ...who];
}"""

FOCUS = """() => {
  const look = (e) => { const s = getComputedStyle(e);
    return [s.outlineStyle, s.outlineWidth, s.outlineColor, s.boxShadow, s.borderColor, s.backgroundColor].join('|'); };
  const shown = (e) => e.checkVisibility({visibilityProperty: true});
  const around = (e) => [e, ...(e.labels || []), e.parentElement, e.nextElementSibling].filter(Boolean);
  const controls = 'a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex]';
  const all = [...document.querySelectorAll(controls)].filter((e) => shown(e) && !e.disabled && !e.closest('[inert]'));
  const wrong = [];
  for (const e of all) {
    const say = (what) => wrong.push(`${what}: ${e.outerHTML.slice(0, 120)}`);
    if (e.tabIndex > 0) say('comes out of turn');
    if (e.tabIndex < 0) continue;
    e.blur();
    const before = around(e).map(look);
    e.focus({preventScroll: true});
    if (document.activeElement !== e) { say('takes no focus'); continue; }
    if (before.every((was, n) => was === look(around(e)[n]))) say('focus is not seen');
    e.blur();
  }
  return wrong;
}"""


class Showcase:
    """One browser window that shows collected pages one after the other, and what is wrong with each."""

    def __init__(self, chromium):
        self.axe = AXE.read_text(encoding="utf-8")
        self.context = chromium.new_context(base_url=ORIGIN, locale="id-ID", reduced_motion="reduce")
        self.context.set_default_timeout(15_000)
        self.context.route("**/*", self._answer)
        self.window = self.context.new_page()
        self.window.on("pageerror", lambda error: self.problems.append(f"script: {error}"))
        self.window.on("console", self._note)
        self.page: Page | None = None
        self.problems: list[str] = []
        self.files: dict[str, tuple[bytes, str]] = {}

    def close(self) -> None:
        """The window is shut."""
        self.context.close()

    def _note(self, message) -> None:
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.problems.append(f"console: {message.text}")

    def _file(self, path: str) -> tuple[bytes, str]:
        if path not in self.files:
            found = finders.find(path.removeprefix("/static/"))
            kind = "text/javascript" if path.endswith(".js") else mimetypes.guess_type(path)[0]
            self.files[path] = (Path(found).read_bytes() if found else b"", kind or "application/octet-stream")
        return self.files[path]

    def _answer(self, route) -> None:
        path = urlsplit(route.request.url).path
        if not route.request.url.startswith(ORIGIN):
            self.problems.append(f"asks elsewhere: {route.request.url}")
            route.abort()
        elif route.request.is_navigation_request() and self.page is not None:
            headers = {"Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": self.page.policy}
            route.fulfill(status=200, headers=headers, body=self.page.html)
        elif path.startswith("/static/"):
            body, kind = self._file(path)
            route.fulfill(status=200 if body else 404, content_type=kind, body=body)
        else:
            route.fulfill(status=204, body="")

    def show(self, page: Page, size=DESK) -> None:
        """Open a page as if it had just been answered."""
        self.page, self.problems = page, []
        self.resize(size)
        self.window.goto(ORIGIN + page.url, wait_until="load")

    def resize(self, size) -> None:
        """Another width; the page stays."""
        self.window.set_viewport_size({"width": size[0], "height": size[1]})

    def barriers(self) -> list[str]:
        """What axe-core finds by WCAG 2.2 AA."""
        if not self.window.evaluate("'axe' in window"):
            self.window.evaluate(self.axe)
        options = {"runOnly": {"type": "tag", "values": WCAG}, "resultTypes": ["violations"], "elementRef": False}
        found = self.window.evaluate("(options) => axe.run(document, options).then((r) => r.violations)", options)
        return [f"{v['id']}: {n['target'][0]} {n['html'][:140]}" for v in found for n in v["nodes"][:3]]

    def sideways(self) -> list[str]:
        """Whether the page scrolls sideways, and what sticks out."""
        return self.window.evaluate(SIDEWAYS)

    def unseen_focus(self) -> list[str]:
        """Controls that no keyboard reaches in turn, or that look the same with the focus."""
        self.window.keyboard.press("Tab")
        return self.window.evaluate(FOCUS)
