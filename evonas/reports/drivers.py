"""What drives a metric, in words and as JSON."""

from __future__ import annotations

from math import isnan
from typing import Any

from evonas.explanation.drivers import Drivers, Estimate, GeneEffect
from evonas.reports.text import aligned, number

TOP = 8  # genes of a table
MOST_CHOICES = 6  # in a line; of more, the lowest and the highest mean
LEAST_PAIR = 0.01  # share of a pair that is worth a word
MOST_PAIRS = 3


def lines_of_drivers(drivers: Drivers, *, top: int = TOP) -> list[str]:
    """Which genes drive a metric, in words and a table.

    Args:
        drivers: The genes of the metric.
        top: How many genes the table has.
    """
    metric = drivers.metric
    lines = [
        f"What drives {metric.column}, {drivers.how}: {drivers.basis}. Mean "
        f"{rounded(drivers.mean)}, standard deviation {rounded(drivers.std)}."
    ]
    lines += _reliability(drivers)
    if drivers.std == 0:
        return [*lines, "It is the same everywhere, so nothing drives it."]
    shown = [gene for gene in drivers.genes[:top] if gene.total.value > 0]
    rows = [[gene.gene, _share(gene.alone), _share(gene.total), _means(gene)] for gene in shown]
    lines += aligned(
        ["gene", "alone", "in all", f"mean {metric.name} by choice"], rows, n_left=4
    )
    n_idle = sum(gene.total.value <= 0 for gene in drivers.genes)
    n_more = len(drivers.genes) - len(shown) - n_idle
    rest = [f"{n_more} more with less"] * (n_more > 0)
    rest += [f"{n_idle} without any effect"] * (n_idle > 0)
    return [*lines, *([f"... and {', '.join(rest)}"] if rest else []), _together(drivers)]


def _reliability(drivers: Drivers) -> list[str]:
    found = drivers.reliability
    if found is None:
        return []
    said = (
        "Of pairs of records that it has not seen, the model orders "
        f"{50 * (1 + found.kendall):.0f} % rightly (Kendall's tau {found.kendall:.2f})."
    )
    if drivers.is_reliable:
        return [said]
    if isnan(found.kendall):  # it says one thing of all, or they are all equal
        said = "The model tells no two records apart."
    return [said, "NOT RELIABLE: do not conclude from this what drives it; measure more first."]


def rounded(value: float) -> str:
    """A number as tables show it, rounded to four digits however large it is.

    Args:
        value: The number.
    """
    return number(float(f"{value:.4g}"))


def _together(drivers: Drivers) -> str:
    """The strongest pairs whose interval leaves zero out, and all that is of several genes."""
    sure = [p for p in drivers.pairs if p.share.value >= LEAST_PAIR and p.share.low > 0]
    said = [f"{' x '.join(p.genes)} {_share(p.share)}" for p in sure[:MOST_PAIRS]]
    several = 1.0 - sum(gene.alone.value for gene in drivers.genes)
    whole = f"What genes do together beyond each alone makes {100 * max(0.0, several):.0f} %"
    return f"{whole}, most of all {', '.join(said)}." if said else f"{whole}."


def _share(estimate: Estimate) -> str:
    half = 100 * (estimate.high - estimate.value)
    value = f"{100 * max(0.0, estimate.value):.1f}"
    return f"{value} ± {half:.1f} %" if half > 0 else f"{value} %"


def _means(gene: GeneEffect) -> str:
    every = zip(gene.choices, gene.means, strict=True)
    pairs = [(choice, mean) for choice, mean in every if not isnan(mean.value)]
    if len(pairs) > MOST_CHOICES:
        ordered = sorted(pairs, key=lambda pair: pair[1].value)
        pairs = [ordered[0], ordered[-1]]
    return ", ".join(f"{choice}: {rounded(mean.value)}" for choice, mean in pairs)


def drivers_dict(drivers: Drivers) -> dict[str, Any]:
    """What drives a metric, as JSON has it: estimates as value and ends of the interval.

    Args:
        drivers: The genes of the metric.
    """
    found = drivers.reliability
    return {
        "metric": drivers.metric.name,
        "unit": drivers.metric.unit,
        "how": drivers.how,
        "basis": drivers.basis,
        "mean": drivers.mean,
        "std": drivers.std,
        "is_reliable": drivers.is_reliable,
        "kendall": found.kendall if found and not isnan(found.kendall) else None,
        "beyond_pairs": drivers.beyond_pairs if drivers.how == "exact" else None,
        "genes": [
            {
                "gene": gene.gene,
                "alone": _estimate_list(gene.alone),
                "total": _estimate_list(gene.total),
                "choices": [plain(choice) for choice in gene.choices],
                "means": [_estimate_list(mean) for mean in gene.means],
            }
            for gene in drivers.genes
        ],
        "pairs": [
            {"genes": list(pair.genes), "share": _estimate_list(pair.share)}
            for pair in drivers.pairs
        ],
    }


def _estimate_list(estimate: Estimate) -> list[float] | None:
    """Value, and the two ends of its interval; ``None`` where there is no value."""
    if isnan(estimate.value):
        return None
    return [estimate.value, estimate.low, estimate.high]


def plain(value: Any) -> Any:
    """A choice as JSON has it.

    Args:
        value: The choice: what is no number, text or truth value becomes the text it prints as.
    """
    if isinstance(value, (tuple, list)):
        return [plain(each) for each in value]
    return value if value is None or type(value) in (bool, int, float, str) else str(value)
