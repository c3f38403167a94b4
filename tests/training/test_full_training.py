import pytest
import torch
from torch import nn

from evonas.faults import DivergedError
from evonas.networks.auxiliary import AuxiliaryHead
from evonas.networks.blocks import Classifier, convolution
from evonas.networks.cell_graph import Source, cell_nodes
from evonas.networks.chain import Part
from evonas.networks.drop_path import DropPath
from evonas.networks.graph import IMAGES, Graph, GraphNetwork, Node
from evonas.training.full_recipe import AUGMENTS, FullRecipe
from evonas.training.full_training import FullTraining
from evonas.training.saved_state import read_state, write_state

from .stripes import CPU, equal, network, stripes

KINDS = (
    {},
    {"optimiser": "adamw", "clip_norm": 0.5, "schedule": "step"},
    {"ema": 0.99, "patience": 3, "schedule": "constant"},
    {"mixup": 0.3, "cutmix": 1.0, "augment": "trivial"},
    {"augment": "randaugment", "amp": "on"},
)


def begun(seed: int = 0, **recipe) -> FullTraining:
    plan = FullRecipe(**{"epochs": 4, "batch_size": 16, "augment": "none", **recipe})
    return FullTraining(network(seed), stripes(), recipe=plan, device=CPU, seed=seed)


def ended(training: FullTraining) -> FullTraining:
    while not training.is_over:
        training.run_epoch()
    return training


@pytest.mark.parametrize("recipe", KINDS, ids=str)
def test_it_learns_what_a_child_can_tell(recipe):
    training = ended(begun(**{**recipe, "epochs": 8}))
    assert training.curve[-1]["acc"] > 80
    assert not training.trained().training


@pytest.mark.parametrize("recipe", KINDS, ids=str)
def test_taken_up_again_it_ends_with_the_same_weights(recipe, tmp_path):
    whole = ended(begun(**recipe))
    first = begun(**recipe)
    first.run_epoch()
    first.run_epoch()
    write_state(tmp_path / "state.pt", first.state())
    second = begun(**recipe)
    second.restore(read_state(tmp_path / "state.pt"))
    torch.rand(3)  # which whoever goes on may have drawn before
    second.restore(read_state(tmp_path / "state.pt"))
    ended(second)
    assert equal(whole.trained(), second.trained())
    timeless = ("epoch", "loss", "acc", "rate")
    assert [[row[name] for name in timeless] for row in whole.curve] == [
        [row[name] for name in timeless] for row in second.curve
    ]


@pytest.mark.parametrize("augment", AUGMENTS)
def test_equal_seeds_give_equal_weights_and_others_do_not(augment):
    recipe = {"epochs": 2, "augment": augment}
    one, same, other = (ended(begun(seed, **recipe)).trained() for seed in (0, 0, 1))
    assert equal(one, same)
    assert not equal(one, other)


def test_patience_ends_a_training_and_keeps_its_best_epoch(monkeypatch):
    scores = iter([60.0, 90.0, 80.0, 90.0, 70.0])
    training = begun(epochs=20, patience=3)
    monkeypatch.setattr(
        "evonas.training.full_training.judge_validation",
        lambda *given, **named: ({"acc": next(scores)}, None),
    )
    kept = []
    while not training.is_over:
        training.run_epoch()
        kept.append({n: t.clone() for n, t in training.model.state_dict().items()})
    assert len(training.curve) == 5
    assert training.best_epoch == 2
    trained = training.trained().state_dict()
    assert all(torch.equal(trained[name], tensor) for name, tensor in kept[1].items())
    assert not equal(training.trained(), training.model)


def test_without_patience_the_last_epoch_is_kept():
    training = ended(begun())
    assert equal(training.trained(), training.model)


def test_an_average_is_judged_and_kept_in_place_of_the_last_weights():
    training = ended(begun(ema=0.9))
    assert not equal(training.trained(), training.model)
    assert equal(training.trained(), training.judged)


def test_gradients_are_clipped():
    free, bound = (
        ended(begun(epochs=1, clip_norm=norm, warmup=0.0, weight_decay=0.0, momentum=0.0))
        for norm in (0.0, 1e-4)
    )

    def moved(training):
        pairs = zip(training.model.parameters(), network(0).parameters(), strict=True)
        return sum((a - b).norm().item() ** 2 for a, b in pairs) ** 0.5

    assert moved(bound) <= 4 * 0.1 * 1e-4 * 1.01  # four steps of the highest rate
    assert moved(free) > 100 * moved(bound)


class Flattening(nn.Module):
    """Takes for granted that channels come first in memory."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.last = nn.Conv2d(1, 4, 3, padding=1), nn.Linear(256, 2)

    def forward(self, images):
        return self.last(self.first(images).view(len(images), -1))


def test_a_network_that_bears_one_layout_alone_is_trained_in_that():
    training = FullTraining(
        Flattening(), stripes(), recipe=FullRecipe(epochs=2), device=CPU, seed=0
    )
    assert training.layout == torch.contiguous_format
    assert ended(training).curve[-1]["acc"] > 80


def test_a_diverging_training_is_stopped():
    with pytest.raises(DivergedError, match="training diverged in epoch"):
        ended(begun(learning_rate=1e9, warmup=0.0))


REGULARISED = {"drop_path": 0.3, "aux_weight": 0.4}


def cells(**recipe) -> FullTraining:
    """The training of a network of one cell that offers an auxiliary head."""
    pairs = (("skip_connect", 0), ("sep_conv_3x3", 1))
    stem = Node(Part.of(convolution, 1, 4), (IMAGES,))
    inputs = (Source("stem", 4), Source("stem", 4))
    nodes = {
        "stem": stem,
        **cell_nodes(pairs, inputs, name="cell", width=4, stride=2),
        "head": Node(Part.of(AuxiliaryHead, 4, 2), ("cell",)),
        "classifier": Node(Part.of(Classifier, 4, 2), ("cell",)),
    }
    torch.manual_seed(0)
    model = GraphNetwork(Graph(nodes, exits=("classifier",), auxiliary="head"))
    plan = FullRecipe(**{"epochs": 3, "batch_size": 16, "augment": "none", **recipe})
    return FullTraining(model, stripes(), recipe=plan, device=CPU, seed=0)


def test_an_auxiliary_head_is_learnt_by_and_left_behind():
    plain, helped = ended(cells()), ended(cells(**REGULARISED, ema=0.9, patience=3))
    assert helped.curve[0]["loss"] > plain.curve[0]["loss"]
    assert helped.trained().state_dict().keys() == plain.trained().state_dict().keys()
    assert not equal(helped.trained(), plain.trained())


def test_a_training_with_a_head_and_paths_left_out_can_be_taken_up_again(tmp_path):
    whole, first = ended(cells(**REGULARISED)), cells(**REGULARISED)
    first.run_epoch()
    write_state(tmp_path / "state.pt", first.state())
    second = cells(**REGULARISED)
    second.restore(read_state(tmp_path / "state.pt"))
    assert equal(whole.trained(), ended(second).trained())


def test_paths_are_left_out_more_in_later_epochs():
    training = cells(drop_path=0.3)
    rates = []
    for _ in range(3):
        training.run_epoch()
        rates.append({m.rate for m in training.model.modules() if isinstance(m, DropPath)})
    assert rates == [{0.0}, {0.15}, {0.3}]


@pytest.mark.parametrize(
    ("recipe", "said"),
    [
        ({"drop_path": 0.1}, "no paths to leave out; go without drop_path"),
        ({"aux_weight": 0.4}, "offers no auxiliary head; go without aux_weight"),
    ],
)
def test_what_a_network_does_not_have_is_not_asked_of_it(recipe, said):
    with pytest.raises(ValueError, match=said):
        begun(**recipe)
