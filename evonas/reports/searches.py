"""The searches of the literature in words: what they cost, and when they have paid."""

from __future__ import annotations

import csv
import math
from collections.abc import Collection
from pathlib import Path

from evonas.carbon.literature import Network
from evonas.carbon.paid_back import EPOCHS, PaidBack, paid_back, unpriced
from evonas.reports.text import aligned

N_SHOWN = 12
HEADER = (
    *("network", "top-1 [%]", "search [GPU h]", "accelerator", "search [kg]"),
    *("against", "trainings", "images", "source"),
)


def searches_in_words(networks: Collection[Network]) -> list[str]:
    """When searches have paid for themselves against equally accurate networks made by hand.

    Args:
        networks: Searched networks, and networks made by hand.
    """
    found, missing = paid_back(networks), unpriced(networks)
    never = [each for each in found if math.isinf(each.trainings)]
    compared = {each.ours.name for each in found}
    beyond = [n for n in networks if n.search_kg is not None and n.name not in compared]
    header = ["", "top-1 [%]", "search [kg]", "against", "trainings", "answers [M]"]
    rows = [_row(each) for each in found if math.isfinite(each.trainings)]
    return [
        f"When {len(found)} searches have paid for themselves, each against the cheapest "
        "network made by hand that is as accurate; Eq. 1 on published hours and own "
        f"accelerators, and for trainings of {EPOCHS} epochs and answers on the hours that "
        f"FLOPs take on a V100; the first {min(N_SHOWN, len(rows))}, and the last:",
        *aligned(header, [*rows[:N_SHOWN], *rows[N_SHOWN:][-1:]], n_left=1),
        f"Never: {', '.join(each.ours.name for each in never) or 'none'}.",
        "More accurate than any made by hand here, or of unpublished multiply-accumulates: "
        f"{', '.join(n.name for n in beyond) or 'none'}.",
        "Without published hours, or on an accelerator that is not listed: "
        f"{', '.join(_missing(n) for n in missing) or 'none'}.",
    ]


def _row(each: PaidBack) -> list[str]:
    return [
        each.ours.name,
        f"{each.ours.top1:.1f}",
        f"{each.search_kg:,.3g}" if each.search_kg < 1000 else f"{each.search_kg:,.0f}",
        f"{each.theirs.name} ({each.theirs.top1:.1f})",
        f"{math.ceil(each.trainings):,}",
        f"{each.images / 1e6:,.0f}",
    ]


def _missing(network: Network) -> str:
    return f"{network.name} ({network.accelerator})" if network.accelerator else network.name


def write_searches(file: Path, networks: Collection[Network]) -> Path:
    """All searched networks as a table, with when each search has paid for itself.

    Args:
        file: The CSV that is written.
        networks: Searched networks, and networks made by hand.

    Returns:
        The file.
    """
    found = {each.ours.name: each for each in paid_back(networks)}
    with file.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.writer(opened, lineterminator="\n")
        writer.writerow(HEADER)
        for network in networks:
            if network.is_searched:
                writer.writerow(_cells(network, found.get(network.name)))
    return file


def _cells(network: Network, found: PaidBack | None) -> list[str]:
    hours, kg = network.search_gpu_hours, network.search_kg
    return [
        network.name,
        f"{network.top1:g}",
        "" if hours is None else f"{hours:g}",
        network.accelerator or ("" if hours is None else "V100 assumed"),
        "" if kg is None else f"{kg:.6g}",
        found.theirs.name if found else "",
        f"{found.trainings:.6g}" if found else "",
        f"{found.images:.6g}" if found else "",
        network.source,
    ]
