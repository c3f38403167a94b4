"""What a search has brought for its energy, and where it was saturated, in words."""

from __future__ import annotations

from evonas.reports.text import energy
from evonas.runs.price_tag import PriceTag
from evonas.runs.returns import Returns

SHARES = (0.9, 0.99)  # of the last hypervolume


def returns_in_words(tag: PriceTag) -> str:
    """Where a run was saturated, and what the last fifth of its energy has brought.

    Args:
        tag: The run's price tag.

    Returns:
        A sentence; why nothing can be said of a run that has no hypervolume.
    """
    try:
        found = Returns.of(tag)
    except ValueError as error:
        return f"No point of saturation: {error}."
    total = found.kwh[-1]
    reached = " and ".join(
        f"{100 * share:g} % of it after {100 * found.saturation_kwh(share) / total:.0f} %"
        for share in SHARES
    )
    told = (
        f"{found.name}: hypervolume {found.hypervolume[-1]:.4f} for {energy(total)}, {reached} "
        "of that energy"
    )
    gain = found.gains[-1]
    if gain is None:
        return f"{told}."
    brought = f"{100 * gain.share:.2g} % of the hypervolume"
    rate = f"{100 * gain.share / gain.spent:.3g}%/kWh"
    return f"{told}; the last {100 * gain.part:.0f} % of it brought {brought}, {rate}."
