"""Steps of a training give the same network as one that never stopped."""

import pytest

from evonas.fidelity import Fidelity
from evonas.training.checkpoint import Checkpoint
from evonas.training.continuation import continued
from evonas.training.loop import Training
from evonas.training.recipe import Recipe

from .stripes import CPU, equal, network, stripes

PLAN = Recipe(epochs=3, batch_size=16, augment=())


def begin() -> Training:
    return Training(network(), stripes(), recipe=PLAN, device=CPU, seed=0)


def step(store, *, after: int, amount: int) -> Training:
    fidelity = Fidelity("epochs", amount, after=after, store=str(store), is_whole=amount == 3)
    return continued(
        begin, fidelity=fidelity, checkpoint=lambda epoch: Checkpoint(store, {"epoch": epoch})
    )


@pytest.mark.parametrize("is_lost", [False, True])
def test_going_on_gives_the_network_of_one_sitting(tmp_path, is_lost):
    first = step(tmp_path, after=0, amount=1)
    assert len(first.curve) == 1
    (file,) = tmp_path.iterdir()
    if is_lost:
        file.write_bytes(b"")
    second = step(tmp_path, after=1, amount=3)
    whole = begin()
    whole.run(3)
    assert equal(second.model, whole.model)
    assert second.curve == whole.curve
    assert not list(tmp_path.iterdir())  # nobody goes on after the whole


def test_the_state_of_another_network_begins_anew(tmp_path):
    Checkpoint(tmp_path, {"epoch": 1}).write(network().state_dict() and {})
    assert len(step(tmp_path, after=1, amount=2).curve) == 2
