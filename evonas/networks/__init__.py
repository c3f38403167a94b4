"""What networks are made of, and what they cost.

Modules:
    auxiliary: Heads that a network learns by and does not answer with.
    blocks: The building blocks that the shipped spaces share: convolution, batch norm,
        activation.
    building: Networks as strangers write them, brought to where they can be counted or trained.
    cell_costs: What the networks of benchmarks' cells cost, by formula.
    cell_graph: Cells of two inputs as nodes of a graph, each operation a part of its own.
    cell_strings: Cells as benchmarks write them, an operation for every edge of four nodes.
    cell_tables: Tables of the cells of NAS-Bench-201: their space, strings and costs.
    cells: Networks of repeated cells, each a small graph of operations.
    chain: Networks that are chains of parts, of which each kind is counted only once.
    clocks: What one pass takes by a clock, and the shortest of many passes of many networks.
    costs: Metrics that follow from counting a network: its size, its trainings, its carbon.
    counting: What one forward pass costs, counted exactly, without values where that can be.
    drop_path: Leaving out whole paths of a network at random, while it learns.
    early_exits: Chains of parts with exits on the way, as graphs.
    exits: Networks with several exits: which exit answers, by budget or by confidence.
    formulas: What one operator costs: contractions have formulas, and everything else costs
        nothing.
    genotypes: Cells of two inputs whose nodes add two operations each, and how DARTS writes
        them.
    graph: Networks that are graphs of parts, with one exit or several.
    inputs: What a network takes: one tensor or several, each of some shape and kind of number.
    joining: What makes one feature map of several: their sum, or all of their channels.
    latency_metrics: Latencies that a search counts: by a look-up table, or predicted by a
        fitted model.
    layers: The layers of a network: what each of them does, gives and costs, and what feeds it.
    layout: How images lie in memory: channels last where a network bears that, else channels
        first.
    memory: Bytes that a network takes where it lives.
    metrics: What tells more about untrained networks: providers of metrics, and what they are
        given.
    mobile: The layers of the MobileNets: inverted bottlenecks, and squeeze and excitation.
    motifs: Motifs: small graphs whose edges carry labels, and the one spelling of each.
    multi_scale: Multi-scale networks of one pair of cells, in words: which cells there are, and
        how large.
    multi_scale_graph: Multi-scale networks as graphs of parts.
    on_target: Metrics of networks where they will live: time, energy and memory.
    operators: The operators of a network, as look-up tables know them.
    outputs: What networks give: a tensor, several in a row, or several by name.
    primitives: The operations of differentiable architecture search, by the names that papers
        give them.
    published: What torchvision publishes with the weights of its networks, read offline.
    receptive_field: How much of the input one position of a feature map sees, operator by
        operator.
    recording: What runs in a pass of a network, kernel by kernel.
    repeats: Timing passes again and again: the shortest counts, and how the others spread is
        kept.
    replay: The layers of a network one by one, each ready to run again on what it was given.
    stages: Networks of stages: which of them halve their maps, and the one way to spell them.
    sum_cells: Cells whose nodes sum what operations make of the nodes before them.
    temporal_blocks: The building blocks of networks for sequences: as those for images, along
        one axis.
    timing: Passes of networks, made to be timed: of training, and of inference.
    tracing: Which buffers a pass of a network reads and makes, watched on the go.
    vertex_cells: Cells of NAS-Bench-101: which vertices live, and which cells are one.
    zoo: Networks by name, to be compared with: torchvision's, or any that a user names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from evonas.lazy import attach

if TYPE_CHECKING:
    from evonas.networks.blocks import Bottleneck as Bottleneck
    from evonas.networks.blocks import Classifier as Classifier
    from evonas.networks.blocks import InvertedResidual as InvertedResidual
    from evonas.networks.blocks import Residual as Residual
    from evonas.networks.blocks import convolution as convolution
    from evonas.networks.blocks import depthwise_separable as depthwise_separable
    from evonas.networks.cell_costs import vertex_channels as vertex_channels
    from evonas.networks.cells import CellModule as CellModule
    from evonas.networks.cells import CellNetwork as CellNetwork
    from evonas.networks.chain import Branch as Branch
    from evonas.networks.chain import Part as Part
    from evonas.networks.chain import count_chain as count_chain
    from evonas.networks.costs import ExitFlops as ExitFlops
    from evonas.networks.counting import count as count
    from evonas.networks.counting import count_through as count_through
    from evonas.networks.exits import Exits as Exits
    from evonas.networks.exits import anytime_area as anytime_area
    from evonas.networks.graph import ExitLogits as ExitLogits
    from evonas.networks.graph import Graph as Graph
    from evonas.networks.graph import GraphNetwork as GraphNetwork
    from evonas.networks.graph import Node as Node
    from evonas.networks.graph import count_exits as count_exits
    from evonas.networks.graph import count_graph as count_graph
    from evonas.networks.graph import exit_costs as exit_costs
    from evonas.networks.inputs import Input as Input
    from evonas.networks.layers import Layer as Layer
    from evonas.networks.layers import LayerTable as LayerTable
    from evonas.networks.layers import layer_table as layer_table
    from evonas.networks.memory import model_bytes as model_bytes
    from evonas.networks.memory import peak_bytes as peak_bytes
    from evonas.networks.mobile import Resize as Resize
    from evonas.networks.mobile import SqueezeExcite as SqueezeExcite
    from evonas.networks.mobile import divisible as divisible
    from evonas.networks.mobile import mbconv as mbconv
    from evonas.networks.on_target import OnTarget as OnTarget
    from evonas.networks.primitives import primitive as primitive
    from evonas.networks.stages import gathered as gathered
    from evonas.networks.stages import halving as halving
    from evonas.networks.temporal_blocks import TemporalClassifier as TemporalClassifier
    from evonas.networks.temporal_blocks import TemporalResidual as TemporalResidual
    from evonas.networks.temporal_blocks import temporal_convolution as temporal_convolution
    from evonas.networks.temporal_blocks import temporal_separable as temporal_separable
    from evonas.networks.timing import inference_seconds as inference_seconds
    from evonas.networks.timing import training_seconds as training_seconds
    from evonas.networks.zoo import count_network as count_network

__getattr__, __dir__, __all__ = attach(
    __name__,
    {
        "blocks": [
            "convolution",
            "depthwise_separable",
            "InvertedResidual",
            "Residual",
            "Bottleneck",
            "Classifier",
        ],
        "cell_costs": ["vertex_channels"],
        "cells": ["CellNetwork", "CellModule"],
        "chain": ["Part", "Branch", "count_chain"],
        "costs": ["ExitFlops"],
        "counting": ["count", "count_through"],
        "exits": ["Exits", "anytime_area"],
        "graph": [
            "ExitLogits",
            "Graph",
            "GraphNetwork",
            "Node",
            "count_exits",
            "count_graph",
            "exit_costs",
        ],
        "inputs": ["Input"],
        "layers": ["Layer", "LayerTable", "layer_table"],
        "memory": ["peak_bytes", "model_bytes"],
        "mobile": ["mbconv", "SqueezeExcite", "Resize", "divisible"],
        "on_target": ["OnTarget"],
        "primitives": ["primitive"],
        "stages": ["halving", "gathered"],
        "temporal_blocks": [
            "temporal_convolution",
            "temporal_separable",
            "TemporalResidual",
            "TemporalClassifier",
        ],
        "timing": ["inference_seconds", "training_seconds"],
        "zoo": ["count_network"],
    },
)
