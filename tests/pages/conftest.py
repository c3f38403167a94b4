"""A real browser, and runs to look at."""

import os
import shutil
from pathlib import Path

import pytest
from pages.sample_runs import write_run

from evonas.pages import write_report

CHROMIUM = os.environ.get("EVONAS_CHROMIUM") or shutil.which("chromium")


@pytest.fixture(scope="module")
def browser():
    """Debian's chromium without a window, gone before tests that look for lost processes."""
    playwright = pytest.importorskip(
        "playwright.sync_api", reason="playwright is not installed"
    )
    if CHROMIUM is None:
        pytest.skip("no chromium: apt-get install chromium, or name one by EVONAS_CHROMIUM")
    with playwright.sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture
def tab(browser):
    """Opens addresses; whatever a page complains of, or asks of a network, fails the test."""
    context = browser.new_context(viewport={"width": 1400, "height": 900}, color_scheme="light")
    page = context.new_page()
    page.set_default_timeout(5000)
    page.complaints, page.requests = [], []
    page.on("console", lambda said: page.complaints.append(said.text))
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.on("request", lambda request: page.requests.append(request.url))
    yield page
    context.close()
    assert page.complaints == []
    asked = [url for url in page.requests if not url.startswith(("file:", "data:", "about:"))]
    assert all(url.startswith("http://127.0.0.1:") for url in asked)


@pytest.fixture(scope="module")
def expect(browser):
    """Waits until the page shows something, in at most five seconds unless more are given."""
    from playwright.sync_api import expect as expected

    return expected


@pytest.fixture(scope="session")
def sample(tmp_path_factory):
    """A run of 60 architectures, some of which failed or break a constraint."""
    place = tmp_path_factory.mktemp("pages") / "sample"
    return write_run(place, n_failed=5, constraints=("flops<=8e5",), surrogate="gp")


@pytest.fixture(scope="session")
def report(sample, tmp_path_factory) -> Path:
    """Its page, without networks."""
    out = tmp_path_factory.mktemp("written") / "sample.html"
    return write_report([sample], out, networks="none")
