"""Published networks in words: what one more point of accuracy takes."""

from __future__ import annotations

import csv
import math
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

from evonas.networks.published import RESNETS, Published, Step, best_for_their_flops
from evonas.reports.text import aligned

HEADER = ("network", "top-1 [%]", "parameters", "flops [FLOP]", "side [px]", "newer top-1 [%]")


def zoo_in_words(networks: Sequence[Published], newer: Sequence[Published]) -> list[str]:
    """The best for their FLOPs and the ResNet family, with what each step takes.

    Args:
        networks: The networks, all of one recipe's weights.
        newer: Those of them that have weights of a newer recipe.
    """
    best = best_for_their_flops(networks)
    family = [each for each in networks if each.name in RESNETS]
    both = {each.name: each for each in newer}
    pairs = [(each, both[each.name]) for each in networks if each.name in both]
    gains = sorted(new.top1 - old.top1 for old, new in pairs)
    brings = f"{gains[len(gains) // 2]:.1f} points (median; {gains[0]:.1f} to {gains[-1]:.1f})"
    return [
        f"{len(networks)} networks, judged by torchvision (top-1 on ImageNet, its first "
        "weights); FPO is twice the multiply-accumulates that it publishes.",
        "",
        "The best for their FPO, and what the step to each takes:",
        *_steps(best),
        _in_all(best),
        "",
        "The ResNet family alone:",
        *_steps(family),
        _in_all(family),
        "",
        f"A newer recipe of training, at the same FPO of an answer, brings {len(pairs)} of "
        f"them {brings}.",
    ]


def _steps(networks: Sequence[Published]) -> list[str]:
    header = ["network", "top-1 [%]", "parameters", "GFLOP", "for one point more"]
    rows = [_row(networks[0], None)]
    rows += [_row(dear, Step.between(cheap, dear)) for cheap, dear in pairwise(networks)]
    return aligned([*header, "points by doubling"], rows, n_left=1)


def _row(network: Published, step: Step | None) -> list[str]:
    cells = [
        network.name,
        f"{network.top1:.2f}",
        f"{network.params / 1e6:.1f} M",
        f"{network.flops / 1e9:.3g}",
    ]
    if step is None:
        return [*cells, "", ""]
    takes = "never" if math.isinf(step.flops_per_point) else f"{step.flops_per_point / 1e9:.3g}"
    return [*cells, takes, f"{step.points_per_doubling:.2g}"]


def _in_all(networks: Sequence[Published]) -> str:
    """The first half of all doublings of FLOPs beside the second."""
    cheap, dear = networks[0], networks[-1]
    middle = min(
        networks[1:-1], key=lambda each: abs(each.flops**2 / cheap.flops / dear.flops - 1)
    )
    first, last = Step.between(cheap, middle), Step.between(middle, dear)
    below, above = middle.flops / cheap.flops, dear.flops / middle.flops
    harder = last.flops_per_point / first.flops_per_point
    return (
        f"From {cheap.name} to {middle.name} {below:.3g} times the FPO bring "
        f"{first.points:.1f} points; from there to {dear.name} {above:.3g} times bring "
        f"{last.points:.1f}, {harder:.3g} times as many FLOPs a point."
    )


def write_zoo(file: Path, networks: Sequence[Published], newer: Sequence[Published]) -> None:
    """All networks as a table, ascending in FLOPs.

    Args:
        file: The CSV that is written.
        networks: The networks, all of one recipe's weights.
        newer: Those of them that have weights of a newer recipe.
    """
    recent = {each.name: f"{each.top1:g}" for each in newer}
    with file.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.writer(opened, lineterminator="\n")
        writer.writerow(HEADER)
        for each in networks:
            values = (f"{each.top1:g}", each.params, f"{each.flops:.6g}", each.side)
            writer.writerow([each.name, *values, recent.get(each.name, "")])
