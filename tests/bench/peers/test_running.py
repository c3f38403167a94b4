"""What holds of every peer: each is run where its package is installed."""

from dataclasses import replace

import pytest
from matrix import slow_but
from peer_tasks import SPACE, TOY, genomes_of, peer_task, there

from evonas.bench.peers import PEERS, run_peer
from evonas.bench.peers.registry import Peer

QUICK = ("pymoo-nsga2", "optuna-nsga2", "optuna-tpe")


EVERY = pytest.mark.parametrize("name", slow_but(QUICK, PEERS))


@EVERY
def test_a_peer_keeps_to_its_space_and_its_budget(name):
    asked = genomes_of(name, python=there(name), n=14)
    assert len(set(asked)) == 14
    for genome in asked:
        SPACE.check(genome)  # which refuses floats and numpy's integers


@EVERY
def test_a_peer_repeats_itself_at_the_same_seed_alone(name):
    python = there(name)
    first = genomes_of(name, python=python, n=14, seed=1)
    assert first == genomes_of(name, python=python, n=14, seed=1)
    assert first != genomes_of(name, python=python, n=14, seed=2)


@EVERY
def test_a_peer_takes_three_objectives(name):
    asked = genomes_of(name, python=there(name), n=14, n_objectives=3)
    assert len(set(asked)) == 14


@pytest.fixture
def toy(monkeypatch):
    def make(function, **options):
        monkeypatch.setitem(PEERS, "toy", Peer("toy", "pip", "json", function, **options))
        monkeypatch.setattr(Peer, "file", TOY)

    return make


def test_a_peer_that_only_repeats_itself_is_ended(toy):
    toy("run_stubborn")
    asked = genomes_of("toy", n=3)
    assert asked == [(0,) * 5] * 30


def test_a_peer_that_asks_for_no_architecture_is_ended(toy):
    toy("run_astray")
    message = "peer toy asks for what is no architecture: gene 'width' is 99; expected 0 to 7"
    with pytest.raises(ChildProcessError, match=message):
        genomes_of("toy")


def test_the_python_of_all_others_is_under_the_empty_name(toy):
    toy("run_short")
    with pytest.raises(ValueError, match="no Python at nowhere"):
        genomes_of("toy", python={"": "nowhere"})
    assert genomes_of("toy", python={"toy": "python3", "": "nowhere"}) == [(0,) * 5]
    assert genomes_of("toy", python={"other": "nowhere"}) == [(0,) * 5]


def test_another_python_does_not_see_what_this_one_imports(toy, monkeypatch, tmp_path):
    (tmp_path / "sitecustomize.py").write_text("raise SystemExit(7)")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    toy("run_short")
    assert genomes_of("toy") == [(0,) * 5]


def test_a_peer_in_this_process_measures_what_it_does_in_one_of_its_own():
    apart = []
    task = replace(peer_task(apart), n_evaluations=12)
    run_peer("pymoo-nsga2", task, python="python")
    assert apart == genomes_of("pymoo-nsga2")
