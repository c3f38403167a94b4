import csv
import json
import os
import re
import signal
import subprocess
import sys

import pytest
import torch

from evonas import Config, search
from evonas.commands import train_front, training_session
from evonas.interactive import full_training
from evonas.models.epoch_time import Trial
from evonas.models.family import read_family
from evonas.models.folder import ModelFolder
from evonas.models.sittings import checkpoint_of
from evonas.runs.reading import open_run

PLAIN = ("--threads", 1, "--quiet")


FLAT = """
from torch import nn
from evonas import Gene, SearchSpace, TrainedProblem


class Flat(TrainedProblem):
    space = SearchSpace((Gene("width", (1, 4, 16)),))

    def build(self, architecture):
        n, width = self.n_channels * self.image_size**2, architecture["width"]
        return nn.Sequential(
            nn.Flatten(), nn.Linear(n, width), nn.ReLU(), nn.Linear(width, self.n_classes)
        )
"""


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A run with a front of three small networks of digits; not to be written to."""
    folder = tmp_path_factory.mktemp("runs")
    (folder / "flat.py").write_text(FLAT)
    config = Config(
        problem=f"{folder / 'flat.py'}:Flat", evaluations=3, pop_size=3, epochs=3, n_jobs=0
    )
    search(config, folder=folder / "small")
    assert len(open_run(folder / "small").front) == 3
    return folder / "small"


@pytest.fixture
def ids(run):
    opened = open_run(run)
    return [opened.ids[record.genome] for record in opened.front]


@pytest.fixture(autouse=True)
def no_exports(monkeypatch):
    """Exports and pictures of each model take seconds; tests of a single training make them."""
    monkeypatch.setattr(ModelFolder, "_export", lambda *given, **named: {})
    monkeypatch.setattr(full_training, "_draw", lambda facts, out: None)


def contents(folder):
    return {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def test_a_front_becomes_a_family(run, ids, say, tmp_path):
    words = (run, "--front", "--epochs", 1, "--out", "mine", *PLAIN)
    status, out, err = say(*words)
    assert (status, err) == (0, "")
    assert f"The whole front of run small: {len(ids)} members, {', '.join(ids)}." in out
    assert "Each is trained for 1 epoch." in out
    folder = tmp_path / "mine"
    rows = list(csv.DictReader((folder / "family.csv").open()))
    assert [row["id"] for row in rows] == ids
    front = {record.genome: record for record in open_run(run).front}
    for row, record in zip(rows, front.values(), strict=True):
        assert float(row["proxy_acc [%]"]) == pytest.approx(record.metrics["acc"])
        assert float(row["flops [FLOP]"]) == record.metrics["flops"]
        told = json.loads((folder / row["id"] / "metrics.json").read_text())
        assert float(row["test_acc [%]"]) == pytest.approx(told["test"]["accuracy"])
    assert re.search(rf"Was the proxy right\? .*\(n = {len(ids)}\)", out)
    assert (folder / "family.png").stat().st_size > 10_000
    assert "the search, run small" in (folder / ids[0] / "card.md").read_text()
    trained = {name: contents(folder / name) for name in ids}
    status, again, _ = say(*words)  # nothing is left to do
    assert status == 0
    assert again.splitlines()[-len(ids) :] == out.splitlines()[-len(ids) :]
    assert trained == {name: contents(folder / name) for name in ids}


def test_another_family_or_other_files_in_the_folder_are_refused(run, say, tmp_path):
    words = (run, "--front", "--out", "mine", *PLAIN, "--where", "params<=1000", "--epochs")
    assert say(*words, 1)[0] == 0
    status, _, err = say(*words, 2)
    assert status == 2
    assert err.startswith("evonas: mine holds another family: epochs is 1 there and 2 here; ")
    assert err.count("\n") == 1
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").touch()
    status, _, err = say(run, "--front", "--out", "full")
    assert (status, err) == (
        2,
        "evonas: full holds no family; give another folder with --out\n",
    )
    status, _, err = say(run, "--best", "acc", "--out", "mine")
    assert (status, err) == (
        2,
        "evonas: mine holds no training; give another folder with --out\n",
    )


@pytest.fixture
def slow_epochs(monkeypatch):
    """An epoch of every member takes two seconds by its trial, and writing it down three."""

    def tried(order, problem):
        return Trial(order, 2.0, torch.nn.Identity(), [])

    monkeypatch.setattr(train_front, "tried", tried)
    monkeypatch.setattr(train_front, "finishing_seconds", lambda trial, problem: 3.0)


@pytest.mark.usefixtures("slow_epochs")
def test_a_budget_sets_epochs_equal_for_all_and_keeps_them(run, ids, say, tmp_path):
    n = len(ids)
    words = (run, "--front", "--budget-time", f"{3 * n + 4 * n + 1}s", "--out", "mine", *PLAIN)
    status, out, _ = say(*words)
    assert status == 0
    assert f"one epoch of all {n} members takes {2 * n} s, and all but that {3 * n} s" in out
    assert "Each is trained for 2 epochs: " in out
    family = read_family(tmp_path / "mine")
    assert {order.recipe.epochs for order in family.orders.values()} == {2}
    assert family.trial_co2_g > 0
    status, out, _ = say(*words)
    assert status == 0
    assert "By a trial" not in out
    status, _, err = say(run, "--front", "--budget-time", "1h", "--out", "mine", *PLAIN)
    assert status == 2
    assert "mine holds another family: budget seconds is " in err


@pytest.mark.usefixtures("slow_epochs")
def test_epochs_are_the_most_that_a_budget_gives(run, say):
    words = (run, "--front", "--budget-time", "1h", "--epochs", 1, *PLAIN)
    assert "for 1 epoch, the most there may be: " in say(*words)[1]


@pytest.mark.usefixtures("slow_epochs")
def test_seeds_share_the_budget(run, ids, say):
    words = (run, "--front", "--budget-time", "1h", "--epochs", 1, "--seeds", "0,1", *PLAIN)
    status, out, _ = say(*words)
    assert status == 0
    assert f"{len(ids)} members and 2 seeds takes {4 * len(ids)} s" in out
    assert "test mean ± s.d. [%]" in out


@pytest.mark.usefixtures("slow_epochs")
def test_a_budget_that_pays_no_epoch_says_what_would_be_needed(run, ids, say, tmp_path):
    status, _, err = say(run, "--front", "--budget-time", "2s", "--out", "mine", "--quiet")
    assert status == 2
    assert re.fullmatch(
        rf"evonas: --budget-time 2 s is too little: after a trial of \S+ s, one epoch of all "
        rf"{len(ids)} members takes {2 * len(ids)} s, and all but that {3 * len(ids)} s; give "
        rf"{5 * len(ids) + 1}s or more, or leave members out by --where\n",
        err,
    )
    assert not (tmp_path / "mine").exists()


def test_a_front_of_which_nothing_can_be_tried_is_refused(run, say, monkeypatch):
    def tried(order, problem):
        raise RuntimeError("no such layer")

    monkeypatch.setattr(train_front, "tried", tried)
    status, _, err = say(run, "--front", "--budget-time", "1h", "--quiet")
    assert status == 2
    assert "none of the members can be trained: evonas train --genome says why" in err


def test_a_member_that_fails_does_not_end_the_family(run, ids, say, tmp_path, monkeypatch):
    train_one = train_front.train_one

    def failing(chosen, folder, **named):
        if folder.path.name == ids[1]:
            raise RuntimeError("no such layer\nand much more")
        return train_one(chosen, folder, **named)

    monkeypatch.setattr(train_front, "train_one", failing)
    words = (run, "--front", "--epochs", 1, "--out", "mine", *PLAIN)
    status, out, err = say(*words)
    assert status == 1
    assert err == f"evonas: {ids[1]} failed: RuntimeError: no such layer\n"
    assert f"{ids[1]} failed: RuntimeError: no such layer\n" in out
    rows = {r["id"]: r for r in csv.DictReader((tmp_path / "mine" / "family.csv").open())}
    assert rows[ids[1]]["error"] == "RuntimeError: no such layer"
    assert all(rows[name]["test_acc [%]"] for name in ids if name != ids[1])
    monkeypatch.setattr(train_front, "train_one", train_one)
    status, out, _ = say(*words)  # it alone is tried again
    assert status == 0
    assert "failed" not in out


def test_stopped_it_says_how_to_go_on_and_goes_on(run, ids, say, tmp_path, monkeypatch):
    tell, seen = training_session.epoch_line, []

    def interrupting(*given, **named):
        seen.append(1)
        if len(seen) == 3:  # the first epoch of the second member
            os.kill(os.getpid(), signal.SIGINT)
        return tell(*given, **named)

    monkeypatch.setattr(training_session, "epoch_line", interrupting)
    words = (run, "--front", "--out", "mine", "--epochs", 2, "--threads", 1)
    status, _, err = say(*words)
    assert status == 130
    assert err.endswith("evonas: stopped; evonas train --resume mine goes on\n")
    done = contents(tmp_path / "mine" / ids[0])
    monkeypatch.setattr(training_session, "epoch_line", tell)
    status, out, err = say("--resume", "mine")
    assert status == 0
    assert ids[0] not in err
    assert [line.split("  ")[0] for line in err.splitlines()][1] == "epoch 2/2"
    assert done == contents(tmp_path / "mine" / ids[0])
    assert f"(n = {len(ids)})" in out


TOLD = """
from evonas import Listener

class Told(Listener):
    def on_training_start(self, training):
        with open("told.txt", "a") as file:
            print(training.folder, file=file)
"""


def test_listeners_are_told_of_every_member_and_may_change(run, ids, say, tmp_path):
    (tmp_path / "mine.py").write_text(TOLD)
    words = (run, "--front", "--epochs", 1, "--out", "mine", *PLAIN)
    assert say(*words, "--track", "mine.py:Told")[0] == 0
    told = tmp_path / "told.txt"
    assert told.read_text().split() == [f"mine/{name}" for name in ids]
    (tmp_path / "mine" / ids[0] / "card.md").unlink()
    assert say(*words)[0] == 0
    (tmp_path / "mine" / ids[1] / "card.md").unlink()
    assert say("--resume", "mine", "--track", "none")[0] == 0
    assert len(told.read_text().split()) == len(ids)
    (tmp_path / "mine" / ids[2] / "card.md").unlink()
    assert say("--resume", "mine")[0] == 0
    assert told.read_text().split()[len(ids) :] == [f"mine/{ids[2]}"]


@pytest.mark.usefixtures("slow_epochs")
def test_gone_on_with_it_takes_no_other_recipe_than_was_asked_for(run, say):
    words = (run, "--front", "--where", "params<=1000", "--out", "mine", *PLAIN)
    assert say(*words, "--budget-time", "15s", "--epochs", 9)[0] == 0
    assert say("--resume", "mine", "--epochs", 9, *PLAIN)[0] == 0
    status, _, err = say("--resume", "mine", "--epochs", 2)  # as many as the budget has paid
    assert (status, err) == (
        2,
        "evonas: --epochs 2: mine was begun with 9, which --resume keeps; leave the flag out, "
        "or train to another folder with --out\n",
    )
    status, _, err = say("--resume", "mine", "--budget-time", "20s")
    assert status == 2
    assert "goes on with what its folder holds: leave out --budget-time" in err


def test_stopped_in_its_trial_there_is_nothing_to_go_on_with(run, say, tmp_path, monkeypatch):
    def tried(order, problem):
        os.kill(os.getpid(), signal.SIGINT)
        return Trial(order, 2.0, torch.nn.Identity(), [])

    monkeypatch.setattr(train_front, "tried", tried)
    status, _, err = say(run, "--front", "--budget-time", "1h", "--out", "mine", "--quiet")
    assert status == 130
    assert err.endswith("stopped; nothing was trained yet: give the same command again\n")
    assert not (tmp_path / "mine").exists()


def test_all_members_may_begin_with_their_proxies_weights(run, ids, say, tmp_path):
    words = (run, "--front", "--from-proxy", "--epochs", 1, "--out", "mine", *PLAIN)
    status, out, err = say(*words)
    assert (status, err) == (0, "")
    assert "It begins with the weights of the search's short training." in out
    orders = read_family(tmp_path / "mine").orders
    assert len({order.proxy.seed for order in orders.values()}) == len(ids)
    for name in ids:
        assert "as in the run)" in (tmp_path / "mine" / name / "card.md").read_text()


TRAIN = """
import sys
from evonas.commands import train
from evonas.models.folder import ModelFolder

ModelFolder._export = lambda *given, **named: {}  # which takes seconds
sys.exit(train.main(sys.argv[1:]))
"""


@pytest.mark.slow
def test_killed_and_given_again_it_ends_with_the_same_weights(run, ids, say, tmp_path):
    words = [run, "--front", "--epochs", 6, "--threads", 1, "--from-proxy"]
    words = [*map(str, words), "--batch-size", "8", "--learning-rate", "0.01", "--out"]
    killed = subprocess.Popen(
        [sys.executable, "-c", TRAIN, *words, "killed"],
        cwd=tmp_path,
        stderr=subprocess.PIPE,
        text=True,
    )
    for line in killed.stderr:
        if line.startswith(f"{ids[1]}, 2 of 3"):
            break
    assert "The weights at the beginning" in killed.stderr.readline()
    assert "epoch 1/6" in killed.stderr.readline()
    killed.kill()
    killed.communicate()
    assert checkpoint_of(tmp_path / "killed" / ids[1], 0).is_file()
    status, _, err = say(*words, "killed")
    assert status == 0
    assert ids[0] not in err
    assert "epoch 1/6" not in err.partition(ids[2])[0]
    status, _, err = say(*words, "whole")
    assert status == 0
    assert ids[0] in err
    for name in ids:
        one, other = (tmp_path / n / name / "model.pt" for n in ("killed", "whole"))
        assert one.read_bytes() == other.read_bytes()
