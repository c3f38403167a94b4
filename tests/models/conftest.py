from pathlib import Path

import pytest

from evonas.carbon.meter import Tariff
from evonas.config import Config
from evonas.engine.plan import SearchPlan
from evonas.models.folder import ModelFolder
from evonas.models.order import Proxy, TrainingOrder
from evonas.models.sittings import train_in_folder
from evonas.record import candidate_seed
from evonas.training.full_recipe import FullRecipe

TARIFF = Tariff(accelerator_w=0.0, pue=1.5, intensity_g_per_kwh=400.0)
GENOME = (0,) * 28  # the least network of the space


@pytest.fixture(scope="session")
def problem():
    return SearchPlan.of(Config(problem="digits")).problem


@pytest.fixture
def order():
    """Makes orders of a short training on digits."""

    def make(
        *, seeds: tuple[int, ...] = (0,), proxy: Proxy | None = None, **recipe
    ) -> TrainingOrder:
        plan = FullRecipe(**{"epochs": 2, "batch_size": 128, **recipe})
        config = Config(problem="digits")
        return TrainingOrder(
            config=config, genome=GENOME, recipe=plan, seeds=seeds, proxy=proxy
        )

    return make


@pytest.fixture(scope="session")
def made(tmp_path_factory, problem):
    """A finished model folder, and what its card tells; not to be written to."""
    path: Path = tmp_path_factory.mktemp("models") / "mine"
    order = TrainingOrder(
        config=Config(problem="digits"),
        genome=GENOME,
        recipe=FullRecipe(epochs=6),
        seeds=(0, 1),
        origin={"run": "small", "search_co2_g": 1.5, "search_kwh": 0.004},
    )
    folder = ModelFolder(path)
    folder.begin(order)
    outcome = train_in_folder(order, problem, folder=path, tariff=TARIFF)
    return path, folder.finish(order, problem, outcome)


@pytest.fixture(scope="session")
def proxy():
    """A proxy training of the least network: two epochs on 60 digits, and what it reached."""
    config = Config(problem="digits", epochs=2, subset=60)
    seed = candidate_seed(0, GENOME)
    measured = SearchPlan.of(config).problem.measure(GENOME, ["acc"], seed=seed)
    return Proxy(run="small", config=config, seed=seed, scores={"acc": measured.metrics["acc"]})


@pytest.fixture(scope="session")
def made_of_sequences(tmp_path_factory):
    """A finished folder of a model that takes sequences, and what its card tells."""
    path: Path = tmp_path_factory.mktemp("models") / "steps"
    config = Config(problem="temporal-conv")
    problem = SearchPlan.of(config).problem
    least = (0,) * len(problem.space.genes)
    recipe = FullRecipe(epochs=1, batch_size=256, mixup=0.2, cutmix=1.0)
    order = TrainingOrder(config=config, genome=least, recipe=recipe)
    folder = ModelFolder(path)
    folder.begin(order)
    outcome = train_in_folder(order, problem, folder=path, tariff=TARIFF)
    return path, folder.finish(order, problem, outcome)
