from types import SimpleNamespace

import pytest

from evonas.interactive.training_listeners import Telling
from evonas.listener import Training

HEARING = """
from evonas import Listener

class Hearing(Listener):
    def tell(self, *words):
        with open("heard.txt", "a") as file:
            print(*words, file=file)

    def on_training_start(self, training):
        self.tell("start", training.name)

    def on_epoch(self, epoch):
        self.tell("epoch", epoch.seed, epoch.number, dict(epoch.values))

    def on_training_end(self, scores):
        self.tell("end", scores)

class Raising(Hearing):
    def on_epoch(self, epoch):
        raise KeyError("no server")
"""
FACTS = SimpleNamespace(judgements={"test": SimpleNamespace(accuracy=91.5)})


@pytest.fixture(autouse=True)
def _desk(tmp_path, monkeypatch):
    (tmp_path / "mine.py").write_text(HEARING)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def training(tmp_path):
    return Training("digits-a", tmp_path, {})


def heard(tmp_path):
    return (tmp_path / "heard.txt").read_text().splitlines()


def test_those_named_hear_of_start_epochs_and_the_scores(tmp_path, training):
    telling = Telling(["mine.py:Hearing"])
    with telling.of(training):
        telling.on_epoch(3, {"epoch": 1.0, "loss": 0.5})
        telling.on_finish(FACTS)
    assert heard(tmp_path) == [
        "start digits-a",
        "epoch 3 1 {'loss': 0.5}",
        "end {'test': 91.5}",
    ]


def test_whatever_ends_a_training_is_told_without_scores_and_goes_on(tmp_path, training):
    with pytest.raises(KeyboardInterrupt), Telling(["mine.py:Hearing"]).of(training):
        raise KeyboardInterrupt
    assert heard(tmp_path) == ["start digits-a", "end None"]


def test_one_that_raises_ends_no_training_and_keeps_nobody_from_hearing(
    tmp_path, training, caplog
):
    telling = Telling(["mine.py:Raising", "mine.py:Hearing"])
    with telling.of(training):
        telling.on_epoch(0, {"epoch": 1.0, "loss": 0.5})
        telling.on_epoch(0, {"epoch": 2.0, "loss": 0.4})
    assert [line for line in heard(tmp_path) if line.startswith("epoch")] == [
        "epoch 0 1 {'loss': 0.5}",
        "epoch 0 2 {'loss': 0.4}",
    ]
    (message,) = caplog.messages
    assert message.startswith("listener Raising raised KeyError")


def test_one_that_cannot_be_had_is_refused():
    with pytest.raises(ValueError, match="unknown listener 'nobody'"):
        Telling(["nobody"])
