import pytest
import torch
from torch import nn

from evonas import deadline
from evonas.faults import DivergedError, LateError
from evonas.networks.layout import FAST, PLAIN, lay_out
from evonas.training.judging import judge
from evonas.training.loop import Training, train
from evonas.training.recipe import Recipe

from .stripes import CPU, equal, stripes


@pytest.fixture(autouse=True)
def _one_thread():
    """Sums depend on the number of threads, and small ones are slower with more."""
    n_threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(n_threads)


def network(seed: int = 0) -> nn.Module:
    torch.manual_seed(seed)
    return nn.Sequential(
        *(nn.Conv2d(1, 8, 3, stride=2, padding=1, bias=False), nn.BatchNorm2d(8), nn.ReLU()),
        *(nn.Flatten(), nn.Linear(128, 2)),
    )


def trained(seed: int = 0, *, n_train: int = 64, **recipe):
    model = network()
    plan = Recipe(**{"epochs": 2, "batch_size": 16, "augment": (), **recipe})
    curve = train(model, stripes(n_train), recipe=plan, device=CPU, seed=seed)
    return model, curve


@pytest.mark.parametrize("augment", [(), ("crop", "flip", "cutout")])
def test_equal_seeds_give_equal_weights_and_curves(augment):
    first, curve = trained(1, augment=augment)
    torch.manual_seed(99)
    again, same_curve = trained(1, augment=augment)
    other, _ = trained(2, augment=augment)
    assert equal(first, again)
    assert curve == same_curve
    assert not equal(first, other)


def test_training_leaves_the_global_seed_alone():
    model, dataset = network(), stripes()
    state = torch.get_rng_state()
    recipe = Recipe(epochs=1, augment=("crop", "flip", "cutout"))
    train(model, dataset, recipe=recipe, device=CPU, seed=0)
    assert torch.equal(torch.get_rng_state(), state)


def test_the_curve_has_a_point_for_every_epoch_and_what_can_be_learnt_is_learnt():
    model, curve = trained(epochs=6)
    assert [point["epoch"] for point in curve] == [1, 2, 3, 4, 5, 6]
    assert curve[-1]["loss"] < curve[0]["loss"]
    assert curve[-1]["acc"] == 100.0
    assert judge(model, stripes().validation, dataset=stripes(), device=CPU) == {"acc": 100.0}


@pytest.mark.parametrize("n_train", [33, 17, 16, 5, 2])
def test_a_last_batch_of_one_image_joins_the_one_before(n_train):
    class Watched(nn.Sequential):
        seen: list[int] = []  # noqa: RUF012

        def forward(self, images):
            if self.training:
                self.seen.append(len(images))
            return super().forward(images)

    model = Watched(*network())
    model.seen.clear()
    recipe = Recipe(epochs=1, batch_size=16, augment=())
    train(model, stripes(n_train), recipe=recipe, device=CPU, seed=0)
    assert model.seen == {33: [16, 17], 17: [17], 16: [16], 5: [5], 2: [2]}[n_train]


@pytest.mark.parametrize("n_train", [64, 33])
def test_the_learning_rate_rises_over_the_warmup_then_falls_toward_zero(n_train, monkeypatch):
    rates = []

    class Watched(torch.optim.SGD):
        def step(self, closure=None):
            rates.append(self.param_groups[0]["lr"])
            return super().step(closure)

    monkeypatch.setattr(torch.optim, "SGD", Watched)
    trained(n_train=n_train, epochs=5, learning_rate=0.2)
    n_steps = 5 * (n_train // 16)
    highest = rates.index(max(rates))
    assert len(rates) == n_steps
    assert max(rates) == pytest.approx(0.2)
    assert rates[:highest] == sorted(rates[:highest])
    assert rates[highest:] == sorted(rates[highest:], reverse=True)
    assert rates[-1] < 0.1 * max(rates)


def test_batch_norm_and_biases_do_not_decay(monkeypatch):
    groups = []

    class Watched(torch.optim.SGD):
        def __init__(self, params, **options):
            groups.extend(params)
            super().__init__(params, **options)

    monkeypatch.setattr(torch.optim, "SGD", Watched)
    trained(weight_decay=0.01)
    decayed, kept = groups
    assert [p.ndim for p in decayed["params"]] == [4, 2]
    assert [p.ndim for p in kept["params"]] == [1, 1, 1]
    assert (decayed["weight_decay"], kept["weight_decay"]) == (0.01, 0.0)


def test_only_images_that_may_be_mirrored_are():
    recipe = Recipe(epochs=1, augment=("flip",))
    plain = Recipe(epochs=1, augment=())

    def weights(dataset, plan):
        model = network()
        train(model, dataset, recipe=plan, device=CPU, seed=0)
        return model

    assert equal(weights(stripes(), recipe), weights(stripes(), plain))
    assert not equal(weights(stripes(flips=True), recipe), weights(stripes(), plain))


def test_a_training_that_diverges_is_stopped_with_its_loss():
    with pytest.raises(
        DivergedError, match=r"training diverged in epoch 1: mean loss .*, guessing has 0\.693"
    ):
        trained(learning_rate=1e8)


def test_a_loss_that_is_no_number_is_a_divergence():
    model = network()
    model[-1].weight.data.fill_(float("nan"))
    with pytest.raises(DivergedError, match=r"in epoch 1: mean loss nan, guessing has 0\.693"):
        train(model, stripes(), recipe=Recipe(epochs=1), device=CPU, seed=0)


def test_accuracy_is_a_share_in_percent_of_all_images():
    dataset = stripes()

    class Told(nn.Module):
        """Compares the halves; is right of all, or of none."""

        def __init__(self, sign):
            super().__init__()
            self.sign = sign

        def forward(self, images):
            halves = images[..., :4].mean((1, 2, 3)), images[..., 4:].mean((1, 2, 3))
            return self.sign * torch.stack(halves, 1)

    for batch_size in (1, 7, 256):
        told = {"dataset": dataset, "device": CPU, "batch_size": batch_size}
        assert judge(Told(+1), dataset.validation, **told) == {"acc": 100.0}
        assert judge(Told(-1), dataset.validation, **told) == {"acc": 0.0}
        assert judge(Told(0), dataset.validation, **told) == {"acc": 50.0}  # always class 0


def test_plain_descent_without_momentum_is_possible():
    assert len(trained(momentum=0.0)[1]) == 2


def test_a_training_that_takes_too_long_is_given_up_at_its_next_step():
    with deadline.within(1e-6), pytest.raises(LateError, match="took longer than 1e-06 s"):
        trained(epochs=1000)


@pytest.mark.parametrize("stop", [1, 2])
def test_a_training_that_is_left_and_taken_up_again_is_the_same(stop):
    def begun():
        model = nn.Sequential(*network(), nn.Dropout(0.2))
        recipe = Recipe(epochs=3, batch_size=16)
        return Training(model, stripes(flips=True), recipe=recipe, device=CPU, seed=7)

    whole, first, second = begun(), begun(), begun()
    torch.manual_seed(0)
    whole.run(3)
    torch.manual_seed(0)
    first.run(stop)
    state = first.state()
    torch.manual_seed(99)
    second.restore(state)
    second.run(3)
    assert second.curve == whole.curve
    assert equal(second.model, whole.model)


def test_a_state_of_another_network_is_refused():
    training = Training(network(), stripes(), recipe=Recipe(epochs=1), device=CPU, seed=0)
    state = training.state()
    with pytest.raises(KeyError):
        training.restore({name: a for name, a in state.items() if not name.startswith("model")})
    wrong = {**state, "model 0.weight": state["model 0.weight"][:1, :1]}
    with pytest.raises(RuntimeError, match="size mismatch"):
        training.restore(wrong)


class Viewed(nn.Module):
    """Flattens by a view, which takes channels first for granted, always or when judged."""

    def __init__(self, *, when=(True, False)):
        super().__init__()
        self.first, self.norm, self.drop = (
            nn.Conv2d(1, 8, 3),
            nn.BatchNorm2d(8),
            nn.Dropout(0.3),
        )
        self.last, self.when = nn.Linear(288, 2), when

    def forward(self, images):
        features = self.drop(self.norm(self.first(images)))
        is_viewed = self.training in self.when
        flat = features.view(len(images), -1) if is_viewed else features.flatten(1)
        return self.last(flat)


def viewed(*, when=(True, False)) -> Training:
    torch.manual_seed(0)
    plan = Recipe(epochs=3, batch_size=16, augment=("crop", "cutout"))
    return Training(Viewed(when=when), stripes(), recipe=plan, device=CPU, seed=1)


@pytest.mark.parametrize("when", [(True, False), (True,), (False,)])
def test_a_view_after_a_convolution_trains(when):
    training = viewed(when=when)
    training.run(3)
    assert training.layout == PLAIN
    assert [point["epoch"] for point in training.curve] == [1, 2, 3]
    assert training.curve[-1]["acc"] > 80


def test_what_was_tried_in_the_other_layout_leaves_no_trace():
    tried = viewed()
    tried.run(3)
    fresh = viewed()
    fresh.layout, fresh._is_laid_out = PLAIN, True
    lay_out(fresh.model, PLAIN)
    fresh.run(3)
    assert tried.curve == fresh.curve
    assert equal(tried.model, fresh.model)


def test_a_network_that_bears_channels_last_keeps_them():
    training = viewed(when=())
    training.run(1)
    assert training.layout == FAST
    assert training.model.first.weight.is_contiguous(memory_format=FAST)


def test_a_viewed_network_that_is_taken_up_again_is_as_if_never_left():
    whole = viewed()
    whole.run(3)
    begun = viewed()
    begun.run(2)
    state = {name: array.copy() for name, array in begun.state().items()}
    later = viewed()
    later.restore(state)
    later.run(3)
    assert later.curve == whole.curve
    assert equal(later.model, whole.model)
