import itertools

import pytest
import toy
from matrix import slow_but

from evonas.carbon.meter import Meter, Tariff
from evonas.carbon.spend import Budget, Spend
from evonas.config import Config
from evonas.engine.listeners import Audience, Guest, Spending, Stop, Tracking, invited
from evonas.engine.search import search
from evonas.listener import Listener, Start
from evonas.plugins.importing import load
from evonas.runs.journal import read_journal
from evonas.runs.manifest import read_config

METHODS = ("on_start", "on_record", "on_generation", "on_end", "why_stop")
TARIFF = Tariff(accelerator_w=0.0, pue=1.0, intensity_g_per_kwh=400.0)


def config(problem="Bowl", **settings):
    given = {"n_jobs": 0, "pop_size": 10, "evaluations": 30, **settings}
    return Config(problem=toy.reference(problem), **given)


def failing(method, *, after=0):
    """A listener one of whose methods raises an error, at first or later."""
    calls = itertools.count()

    def fail(self, *given):
        if next(calls) >= after:
            raise OSError("the server is gone")
        return ""

    return type("Telegraph", (Listener,), {method: fail})()


class Diary(Listener):
    """Writes down what it hears, and what the journal held then."""

    def __init__(self, journal=None):
        self.heard = []
        self.journal = journal

    def on_start(self, start):
        self.heard.append(("start", start.config))

    def on_record(self, record):
        known = read_journal(self.journal) if self.journal else {}
        self.heard.append(("record", record.genome in known))

    def on_generation(self, generation):
        self.heard.append(("generation", generation.number))

    def on_end(self, outcome):
        self.heard.append(("end", outcome))


@pytest.mark.parametrize("n_jobs", [0, 2])
def test_a_record_is_in_the_journal_before_any_listener_hears_of_it(tmp_path, n_jobs):
    diary = Diary(tmp_path / "run" / "records.jsonl")
    search(config(n_jobs=n_jobs), folder=tmp_path / "run", listeners=[diary])
    assert [fact for word, fact in diary.heard if word == "record"] == [True] * 30


def test_a_generation_is_in_its_table_before_any_listener_hears_of_it(tmp_path):
    rows = []

    def count(generation):
        table = (tmp_path / "run" / "generations.csv").read_text().splitlines()
        rows.append(len(table) - 1)

    search(config(), folder=tmp_path / "run", on_generation=count)
    assert rows == [1, 2, 3]


def test_the_front_is_written_before_any_listener_hears_of_the_end(tmp_path):
    there = []

    class Reader(Listener):
        def on_end(self, outcome):
            there.append((tmp_path / "run" / "front.csv").exists())

    search(config(), folder=tmp_path / "run", listeners=[Reader()])
    assert there == [True]


@pytest.mark.parametrize(
    ("n_jobs", "method"),
    slow_but(
        [(1, "on_record"), *((0, method) for method in METHODS)],
        itertools.product((0, 1), METHODS),
        several=True,
    ),
)
def test_a_listener_that_fails_ends_no_search_and_is_named_once(
    tmp_path, caplog, method, n_jobs
):
    diary = Diary()
    listener = failing(method, after=0 if method in ("on_start", "on_end") else 2)
    result = search(
        config("Curved", n_jobs=n_jobs),
        folder=tmp_path / "run",
        listeners=[listener, diary],
    )
    assert caplog.messages == [
        "listener Telegraph raised OSError: the server is gone; it is told nothing more, all "
        "else goes on"
    ]
    assert diary.heard[-1] == ("end", result)
    assert result.genomes == search(config("Curved")).genomes
    assert len(read_journal(tmp_path / "run" / "records.jsonl")) == len(result.records) == 30


@pytest.mark.parametrize("name", ["on_record", "on_generation"])
def test_a_function_that_fails_is_called_by_its_name(name, caplog):
    def fail(heard):
        raise KeyError("x")

    assert len(search(config(), **{name: fail}).records) == 30
    assert caplog.messages[0].startswith(f"listener {name} raised KeyError: 'x'; ")


def test_who_has_failed_is_told_no_more_but_the_end(caplog):
    heard = []

    class Fragile(Listener):
        def on_record(self, record):
            heard.append("record")
            raise ValueError

        def on_generation(self, generation):
            heard.append("generation")

        def on_end(self, outcome):
            heard.append("end")
            raise TypeError

    search(config(), listeners=[Fragile()])
    assert heard == ["record", "end"]
    (message,) = caplog.messages
    assert "Fragile raised ValueError: ; it is told nothing more" in message


def test_who_has_failed_asks_for_no_end_any_more():
    class Torn(Listener):
        def on_record(self, record):
            raise ValueError

        def why_stop(self):
            return "it has failed"

    guest = Guest(Torn())
    assert guest.why_stop() == "it has failed"
    guest.on_record(None)
    assert guest.why_stop() == ""
    assert isinstance(guest.error, ValueError)


def test_a_training_is_told_to_all_and_whoever_fails_is_told_its_end_alone(caplog):
    class Pupil(Listener):
        def __init__(self, fails=False):
            self.heard, self.fails = [], fails

        def on_training_start(self, training):
            self.heard.append(training)

        def on_epoch(self, epoch):
            self.heard.append(epoch)
            if self.fails:
                raise OSError("the server is gone")

        def on_training_end(self, scores):
            self.heard.append(scores)

    good, bad = Pupil(), Pupil(fails=True)
    audience = Audience([], invited([bad, good]))
    audience.on_training_start("training")
    for epoch in (1, 2):
        audience.on_epoch(epoch)
    audience.on_training_end({"test": 90.0})
    assert good.heard == ["training", 1, 2, {"test": 90.0}]
    assert bad.heard == ["training", 1, {"test": 90.0}]
    assert len(caplog.messages) == 1


@pytest.mark.parametrize("is_resumed", [False, True])
def test_a_start_tells_where_the_run_is_and_whether_it_goes_on(tmp_path, is_resumed):
    starts = []

    class Early(Listener):
        def on_start(self, start):
            starts.append(start)

    if is_resumed:
        search(config(evaluations=20), folder=tmp_path / "run")
    folder = tmp_path / "run"
    search(config(), folder=folder, resume=is_resumed, listeners=[Early()])
    assert (starts[0].folder, starts[0].is_resumed) == (folder, is_resumed)
    search(config(), listeners=[Early()])
    assert (starts[1].folder, starts[1].is_resumed) == (None, False)


def test_a_listener_that_the_config_names_hears_after_those_that_are_given(tmp_path):
    (tmp_path / "mine.py").write_text(
        "from evonas import Listener\n\n"
        "heard = []\n\n"
        "class Mine(Listener):\n"
        "    def on_end(self, outcome):\n"
        "        heard.append('named')\n"
    )
    word = f"{tmp_path / 'mine.py'}:Mine"
    heard = load(f"{tmp_path / 'mine.py'}:heard")

    class Given(Listener):
        def on_end(self, outcome):
            heard.append("given")

    search(config(track=word), folder=tmp_path / "run", listeners=[Given()])
    assert heard == ["given", "named"]
    search(Config.from_dict(read_config(tmp_path / "run").as_dict()))
    assert heard == ["given", "named", "named"], "the run's config names it as well"


def test_an_error_of_the_engines_own_ends_the_search_at_once_and_all_hear_of_an_end():
    diary = Diary()
    audience = Audience([failing("on_generation")], [Guest(diary)])
    audience.on_start(Start(config(), {}, spend=lambda: None))
    with pytest.raises(OSError, match="the server is gone"):
        audience.on_generation(None)
    audience.on_end(None)
    assert [word for word, _ in diary.heard] == ["start", "end"]


def test_an_error_of_the_engines_own_in_the_end_is_raised_once_all_are_told():
    diary = Diary()
    audience = Audience([failing("on_end")], [Guest(diary)])
    audience.on_start(Start(config(), {}, spend=lambda: None))
    with pytest.raises(OSError, match="the server is gone"):
        audience.on_end("a result")
    assert diary.heard[-1] == ("end", "a result")


def test_who_was_not_told_of_a_start_is_not_told_of_an_end():
    diary = Diary()
    audience = Audience([failing("on_start")], [Guest(diary)])
    with pytest.raises(OSError, match="the server is gone"):
        audience.on_start(Start(config(), {}, spend=lambda: None))
    audience.on_end(None)
    assert diary.heard == []


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit])
def test_who_ends_the_process_is_not_held_up_and_listeners_hear_of_an_end(error):
    diary = Diary()

    class Leaving(Listener):
        def on_generation(self, generation):
            raise error

    with pytest.raises(error):
        search(config(), listeners=[diary, Leaving()])
    assert diary.heard[-1] == ("end", None)


def test_a_listener_asks_for_an_end_with_its_reason_and_the_front_is_measured():
    class Content(Listener):
        best = 0.0

        def on_record(self, record):
            self.best = max(self.best, record.metrics["acc"])

        def why_stop(self):
            return "it is good enough" if self.best > 60 else ""

    result = search(config("Curved", evaluations=100), listeners=[Content()])
    assert result.stopped == "it is good enough"
    assert max(record.metrics["acc"] for record in result.records) > 60
    assert len(result.records) < 100
    assert all("test_acc" in record.metrics for record in result.front)


def test_the_first_reason_stays():
    reasons = iter(["", "the first", "the second"])
    stop = Stop(lambda: False, why_stop=lambda: next(reasons))
    assert [stop(), stop(), stop()] == [False, True, True]
    assert stop.reason == "the first"


def test_a_person_is_heard_before_anybody_else():
    stop = Stop(lambda: True, why_stop=lambda: "the budget is spent")
    assert stop()
    assert stop.reason == "it was interrupted"


def test_of_several_who_ask_the_first_gives_the_reason():
    class Asking(Listener):
        def __init__(self, reason):
            self.reason = reason

        def why_stop(self):
            return self.reason

    guests = invited([Asking(""), Asking("one"), Asking("other")])
    audience = Audience([], guests)
    audience.on_start(Start(config(), {}, spend=lambda: None))
    assert audience.why_stop() == "one"


@pytest.mark.parametrize("wrong", [print, Diary, "progress"])
def test_what_is_no_listener_is_refused_before_anything_is_measured(wrong, tmp_path):
    message = "is no listener; expected an instance of a class that derives from evonas"
    with pytest.raises(ValueError, match=message):
        search(config(), folder=tmp_path / "run", listeners=[wrong])
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("budget", "reason"),
    [
        (Budget(seconds=5.0), "5 seconds are over"),
        (Budget(kwh=0.1), "the budget of 0.1 kWh is spent"),
        (Budget(co2_g=40.0), "the budget of 40 g CO2e is spent"),
        (Budget(seconds=7.0, kwh=1.0, co2_g=50.0), ""),
        (Budget(), ""),
    ],
)
def test_a_budget_asks_for_an_end_once_it_is_spent(budget, reason):
    spent = Spend(6.0, 6.0, 6.0, 0.0, 0.1, 40.0, "reckoned")
    spending = Spending(budget, Meter(TARIFF, sensors=[]))
    spending.on_start(Start(config(), {}, spend=lambda: spent))
    assert spending.why_stop() == reason


def test_meters_are_read_before_every_candidate_with_a_budget_or_without():
    class Counter:
        name, part, n_read = "a meter", "processor", 0

        def joules(self):
            self.n_read += 1
            return 0.0

    counter = Counter()
    spending = Spending(Budget(), Meter(TARIFF, sensors=[counter]))
    before = counter.n_read
    spending.why_stop()
    assert counter.n_read == before + 1


class Tracker:
    """In place of codecarbon."""

    def __init__(self):
        self.calls = []

    def start(self):
        self.calls.append("start")

    def stop(self):
        self.calls.append("stop")
        return self

    def as_dict(self):
        return {"energy_kwh": 0.25}


@pytest.mark.parametrize(
    ("outcome", "kept"), [("a result", [{"energy_kwh": 0.25}]), (None, [])]
)
def test_a_tracker_counts_from_start_to_end_and_is_kept_if_all_went_well(outcome, kept):
    opinions, tracker = [], Tracker()
    tracking = Tracking(tracker, keep=opinions.append)
    tracking.on_start(Start(config(), {}, spend=lambda: None))
    assert (tracker.calls, tracking.opinion) == (["start"], None)
    tracking.on_end(outcome)
    assert tracker.calls == ["start", "stop"]
    assert tracking.opinion is tracker
    assert opinions == kept
