import re

import numpy as np
import pytest
from pages.sample_runs import record_of, write_run

from evonas.pages.following import awaited, follow
from evonas.runs.folder import RECORDS, SPEND
from evonas.runs.journal import Journal


def live_of(file):
    text = file.read_text()
    n_ids = len(re.search(r'"ids":\[(.*?)\]', text)[1].split(","))
    return float(re.search(r'"live":([\d.]+)', text)[1]), n_ids


class Search:
    """Writes to a run while somebody waits, and ends after its last step."""

    def __init__(self, run, steps):
        self.run, self.steps = run, list(steps)
        self.journal = Journal(run / RECORDS)
        self.rng = np.random.default_rng(9)

    def wait(self, seconds):
        self.seconds = seconds
        self.steps.pop(0)(self)

    def measure(self):
        genome = tuple(self.rng.integers(0, 2, 28).tolist())
        self.journal.append(record_of(genome, self.rng))

    def end(self):
        self.journal.close()
        (self.run / SPEND).write_text('{"energy_kwh": 1e-6}')

    def die(self):
        self.journal.close()

    def rest(self):
        pass

    def interrupted(self):
        raise KeyboardInterrupt


@pytest.fixture
def run(tmp_path):
    return write_run(tmp_path / "run", n=5, has_ended=False)


def test_the_page_follows_the_run_until_it_ends(run):
    steps = [Search.measure, Search.rest, Search.measure, Search.end]
    search, written = Search(run, steps), []
    file = follow(
        [run],
        networks="none",
        every_seconds=2.0,
        sleep=search.wait,
        on_written=lambda file: written.append(live_of(file)),
    )
    assert written == [(2.0, 5), (2.0, 6), (2.0, 7), (0.0, 7)]  # and not where nothing was new
    assert search.seconds == 2.0
    assert live_of(file) == (0.0, 7)


def test_a_run_that_was_seen_and_is_killed_is_waited_for_no_longer(run):
    search = Search(run, [Search.measure, Search.die])
    assert live_of(follow([run], networks="none", sleep=search.wait)) == (0.0, 6)


def test_an_interruption_leaves_a_whole_page_that_stands_still(run):
    search = Search(run, [Search.measure, Search.interrupted])
    with pytest.raises(KeyboardInterrupt):
        follow([run], networks="none", sleep=search.wait)
    search.journal.close()
    assert live_of(run / "report.html") == (0.0, 6)


def test_a_run_that_nobody_is_seen_to_write_to_may_be_another_machines(run):
    assert awaited([run], seen=set()) == [run]
    assert awaited([run], seen={run}) == []


def test_a_run_that_has_ended_is_written_once(tmp_path):
    run = write_run(tmp_path / "run", n=3)
    written = []
    follow([run], networks="none", sleep=pytest.fail, on_written=written.append)
    assert written == [run / "report.html"]


def test_a_run_that_is_removed_meanwhile_is_an_error(run):
    search = Search(run, [lambda self: (self.run / "config.json").unlink()])
    with pytest.raises(FileNotFoundError, match=r"holds no config\.json"):
        follow([run], networks="none", sleep=search.wait)
    search.journal.close()


@pytest.mark.slow
def test_in_a_browser_a_page_loads_itself_again_and_keeps_all_choices(
    tab, run, tmp_path, expect
):
    out = tmp_path / "page.html"
    stages = []

    def look(seconds):
        if not stages:
            tab.goto(out.as_uri())
            tab.get_by_label("Right", exact=True).select_option("params")
            tab.get_by_label("Find").fill("acc>=1")
            tab.locator("#table-of-all > summary").click()
            tab.locator("#table button.id").first.click()
            stages.append(tab.locator("#sheet h2 code").text_content())
            tab.locator("#plot").focus()
            search.measure()
        else:
            # a key or a click makes the page wait for three seconds
            expect(tab.locator("#count")).to_have_text("6 of 6 kept", timeout=20_000)
            search.end()

    search = Search(run, [])
    follow([run], out, networks="none", every_seconds=1.0, sleep=look)
    assert tab.evaluate("document.activeElement.id") == "plot"
    assert tab.get_by_label("Right", exact=True).input_value() == "params"
    assert tab.get_by_label("Find").input_value() == "acc>=1"
    assert tab.locator("#sheet h2 code").text_content() == stages[0]
    assert tab.locator("#table-of-all").get_attribute("open") is not None
    button = tab.get_by_role("button", name="Hold still")
    expect(button).to_have_count(0, timeout=20_000)  # it is still now
