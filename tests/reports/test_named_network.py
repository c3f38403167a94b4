import shutil

import pytest
import torch
from torch import nn

from evonas.commands.main import main
from evonas.models.answering import as_tuple
from evonas.models.archive import load_model
from evonas.networks.counting import count
from evonas.problem import Settings
from evonas.reports.named_network import (
    network_in,
    network_named,
    network_of_problem,
    network_of_run,
)
from evonas.runs.reading import open_run
from evonas.short_ids import short_id

ZEROS = (0,) * 28


@pytest.fixture(scope="module")
def model_folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models") / "small"
    genome = "-".join(map(str, ZEROS))
    words = ["train", "--problem", "digits", "--architecture", genome, "--epochs", "1"]
    assert main([*words, "--out", str(folder), "--quiet"]) == 0
    return folder


def test_a_network_of_torchvision_has_two_names():
    short, long = network_named("resnet18"), network_named("torchvision:resnet18")
    assert count(short.build, short.inputs).params == 11_689_512  # of its documentation
    assert count(long.build, long.inputs).params == 11_689_512


def test_a_network_of_a_file_is_made_anew_in_every_call(tmp_path):
    file = tmp_path / "mine.py"
    file.write_text("from torch import nn\ndef small():\n    return nn.Linear(4, 2)\n")
    found = network_named(f"{file}:small", (4,))
    assert isinstance(found.build(), nn.Linear)
    assert found.build() is not found.build()
    assert found.inputs == (4,)


def test_a_network_that_is_unknown_is_refused():
    with pytest.raises(
        ValueError, match=r"^unknown network 'resnet81' \(did you mean 'resnet1"
    ):
        network_named("resnet81")
    with pytest.raises(ValueError, match=r"has no 'resnet81'"):
        network_named("torchvision:resnet81")


def test_an_architecture_of_a_problem_is_built_for_its_data():
    found = network_of_problem("digits", ZEROS, Settings())
    assert found.name == f"{short_id(ZEROS)} of problem digits"
    assert found.inputs == (1, 8, 8)
    assert found.build()(torch.zeros(2, 1, 8, 8)).shape == (2, 10)


def test_an_architecture_of_a_run_is_found_by_its_id_or_genome(small_run):
    run = open_run(small_run)
    genome = run.front[0].genome
    by_id, by_genome = network_of_run(run, run.ids[genome]), network_of_run(run, genome)
    assert by_id.name == by_genome.name == f"{run.ids[genome]} of run small"
    assert count(by_id.build, by_id.inputs) == count(by_genome.build, by_genome.inputs)


def test_a_problem_without_networks_is_refused():
    with pytest.raises(ValueError, match=r"^synthetic builds no networks, so there is nothing"):
        network_of_problem("synthetic", (0,), Settings())


@pytest.mark.slow  # the training ends in an export
def test_a_model_folder_gives_its_network_with_or_without_its_problem(model_folder, tmp_path):
    found = network_in(model_folder)
    assert found.inputs == (1, 8, 8)
    images = torch.rand(3, 1, 8, 8)
    with torch.no_grad():
        expected = load_model(model_folder)(images)
        assert torch.allclose(found.build().eval()(images), expected, atol=1e-4)
        assert count(found.build, found.inputs).params == 1434
        stranger = shutil.copytree(model_folder, tmp_path / "stranger")
        (stranger / "architecture.json").unlink()
        alone = network_in(stranger)
        logits = as_tuple(alone.build()(images))[-1]
        assert torch.allclose(logits, expected, atol=1e-6)
        assert count(alone.build, alone.inputs) == count(found.build, found.inputs)


def test_a_folder_without_a_model_is_named(tmp_path):
    with pytest.raises(
        FileNotFoundError, match=r"^no model at .*: it has no model.pt2; give a"
    ):
        network_in(tmp_path)
