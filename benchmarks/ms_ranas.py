"""MS-RANAS against its rivals, and which of its means help: the paper's questions, small.

    python benchmarks/ms_ranas.py --out FOLDER --data-dir DATA [--seeds 5] [--quick]

Every network is built and trained alike, and judged on test images that no search has seen. A
seed fixes the split, the search and the trainings, so that rivals are compared in pairs.

The rivals: an evolved network of three scales with early exits, one of a single scale, an
MSDNet written by hand, one whose few numbers are evolved likewise, and separate networks of
several depths with the cells of the first. None may have more parameters than the MSDNet by
hand (the separate ones and those of the ablation are not bounded), and all are judged by the
area under accuracy against FLOPs on [0, its FLOPs]. The paper's seven layers, with evolved
cells, are shown beside for what their first exit costs and loses; nothing is compared to them.

The ablation, as in the paper's section 4: cells are evolved in networks of five layers, with or
without early exits, three scales and cutout, and then trained in networks with or without them.

It keeps all that it has measured in FOLDER, and goes on where it was when called again; what is
there already is told by ``ms_ranas_report.py FOLDER``.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ms_ranas_report import EVOLVED, PAPER, SEPARATE, Judged, append, read, report

from evonas import Config, search
from evonas.plugins.loading import ProblemSpec
from evonas.problem import Settings
from evonas.training.trained_problem import TrainedProblem

BY_HAND = {
    **{"base": 1, "step": 1, "exits": 5, "scales": 3},
    **{"growth": 6, "channels": 8, "head": 32},
}
SKELETON = ("layers=5", "channels=8")  # of the ablation; the paper has 16 channels
SEVEN = ("layers=7", "channels=8", "scales=3", "exits=all")  # its last comparison, narrower
DEPTHS = (3, 4, 5, 7)  # layers of the separate networks
PLAIN, CUT = ("crop", "flip"), ("crop", "flip", "cutout")
MEAN = "0.25*acc_1+0.25*acc_2+0.25*acc_3+0.25*acc_4"  # of the exits of five layers
SINGLE, HAND, TUNED = "evolved, one scale", "MSDNet by hand", "MSDNet evolved"


@dataclass(frozen=True)
class Sizes:
    """How large the experiment is.

    Attributes:
        data: Name of the data set.
        image_size: Side of the images, in pixels.
        n_searched: Training images of a candidate.
        searched_epochs: Epochs of a candidate.
        evaluations: Candidates of a search.
        n_trained: Training images of a network that is judged.
        trained_epochs: Epochs of such a network.
    """

    data: str = "fashion-mnist"
    image_size: int = 14
    n_searched: int = 1000
    searched_epochs: int = 4
    evaluations: int = 14
    n_trained: int = 2000
    trained_epochs: int = 8


QUICK = Sizes("digits", 8, 60, 1, 2, 60, 1)


@dataclass(frozen=True)
class Setting:
    """One way to build and train networks.

    Attributes:
        problem: Short name of the space.
        options: Options of the space, as NAME=VALUE.
        augment: The augmentations.
    """

    problem: str = "ms-ranas"
    options: tuple[str, ...] = ()
    augment: tuple[str, ...] = PLAIN


@dataclass(frozen=True)
class Search:
    """One evolution: how its candidates are built and trained, and what it maximises.

    Attributes:
        setting: How candidates are built and trained.
        objective: The metric, or an expression of some.
        is_bounded: Whether the parameters are bounded by those of the MSDNet by hand.
    """

    setting: Setting
    objective: str = "anytime"
    is_bounded: bool = False


@dataclass(frozen=True)
class Job:
    """One network to be trained and judged, for every seed.

    Attributes:
        group: Which part of the experiment it belongs to.
        name: What it is called there.
        setting: How it is built and trained.
        search: Name of the search whose best network, or whose cells, it has; empty for the
            MSDNet by hand.
    """

    group: str
    name: str
    setting: Setting
    search: str = ""


def _cells(*options: str, augment: tuple[str, ...] = PLAIN) -> Setting:
    return Setting(options=(*SKELETON, *options), augment=augment)


SEARCHES: Mapping[str, Search] = {
    EVOLVED: Search(Setting(options=("scales=3",)), is_bounded=True),
    SINGLE: Search(Setting(options=("scales=1",)), is_bounded=True),
    TUNED: Search(Setting("msdnet"), is_bounded=True),
    "baseline": Search(_cells("scales=1", "exits=last"), "acc"),
    "cutout": Search(_cells("scales=1", "exits=last", augment=CUT), "acc"),
    "exits": Search(_cells("scales=1", "exits=all"), MEAN),
    "scales": Search(_cells("scales=3", "exits=last"), "acc"),
    "scales and exits": Search(_cells("scales=3", "exits=all"), MEAN),
    "scales, exits, cutout": Search(_cells("scales=3", "exits=all", augment=CUT), MEAN),
}
CELLS = tuple(SEARCHES)[3:]
RIVALS = (
    *(Job("rivals", name, SEARCHES[name].setting, name) for name in (EVOLVED, SINGLE, TUNED)),
    Job("rivals", HAND, Setting("msdnet")),
    *(
        Job("rivals", f"{SEPARATE}, {n} layers", Setting(options=options), EVOLVED)
        for n in DEPTHS
        for options in [("scales=3", "exits=last", f"layers={n}")]
    ),
    Job("rivals", PAPER, Setting(options=SEVEN), "scales and exits"),
)
ABLATION = (
    *(Job("one exit, one scale", s, _cells("scales=1", "exits=last"), s) for s in CELLS),
    *(
        Job("early exits, one scale", s, _cells("scales=1", "exits=all"), s)
        for s in ("baseline", "exits", "scales and exits")
    ),
    *(
        Job("early exits, three scales", s, _cells("scales=3", "exits=all"), s)
        for s in ("baseline", "exits", "scales and exits", "scales, exits, cutout")
    ),
    *(
        Job("early exits, three scales, cutout", s, _cells(*options, augment=CUT), s)
        for s in ("scales and exits", "scales, exits, cutout")
        for options in [("scales=3", "exits=all")]
    ),
)


class Experiment:
    """All that is measured, kept in a folder.

    Args:
        out: The folder.
        sizes: How large the experiment is.
        data_dir: The folder in which the data set lies.
        n_workers: How many processes measure; with 0 this one does.
    """

    def __init__(
        self, out: Path, sizes: Sizes, *, data_dir: str | None = None, n_workers: int = 1
    ) -> None:
        self.out, self.sizes, self.data_dir, self.n_workers = out, sizes, data_dir, n_workers
        self.file = out / "networks.csv"
        (out / "searches").mkdir(parents=True, exist_ok=True)
        by_hand = self._opened(Setting("msdnet"), seed=0)
        cost = by_hand.cost(by_hand.canonical(by_hand.space.encode(BY_HAND)))
        self.max_flops, self.max_params = int(cost.flops), int(cost.params)
        self._check_limits()

    def _check_limits(self) -> None:
        """Keep the sizes with what they gave, and refuse to go on with others."""
        file = self.out / "limits.json"
        limits = {"max_flops": self.max_flops, "max_params": self.max_params}
        own = {**asdict(self.sizes), **limits}
        if file.is_file() and json.loads(file.read_text()) != own:
            raise ValueError(f"{self.out} holds an experiment of other sizes; name another")
        file.write_text(json.dumps(own))

    def run(self, jobs: Sequence[Job], *, seeds: Iterable[int]) -> None:
        """Search and train what is still missing, seed by seed."""
        for seed in seeds:
            for job in jobs:
                done = {(row.group, row.name, row.seed) for row in read(self.file)}
                if (job.group, job.name, seed) not in done:
                    append(self.file, self._judged(job, seed=seed))

    def found(self, name: str, *, seed: int) -> dict[str, Any]:
        """The best architecture of a search, which is run where it was not yet."""
        file = self.out / "searches" / f"{name}-seed{seed}.json"
        if not file.is_file():
            plan, sizes = SEARCHES[name], self.sizes
            config = Config(
                problem=plan.setting.problem,
                option=self._options(plan.setting),
                data=sizes.data,
                data_dir=self.data_dir,
                data_seed=seed,
                image_size=sizes.image_size,
                subset=sizes.n_searched,
                epochs=sizes.searched_epochs,
                augment=plan.setting.augment,
                objectives=(plan.objective,),
                constraint=(f"params<={self.max_params}",) if plan.is_bounded else (),
                algorithm="ageing",
                pop_size=max(2, sizes.evaluations // 2),
                evaluations=sizes.evaluations,
                seed=seed,
                n_jobs=self.n_workers,
            )
            began, result = time.monotonic(), search(config)
            architecture = result.problem.decode(result.front[0].genome)
            file.write_text(json.dumps(architecture))
            print(f"seed {seed}, search {name}: {time.monotonic() - began:.0f} s", flush=True)
        return dict(json.loads(file.read_text()))

    def _judged(self, job: Job, *, seed: int) -> Judged:
        """Train a network and judge every exit on the test images."""
        whole = self.found(job.search, seed=seed) if job.search else BY_HAND
        problem = self._opened(job.setting, seed=seed)
        space, began = problem.space, time.monotonic()
        genome = problem.canonical(space.encode({name: whole[name] for name in space.names}))
        flops = problem.exits(genome).alone
        wanted = [f"test_acc_{k}" for k in range(1, len(flops) + 1)]
        measured = problem.measure(genome, wanted, seed=seed).metrics
        row = Judged(
            group=job.group,
            name=job.name,
            seed=seed,
            params=int(problem.cost(genome).params),
            flops=json.dumps([int(each) for each in flops]),
            accuracy=json.dumps([round(measured[name], 4) for name in wanted]),
            seconds=round(time.monotonic() - began, 2),
            architecture=json.dumps(space.decode(genome)),
        )
        print(f"seed {seed}, {job.group}: {job.name}: {row.accuracy}", flush=True)
        return row

    def _options(self, setting: Setting) -> tuple[str, ...]:
        return (*setting.options, f"max_budget={self.max_flops}")

    def _opened(self, setting: Setting, *, seed: int) -> TrainedProblem:
        options = self._options(setting) if hasattr(self, "max_flops") else setting.options
        settings = Settings(
            data=self.sizes.data,
            data_dir=self.data_dir,
            data_seed=seed,
            image_size=self.sizes.image_size,
            subset=self.sizes.n_trained,
            epochs=self.sizes.trained_epochs,
            augment=setting.augment,
            options=tuple(tuple(each.split("=")) for each in options),
        )
        return ProblemSpec(setting.problem, settings).open()


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--data-dir")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--quick", action="store_true", help="tiny networks on digits")
    given = parser.parse_args(arguments)
    sizes = QUICK if given.quick else Sizes()
    experiment = Experiment(given.out, sizes, data_dir=given.data_dir, n_workers=given.workers)
    experiment.run((*RIVALS, *ABLATION), seeds=range(given.seeds))
    report(read(experiment.file), max_flops=experiment.max_flops, out=given.out)


if __name__ == "__main__":
    main()
