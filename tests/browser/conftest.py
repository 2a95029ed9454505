"""A real Chromium in front of the live server: pages, sign-in, accessibility."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from tests import databases

AXE = Path(__file__).parent.parent / "vendor" / "axe.min.js"
PICTURES = Path(settings.BASE_DIR) / "test-results"
NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
MISSING = (
    "Chromium is not installed (Debian: apt-get install chromium; macOS: brew install --cask chromium); "
    "make test installs it when it may."
)
PHONE, DESK = (390, 844), (1280, 900)


@pytest.fixture(scope="module")
def chromium():
    """The browser. Without one the tests are skipped with the reason, but on CI they fail."""
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if not path:
        if os.environ.get("CI") == "true":
            pytest.fail(MISSING)
        pytest.skip(MISSING)
    from playwright.sync_api import sync_playwright

    # Playwright keeps an event loop in this thread, for which Django would refuse every query of the test.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
            yield browser
            browser.close()
    finally:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def chromium_page(chromium, live_server, request):
    """`chromium_page(user=None, size=DESK, **context)`: a page on the live server, signed in as the user.

    Each has cookies of its own. A script error or a violation of the Content-Security-Policy fails the test.
    """
    contexts, problems = [], []

    def note(message):
        if message.type == "error" and "Failed to load resource" not in message.text:
            problems.append(message.text)

    def make(user=None, size=DESK, **options):
        viewport = {"width": size[0], "height": size[1]}
        options = {"base_url": live_server.url, "viewport": viewport, "locale": "id-ID"} | options
        context = chromium.new_context(**options)
        context.set_default_timeout(10_000)
        contexts.append(context)
        if user:
            client = Client()
            client.force_login(user)
            session = client.cookies[settings.SESSION_COOKIE_NAME].value
            cookie = {"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}
            context.add_cookies([cookie])
        page = context.new_page()
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("console", note)
        return page

    yield make
    failed = getattr(request.node, "failed", False)
    for number, context in enumerate(contexts, 1):
        for page in context.pages if failed else []:
            PICTURES.mkdir(exist_ok=True)
            page.screenshot(path=PICTURES / f"{request.node.name}-{number}.png", full_page=True)
        context.close()
    assert problems == []


@pytest.fixture
def axe():
    """`axe(page)`: what axe-core finds wrong by WCAG 2.2 AA, as readable lines; an empty list is good."""
    source = AXE.read_text(encoding="utf-8")

    def run(page, include=None):
        if not page.evaluate("'axe' in window"):
            page.evaluate(source)
        options = {"runOnly": {"type": "tag", "values": WCAG}, "resultTypes": ["violations"]}
        found = page.evaluate("([where, options]) => axe.run(where || document, options)", [include, options])[
            "violations"
        ]
        return [
            f"{violation['id']}: {node['target'][0]} {node['html'][:120]}"
            for violation in found
            for node in violation["nodes"]
        ]

    return run


@pytest.fixture
def sample(transactional_db):
    """The whole sample scenario, in a database that is the test's alone: the server asks it as well."""
    with databases.working_on_a_copy(databases.SAMPLE):
        yield


@pytest.fixture
def cast(sample, chromium_page, axe, settings):
    """The whole sample scenario in the database, and its users in browsers of their own."""
    from tests.browser.scenario import Cast

    settings.DEMO = True
    return Cast(chromium_page, axe)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Let the page fixture know that the test failed, for the picture."""
    report = yield
    if call.when == "call" and report.failed:
        item.failed = True
    return report
