import json
import signal
import subprocess
import sys
import time

import pytest
import torch

from evonas.models.order import TRAINING
from evonas.models.proxy_start import repeated
from evonas.models.sittings import StoppedError, checkpoint_of, start_of, train_in_folder
from evonas.training.saved_state import read_state, write_state

from .conftest import TARIFF

SITTING = """
import sys
from pathlib import Path
from evonas.carbon.meter import Tariff
from evonas.engine.plan import SearchPlan
from evonas.models.order import read_order
from evonas.models.sittings import train_in_folder

folder = Path(sys.argv[1])
order = read_order(folder)
tariff = Tariff(accelerator_w=0.0, pue=1.5, intensity_g_per_kwh=400.0)
train_in_folder(
    order,
    SearchPlan.of(order.config).problem,
    folder=folder,
    tariff=tariff,
    on_epoch=lambda seed, row: print(int(row["epoch"]), flush=True),
)
"""


def trained(order, problem, folder, **named):
    folder.mkdir(exist_ok=True)
    return train_in_folder(order, problem, folder=folder, tariff=TARIFF, **named)


def weights(outcome):
    return outcome.network.state_dict()


def equal(one, other):
    assert one.keys() == other.keys()
    return all(torch.equal(one[name], other[name]) for name in one)


@pytest.mark.parametrize("n_epochs", [1, 2, 3])
def test_stopped_and_gone_on_with_it_ends_with_the_same_weights(
    order, problem, tmp_path, n_epochs
):
    short = order(seeds=(0, 1), ema=0.9)
    whole = trained(short, problem, tmp_path / "whole")
    seen = []
    with pytest.raises(StoppedError):
        trained(
            short,
            problem,
            tmp_path / "parts",
            on_epoch=lambda seed, row: seen.append(seed),
            should_stop=lambda: len(seen) >= n_epochs,
        )
    assert len(seen) == n_epochs
    parts = trained(short, problem, tmp_path / "parts")
    assert equal(weights(whole), weights(parts))
    assert whole.seed == parts.seed


@pytest.mark.parametrize("n_epochs", [0, 1, 3])
def test_from_a_proxy_it_ends_with_the_same_weights_too(
    order, problem, tmp_path, n_epochs, proxy
):
    short = order(seeds=(0, 1), proxy=proxy)
    whole = trained(short, problem, tmp_path / "whole")
    told, seen = [], []
    with pytest.raises(StoppedError):
        trained(
            short,
            problem,
            tmp_path / "parts",
            on_start=told.append,
            on_epoch=lambda seed, row: seen.append(seed),
            should_stop=lambda: len(seen) >= n_epochs,
        )
    assert len(told) == 1
    assert start_of(tmp_path / "parts").is_file()
    parts = trained(short, problem, tmp_path / "parts", on_start=told.append)
    assert len(told) == 1  # it was not made a third time
    assert equal(weights(whole), weights(parts))
    assert not equal(weights(whole), weights(trained(order(), problem, tmp_path / "random")))


def test_what_the_repeated_proxy_took_is_told(order, problem, tmp_path, proxy):
    outcome = trained(order(epochs=1, proxy=proxy), problem, tmp_path)
    (row,) = outcome.curves[0]
    assert outcome.start.scores == proxy.scores
    assert outcome.spend.busy_seconds == row["seconds"] + outcome.start.seconds
    n_images = 3 * problem.info.n_train + problem.info.n_validation
    n_images += 2 * (3 * 60 + 60)  # of the proxy's two epochs on its subset
    assert outcome.spend.fpo == problem.cost((0,) * 28).flops * n_images
    again = trained(order(epochs=1, proxy=proxy), problem, tmp_path)
    assert again.spend.busy_seconds == outcome.spend.busy_seconds


def test_every_seed_begins_with_the_proxys_weights(order, problem, tmp_path, proxy):
    still = order(seeds=(0, 5), proxy=proxy, learning_rate=1e-12, weight_decay=0.0, warmup=0.0)
    outcome = trained(still, problem, tmp_path)
    start = repeated(proxy, still.genome).weights
    for network in outcome.networks.values():
        state = network.state_dict()
        learnt = [name for name, _ in network.named_parameters()]
        assert all(torch.allclose(state[name], start[name], atol=1e-6) for name in learnt)


@pytest.mark.slow
def test_killed_between_epochs_and_within_one_it_ends_with_the_same_weights(
    order, problem, tmp_path
):
    slow = order(epochs=5, batch_size=8, ema=0.9)
    folder = tmp_path / "killed"
    folder.mkdir()
    (folder / TRAINING).write_text(json.dumps(slow.as_dict()))
    for pause in (0.0, 0.2):  # at the end of an epoch, and within the next
        process = subprocess.Popen(
            [sys.executable, "-c", SITTING, str(folder)], stdout=subprocess.PIPE, text=True
        )
        assert process.stdout.readline()
        time.sleep(pause)
        process.send_signal(signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL
        process.stdout.close()
    epochs = []
    parts = trained(slow, problem, folder, on_epoch=lambda _, row: epochs.append(row["epoch"]))
    assert epochs[0] > 2  # it did not begin anew
    whole = trained(slow, problem, tmp_path / "whole")
    assert equal(weights(parts), weights(whole))


def test_the_best_seed_by_validation_is_kept(order, problem, tmp_path):
    outcome = trained(order(seeds=(0, 1, 2)), problem, tmp_path)
    last = {seed: curve[-1]["acc"] for seed, curve in outcome.curves.items()}
    assert outcome.seed == max(last, key=last.get)
    assert len(set(last.values())) > 1


def test_what_all_sittings_took_is_told(order, problem, tmp_path):
    outcome = trained(order(seeds=(0, 1)), problem, tmp_path)
    rows = [row for curve in outcome.curves.values() for row in curve]
    spend = outcome.spend
    assert spend.busy_seconds == pytest.approx(sum(row["seconds"] for row in rows))
    assert spend.co2_g == pytest.approx(400.0 * spend.energy_kwh)
    n_images = 4 * (3 * problem.info.n_train + problem.info.n_validation)
    assert spend.fpo == problem.cost((0,) * 28).flops * n_images
    again = trained(order(seeds=(0, 1)), problem, tmp_path)  # from the checkpoints alone
    assert again.spend.busy_seconds == spend.busy_seconds


def test_another_networks_checkpoint_is_named(order, problem, tmp_path):
    trained(order(epochs=1), problem, tmp_path)
    file = checkpoint_of(tmp_path, 0)
    state = read_state(file)
    state["training"]["model"].popitem()
    write_state(file, state)
    with pytest.raises(ValueError, match=r"checkpoint-seed0\.pt does not fit this training"):
        trained(order(epochs=1), problem, tmp_path)


def test_a_damaged_checkpoint_is_named(order, problem, tmp_path):
    checkpoint_of(tmp_path, 0).write_bytes(b"no state")
    with pytest.raises(ValueError, match=r"checkpoint-seed0\.pt cannot be read"):
        trained(order(), problem, tmp_path)
