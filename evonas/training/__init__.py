"""Training candidates, and judging them without a training.

Modules:
    anytime: The task of networks with several exits: answers by budget, and answers by
        confidence.
    average: The exponential moving average of a network's weights.
    batches: Batches of inputs as networks take them: how many, normalised, augmented, how
        precise.
    chained_problem: Problems whose networks are chains of parts.
    checkpoint: What a training leaves behind, for a later one to go on with.
    chosen_data: The data set that a problem's settings name.
    continuation: A training in several steps: each goes on where the one before it ended.
    device: Where networks are trained, and with how many threads.
    full_recipe: How a chosen architecture is trained in full.
    full_training: The full training of a chosen network, one epoch at a time.
    graph_problem: Problems whose networks are graphs of parts.
    judging: Judging a network by the images of a part of a data set.
    loop: Proxy training: a short, seeded training over tensors that are already in memory.
    probe: The first steps of a candidate's training, timed, and what a whole training takes by
        them.
    proxies: Training-free proxies of accuracy: what one minibatch tells of an untrained
        network.
    recipe: How every candidate of a search is trained.
    rehearsal: Trying one network out before a search trusts its trainings to the problem.
    saved_state: Files of tensors and plain values, written whole and read without running code.
    tasks: What networks are trained for: the loss of their outputs, and the scores.
    timings: Timing the networks of a space, to fit how long its operations take.
    torch_state: What torch has set for a whole process, to be put back after a candidate.
    trained_problem: Problems whose architectures are networks: built, counted and briefly
        trained.
    untrained: What the providers of a problem tell of one network without training it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from evonas.lazy import attach

if TYPE_CHECKING:
    from evonas.training.anytime import Anytime as Anytime
    from evonas.training.chained_problem import ChainedProblem as ChainedProblem
    from evonas.training.checkpoint import Checkpoint as Checkpoint
    from evonas.training.device import choose_device as choose_device
    from evonas.training.full_recipe import FullRecipe as FullRecipe
    from evonas.training.full_training import FullTraining as FullTraining
    from evonas.training.graph_problem import GraphProblem as GraphProblem
    from evonas.training.judging import inputs as inputs
    from evonas.training.loop import Training as Training
    from evonas.training.loop import train as train
    from evonas.training.proxies import grad_norm as grad_norm
    from evonas.training.proxies import jacob_cov as jacob_cov
    from evonas.training.proxies import naswot as naswot
    from evonas.training.proxies import snip as snip
    from evonas.training.proxies import synflow as synflow
    from evonas.training.recipe import Recipe as Recipe
    from evonas.training.recipe import learning_rate as learning_rate
    from evonas.training.tasks import Classification as Classification
    from evonas.training.tasks import Task as Task
    from evonas.training.timings import designed_sample as designed_sample
    from evonas.training.timings import measure_timings as measure_timings
    from evonas.training.trained_problem import TrainedProblem as TrainedProblem

__getattr__, __dir__, __all__ = attach(
    __name__,
    {
        "anytime": ["Anytime"],
        "chained_problem": ["ChainedProblem"],
        "checkpoint": ["Checkpoint"],
        "device": ["choose_device"],
        "full_recipe": ["FullRecipe"],
        "full_training": ["FullTraining"],
        "graph_problem": ["GraphProblem"],
        "judging": ["inputs"],
        "loop": ["Training", "train"],
        "proxies": ["synflow", "snip", "grad_norm", "naswot", "jacob_cov"],
        "recipe": ["Recipe", "learning_rate"],
        "timings": ["designed_sample", "measure_timings"],
        "tasks": ["Classification", "Task"],
        "trained_problem": ["TrainedProblem"],
    },
)
