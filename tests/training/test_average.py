import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from evonas.training.average import Average


def scalar(value: float) -> nn.Module:
    layer = nn.Linear(1, 1, bias=False)
    nn.init.constant_(layer.weight, value)
    return layer


@given(
    values=st.lists(st.floats(-10, 10, width=32), min_size=1, max_size=20),
    decay=st.floats(0, 0.999),
)
def test_an_average_stays_between_the_least_and_the_largest_weight(values, decay):
    average = Average(scalar(values[0]), decay=decay)
    for step, value in enumerate(values):
        average.update(scalar(value), step=step)
    weight = average.model.weight.item()
    assert min(values) - 1e-4 <= weight <= max(values) + 1e-4


def test_a_late_step_moves_an_average_by_what_the_decay_leaves():
    average = Average(scalar(1.0), decay=0.9)
    average.update(scalar(2.0), step=10_000)
    assert abs(average.model.weight.item() - 1.1) < 1e-6


def test_a_young_average_forgets_what_the_network_began_with():
    average = Average(scalar(1.0), decay=0.999)
    average.update(scalar(2.0), step=0)
    assert abs(average.model.weight.item() - 1.9) < 1e-6


def test_counts_are_the_latest_and_no_averages():
    model = nn.BatchNorm1d(2)
    average = Average(model, decay=0.99)
    model(torch.randn(4, 2))
    average.update(model, step=5)
    assert average.model.num_batches_tracked.item() == 1
    assert not average.model.weight.requires_grad
