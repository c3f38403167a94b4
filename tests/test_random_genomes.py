"""The check of random genomes: what it tells of a space, and what it refuses."""

import pytest
import torch
from random_genomes import check, main
from torch import nn

from evonas.plugins.loading import ProblemSpec
from evonas.problem import Settings


def test_it_tells_of_every_size(capsys):
    main(["--problem", "macro", "--n", "4", "--sizes", "8,9", "--data", "digits"])
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith("8 pixels: 2 networks are sound; ")
    assert second.startswith("9 pixels: 2 networks are sound; ")
    assert first.endswith("ms to count one")


def test_a_network_without_finite_logits_is_refused(monkeypatch):
    problem = ProblemSpec("macro", Settings(data="digits")).open()
    network = nn.Sequential(nn.Flatten(), nn.Linear(64, 10))
    nn.init.constant_(network[1].bias, torch.inf)
    monkeypatch.setattr(problem, "build", lambda _: network)
    with pytest.raises(ValueError, match=r"at 8 pixels gives no sound network"):
        check(problem, [(0,) * 8])
