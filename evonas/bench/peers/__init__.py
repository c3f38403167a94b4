"""Other people's optimisers, run for real beside ours.

Modules:
    task: What a peer is given to search in, and whom it asks.
    registry: Who the peers are, and what each needs.
    running: Running a peer: in this process, in one of its own, or in another Python.
    measured: What a peer measures of a problem of ours.
    conversation: A peer in a process of its own, seen from the process that owns it.
    peer_process: The process of a peer, which may be of a Python that has no evonas.
    pymoo_nsga2: Pymoo's NSGA-II with the recipe for integers of its documentation.
    optuna_samplers: Optuna's samplers: NSGA-II, the tree-structured Parzen estimator and the
        Gaussian process.
    syne_tune_morea: Syne Tune's ageing evolution for several objectives, asked for one trial at
        a time.
    botorch_qlognehvi: BoTorch's noisy expected hypervolume improvement, with the counted
        objectives exact.
    ax_default: Ax as it comes: what it chooses itself for choices and several objectives.
    smac_parego: SMAC's random forest on random scalings of the objectives.
    deephyper_cbo: DeepHyper's Bayesian optimisation on random scalings of the objectives.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from evonas.lazy import attach

if TYPE_CHECKING:
    from evonas.bench.peers.measured import measured_by as measured_by
    from evonas.bench.peers.registry import PEERS as PEERS
    from evonas.bench.peers.registry import Peer as Peer
    from evonas.bench.peers.registry import check_peer as check_peer
    from evonas.bench.peers.registry import lacking as lacking
    from evonas.bench.peers.registry import peer_pythons as peer_pythons
    from evonas.bench.peers.running import run_peer as run_peer
    from evonas.bench.peers.task import PeerTask as PeerTask
    from evonas.bench.peers.task import SpentError as SpentError

__getattr__, __dir__, __all__ = attach(
    __name__,
    {
        "measured": ["measured_by"],
        "registry": ["PEERS", "Peer", "check_peer", "lacking", "peer_pythons"],
        "running": ["run_peer"],
        "task": ["PeerTask", "SpentError"],
    },
)
