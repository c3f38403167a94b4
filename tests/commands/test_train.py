import json
import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import replace

import pytest
import toy

from evonas import Config, load_model, search
from evonas.commands import training_session
from evonas.commands.main import main
from evonas.models.folder import ModelFolder
from evonas.models.order import read_order
from evonas.models.sittings import checkpoint_of
from evonas.runs.reading import open_run
from evonas.space import genome_text

LEAST = "-".join("0" * 28)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A small run on digits; not to be written to."""
    folder = tmp_path_factory.mktemp("runs") / "small"
    config = Config(
        problem="digits", evaluations=6, pop_size=3, epochs=1, subset=60, image_size=9, n_jobs=0
    )
    search(config, folder=folder)
    return folder


@pytest.fixture
def no_exports(monkeypatch):
    """Exports take seconds; tests of the folder make them."""
    monkeypatch.setattr(ModelFolder, "_export", lambda *given, **named: {})


def test_a_pick_becomes_a_model(run, say, tmp_path):
    status, out, err = say(run, "--best", "acc", "--epochs", 1, "--out", "mine")
    assert status == 0, err
    assert "Picked for the highest acc." in out
    assert re.search(r"Test accuracy \S+ %, 95 % interval \S+ to \S+ % \(359 images\)", out)
    assert re.fullmatch(r"epoch 1/1  loss \S+  acc \S+  rate \S+  \S+ s\n", err)
    best = max(open_run(run).front, key=lambda record: record.metrics["acc"])
    assert f"The search had found acc {best.metrics['acc']:.4g}" in out
    order = read_order(tmp_path / "mine")
    assert order.genome == best.genome
    assert order.config.subset is None
    assert order.origin["run"] == "small"
    assert load_model(tmp_path / "mine").image_size == 9  # as in the run
    assert (tmp_path / "mine" / "preview.png").stat().st_size > 10_000
    assert "| the search, run small |" in (tmp_path / "mine" / "card.md").read_text()


@pytest.mark.usefixtures("no_exports")
def test_the_same_command_again_has_nothing_to_do(run, say, tmp_path):
    words = (run, "--genome", LEAST, "--epochs", 1, "--quiet")
    assert say(*words)[0] == 0
    (folder,) = (tmp_path / "models").iterdir()
    before = {file.name: file.read_bytes() for file in folder.iterdir()}
    status, out, err = say(*words)
    assert (status, err) == (0, "")
    assert "It is finished: nothing is left to train." in out
    assert before == {file.name: file.read_bytes() for file in folder.iterdir()}


@pytest.mark.usefixtures("no_exports")
def test_another_training_in_the_same_folder_is_refused(run, say):
    words = (run, "--genome", LEAST, "--out", "mine", "--quiet", "--epochs")
    assert say(*words, 1)[0] == 0
    status, _, err = say(*words, 2)
    assert status == 2
    assert err == (
        "evonas: mine holds another training: epochs is 1 there and 2 here; give another "
        "folder with --out\n"
    )


@pytest.mark.usefixtures("no_exports")
@pytest.mark.parametrize("kind", ["text", "list", "genes", "model", "pick"])
def test_an_architecture_is_read_from_whatever_holds_one(say, tmp_path, kind, run):
    from evonas.plugins.loading import load_problem

    space = load_problem("digits")().space
    genes = {name: space.decode((0,) * 28)[name] for name in space.names}
    contents = {
        "list": [0] * 28,
        "genes": genes,
        "model": {"problem": "digits", "genome": [0] * 28, "architecture": genes},
        "pick": {"problem": "digits", "genomes": [[0] * 28], "metrics": []},
    }
    spelt = LEAST
    if kind != "text":
        spelt = "given.json"
        (tmp_path / spelt).write_text(json.dumps(contents[kind]))
    words = ("--problem", "digits", "--architecture", spelt, "--epochs", 1, "--out", "mine")
    status, out, err = say(*words, "--quiet")
    assert (status, err) == (0, "")
    assert f"Architecture: {genome_text((0,) * 28)}" in out
    assert "The search" not in out


@pytest.mark.usefixtures("no_exports")
def test_other_data_in_another_size_are_trained_on(run, say, tmp_path):
    words = (run, "--knee", "--image-size", 16, "--seeds", "3,4", "--epochs", 1)
    status, out, err = say(*words, "--out", "large", "--batch-size", 256)
    assert status == 0
    assert [line.split("  ")[0] for line in err.splitlines()] == ["seed 3", "seed 4"]
    assert re.search(
        r"Test accuracy over all seeds, in %: mean \S+, s\.d\. \S+, .* \(n = 2\)", out
    )
    assert re.search(r"Seed [34] is kept: the best of them on validation\.", out)
    told = json.loads((tmp_path / "large" / "architecture.json").read_text())
    assert told["input"]["shape"] == ["n", 1, 16, 16]
    assert told["data"]["n_train"] == 1079


@pytest.mark.usefixtures("no_exports")
def test_stopped_it_says_how_to_go_on_and_goes_on(run, say, tmp_path, monkeypatch):
    tell = training_session.epoch_line

    def interrupting(*given, **named):
        os.kill(os.getpid(), signal.SIGINT)
        return tell(*given, **named)

    monkeypatch.setattr(training_session, "epoch_line", interrupting)
    status, _, err = say(run, "--genome", LEAST, "--out", "mine", "--epochs", 3)
    assert status == 130
    assert err.endswith("evonas: stopped; evonas train --resume mine goes on\n")
    monkeypatch.setattr(training_session, "epoch_line", tell)
    status, _, err = say("--resume", "mine")
    assert status == 0
    assert [line.split("  ")[0] for line in err.splitlines()] == ["epoch 2/3", "epoch 3/3"]
    assert ModelFolder(tmp_path / "mine").is_finished
    assert not list((tmp_path / "mine").glob("checkpoint*"))


@pytest.mark.usefixtures("no_exports")
def test_gone_on_with_it_takes_no_other_recipe(run, say):
    words = ("--epochs", 1, "--mixup", 0.25, "--seeds", "0", "--threads", 1, "--quiet")
    assert say(run, "--best", "acc", "--out", "mine", *words)[0] == 0
    assert say("--resume", "mine", *words)[0] == 0
    for flag, other, kept in (
        ("--epochs", "2", "1"),
        ("--mixup", "0.0", "0.25"),
        ("--learning-rate", "0.1", "none"),
        ("--seeds", "0,1", "0"),
        ("--threads", "2", "1"),
        ("--image-size", "12", "9"),
        ("--device", "cpu", "auto"),
    ):
        status, _, err = say("--resume", "mine", flag, other)
        assert (status, err) == (
            2,
            f"evonas: {flag} {other}: mine was begun with {kept}, which --resume keeps; leave "
            "the flag out, or train to another folder with --out\n",
        )
    status, _, err = say("--resume", "mine", "--from-proxy")
    assert status == 2
    assert err.startswith("evonas: --from-proxy: mine was begun with random weights, which --")


@pytest.mark.usefixtures("no_exports")
def test_from_the_proxy_it_begins_where_the_search_ended(run, say, tmp_path):
    words = (run, "--best", "acc", "--epochs", 1, "--from-proxy", "--out", "mine")
    status, out, err = say(*words)
    assert status == 0, err
    assert "It begins with the weights of the search's short training." in out
    assert re.match(r"The weights at the beginning .* \(acc \S+, as in the run\)\.\n", err)
    assert read_order(tmp_path / "mine").proxy.run == "small"
    assert "with the repeated proxy" in (tmp_path / "mine" / "card.md").read_text()
    status, _, err = say(run, "--best", "acc", "--epochs", 1, "--out", "mine")
    assert status == 2
    assert "start is \"the proxy's weights\" there and 'random weights' here" in err


@pytest.mark.usefixtures("no_exports")
def test_a_proxy_that_ends_elsewhere_is_warned_of_in_a_line(run, say, monkeypatch):
    from evonas.models import sittings

    repeat = sittings.repeated

    def elsewhere(*given):
        start = repeat(*given)
        return replace(start, scores={"acc": 12.5})

    monkeypatch.setattr(sittings, "repeated", elsewhere)
    words = (run, "--genome", best_id(run), "--epochs", 1, "--from-proxy", "--quiet")
    status, _, err = say(*words)
    assert status == 0
    assert re.fullmatch(
        r"evonas: the repeated proxy training differs from that of run small: acc 12\.5 in "
        r"place of \S+, by another machine or other versions than the search had\n",
        err,
    )


def best_id(run):
    opened = open_run(run)
    return opened.ids[max(opened.front, key=lambda record: record.metrics["acc"]).genome]


HEARING = """
import json
from evonas import Listener

class Hearing(Listener):
    def __init__(self):
        self.file = open("heard.txt", "a")

    def tell(self, *words):
        print(*words, file=self.file, flush=True)

    def on_training_start(self, training):
        self.tell("start", training.folder, training.is_resumed, training.settings["epochs"])

    def on_epoch(self, epoch):
        self.tell("epoch", epoch.number, *sorted(epoch.values))

    def on_training_end(self, scores):
        self.tell("end", *sorted(scores or ()))
"""


@pytest.mark.usefixtures("no_exports")
def test_a_listener_hears_every_epoch_and_again_when_it_goes_on(
    run, say, tmp_path, monkeypatch
):
    (tmp_path / "mine.py").write_text(HEARING)
    tell = training_session.epoch_line

    def interrupting(*given, **named):
        os.kill(os.getpid(), signal.SIGINT)
        return tell(*given, **named)

    monkeypatch.setattr(training_session, "epoch_line", interrupting)
    words = (run, "--genome", LEAST, "--out", "mine", "--epochs", 2)
    assert say(*words, "--track", "mine.py:Hearing")[0] == 130
    monkeypatch.setattr(training_session, "epoch_line", tell)
    assert say("--resume", "mine")[0] == 0
    shown = "acc cpu_seconds loss rate seconds"
    assert (tmp_path / "heard.txt").read_text().splitlines() == [
        "start mine False 2",
        f"epoch 1 {shown}",
        "end",
        "start mine True 2",
        f"epoch 1 {shown}",
        f"epoch 2 {shown}",
        "end test validation",
    ]


@pytest.mark.usefixtures("no_exports")
def test_who_is_told_changes_no_weight_and_may_change(run, say, tmp_path):
    (tmp_path / "mine.py").write_text(HEARING)
    words = (run, "--genome", LEAST, "--epochs", 1, "--quiet")
    assert say(*words, "--out", "told", "--track", "mine.py:Hearing")[0] == 0
    assert say(*words, "--out", "alone")[0] == 0
    one, other = ((tmp_path / n / "model.pt").read_bytes() for n in ("told", "alone"))
    assert one == other
    assert say(*words, "--out", "told")[0] == 0
    assert say("--resume", "told", "--track", "none")[0] == 0


def test_an_unknown_listener_of_a_training_is_refused_first(run, say, tmp_path):
    words = (run, "--genome", LEAST, "--out", "mine", "--track")
    for word, message in {
        "tensorbord": "evonas: unknown listener 'tensorbord' (did you mean 'tensorboard'?)",
        "none.py:Mine": "evonas: no such file: none.py",
        "a.py,a.py": "evonas: track names a listener twice: a.py, a.py",
    }.items():
        status, _, err = say(*words, word)
        assert (status, err.count("\n")) == (2, 1)
        assert err.startswith(message)
    assert not (tmp_path / "mine").exists()


@pytest.mark.slow
@pytest.mark.usefixtures("no_exports")
def test_killed_and_given_again_the_command_ends_with_the_same_file(say, tmp_path):
    words = ["--problem", "digits", "--architecture", LEAST, "--batch-size", "8"]
    words += ["--epochs", "4", "--threads", "1", "--out"]
    killed = subprocess.Popen(
        [sys.executable, "-m", "evonas.run", "train", *words, "killed"],
        cwd=tmp_path,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert "epoch 1/4" in killed.stderr.readline()
    time.sleep(0.1)
    killed.kill()
    killed.communicate()
    assert checkpoint_of(tmp_path / "killed", 0).is_file()
    status, _, err = say(*words, "killed")
    assert status == 0
    assert "epoch 1/4" not in err
    status, _, err = say(*words, "whole")
    assert status == 0
    assert "epoch 1/4" in err
    one, other = ((tmp_path / n / "model.pt").read_bytes() for n in ("killed", "whole"))
    assert one == other


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["RUN", "--genome", "1-2"], r"genome \(1, 2\) has 2 genes; this space has 28"),
        (["RUN", "--where", "params<=0"], "no architecture of run small keeps params<=0"),
        (["RUN", "--best", "accuracy"], "unknown metric 'accuracy'"),
        (["RUN", "--image-size", "4"], "image size of 'digits' is 4 pixels; expected 8 to 224"),
        (["RUN", "--data", "digit"], r"unknown data set 'digit' \(did you mean 'digits' or"),
        (
            ["RUN", "--from-proxy", "--data", "cifar10"],
            "the proxy's weights do not fit: .* is 16 x 1 x 3 x 3 there",
        ),
        (
            ["RUN", "--from-proxy", "--genome", "1" + "-1" * 27],
            "--from-proxy: run small has not measured 1-",
        ),
        (["RUN", "--out", "full"], "full holds no training; give another folder with --out"),
        (["RUN", "--epochs", "0"], "epochs must be at least 1, got 0"),
        (["--resume", "full"], "full holds no training to go on with"),
        (
            ["--problem", "digits", "--architecture", "none.json"],
            "no architecture in none.json: there is no such file",
        ),
        (["--problem", "digits", "--architecture", '{"a": 1}'], "a"),
        (
            ["--problem", "digits", "--architecture", "{"],
            "cannot read --architecture: it is no JSON",
        ),
        (["--problem", "BOWL", "--architecture", "0-0-0-0"], "builds no networks that could"),
    ],
)
def test_a_mistake_is_said_in_one_line(run, say, tmp_path, words, message):
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("mine")
    named = {"RUN": str(run), "BOWL": toy.reference("Bowl")}
    status, _, err = say(*(named.get(word, word) for word in words))
    assert status == 2
    assert re.search(message, err), err
    assert err.count("\n") == 1


def test_a_diverging_training_says_what_to_do(run, say):
    status, _, err = say(
        *(run, "--genome", LEAST, "--learning-rate", 1e9, "--warmup", 0, "--quiet")
    )
    assert status == 1
    assert re.fullmatch(
        r"evonas: training diverged in epoch 1: .*; take a lower --learning-rate\n", err
    )


def test_the_command_is_there(run, tmp_path, capsys):
    assert main(["train", str(run), "--resume", str(tmp_path)]) == 2
    assert "name one: a RUN to pick from, --problem with" in capsys.readouterr().err
