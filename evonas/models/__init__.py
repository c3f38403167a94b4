"""Trained networks to take home: trained in full, judged, written down, and loaded again.

Modules:
    answering: Answers of networks with several exits: by a budget of FLOPs, or by confidence.
    archive: A trained network as a file of ``torch.export``, which needs no code of its own.
    card: The card of a model: what it is, how good, what it cost, and how to load it.
    deployed: A trained network with its normalisation inside.
    epoch_time: How long an epoch of a full training takes, by a short trial, and how many a
        budget pays.
    family: A front that is trained in full: what is to be trained, and what came of each
        member.
    folder: The folder that a model stands in, and its files.
    instructions: How a model is loaded and fed, and how it answers early, in Markdown.
    judgement: How good a trained network is, with intervals, and how much that varies with the
        seed.
    known_exits: What a model folder tells of the exits of its network.
    measured_latency: Latencies that a search measures: by torch or ONNX Runtime here, or by a
        command.
    onnx_file: A trained network as an ONNX file.
    operator_times: Making look-up tables: every operator of a space timed once, and judged by
        whole networks.
    order: What is to be trained, completely.
    passes: Networks ready to run for the clock: by torch, or by ONNX Runtime.
    prediction: What a model says of image files.
    proxy_start: The weights of a search's short training, had again by training once more.
    rebuilt: A trained network built anew by its problem, where no export of it could be
        written.
    sittings: A full training with checkpoints, in as many sittings as it takes.
    sources: What a training takes from an opened problem: its images, and its untrained
        networks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from evonas.lazy import attach

if TYPE_CHECKING:
    from evonas.models.answering import Answers as Answers
    from evonas.models.answering import AnytimePredictor as AnytimePredictor
    from evonas.models.archive import LoadedModel as LoadedModel
    from evonas.models.archive import load_model as load_model

__getattr__, __dir__, __all__ = attach(
    __name__,
    {
        "answering": ["AnytimePredictor", "Answers"],
        "archive": ["LoadedModel", "load_model"],
    },
)
