"""Tasks of two made-up objectives for peers to search in."""

import os
import sys
from pathlib import Path

import numpy as np
import pytest

from evonas.bench.peers import PeerTask, SpentError, lacking, peer_pythons, run_peer
from evonas.bench.peers.conversation import converse
from evonas.space import Gene, SearchSpace

PYTHONS = peer_pythons(os.environ.get("EVONAS_PEER_PYTHONS", "").split())
TOY = Path(__file__).with_name("toy_peer.py")
SPACE = SearchSpace(
    [
        Gene("width", tuple(range(1, 9))),
        Gene("kind", ("a", "b")),
        Gene("depth", (1, 2, 3, 4, 5)),
        Gene("only", ("one",)),
        Gene("skip", ("none", "add", "concatenate", "gate")),
    ]
)


def peer_task(asked, *, n=12, seed=0, space=SPACE, n_objectives=2):
    """A task that keeps the genomes it is asked for; the last objective is counted."""

    def count(genomes):
        return np.array([[genome[0] / 2] for genome in genomes])

    def measure(genome):
        if genome not in asked and len(set(asked)) == n:
            raise SpentError
        asked.append(genome)
        others = [(7 - genome[0] + genome[i % 2 + 1]) / 10 for i in range(n_objectives - 1)]
        return [*others, genome[0] / 2]

    return PeerTask(
        space=space,
        n_objectives=n_objectives,
        is_counted=(*[False] * (n_objectives - 1), True),
        count=count,
        measure=measure,
        seed=seed,
        n_evaluations=n,
        reference=(1.0,) * (n_objectives - 1) + (4.0,),
    )


def talk(function, asked, **options):
    """Have a function of the toy peer search in another process."""
    task = peer_task(asked, **options)
    converse(task, file=TOY, function=function, python=sys.executable, name="toy")


def genomes_of(name, *, python=None, **options):
    """What a peer asks for, in order."""
    asked = []
    run_peer(name, peer_task(asked, **options), python=python)
    return asked


def there(name):
    """The Python to run a peer with; skips the test where it has not its package."""
    python = PYTHONS.get(name)
    if package := lacking(name, python=python):
        pytest.skip(f"{package} is not installed; EVONAS_PEER_PYTHONS='{name}=PATH' names one")
    return python
