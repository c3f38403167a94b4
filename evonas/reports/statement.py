"""The compute and carbon of a run in words and tables, ready for a paper."""

from __future__ import annotations

import re
from collections.abc import Sequence

from evonas.runs.price_tag import PriceTag

_POWER = re.compile(r"\b(\d(?:\.\d+)?)e([+-]\d+)\b")


def paragraph(tag: PriceTag) -> str:
    """A paragraph for a paper's section on compute and carbon."""
    failed = len(tag.run.failures)
    failures = f" ({failed} of them failed, and count as well)" if failed else ""
    machine = tag.tariff
    power = f"{machine.core_w:g} W per processor core"
    if machine.accelerator_w:
        power = f"{machine.accelerator_w:g} W for the accelerator and {power}"
    return (
        f"The search ({tag.config.algorithm}, seed {tag.config.seed}) trained and evaluated "
        f"{tag.n_trials:,} architectures{failures}.{_flops(tag)} It kept its workers busy for "
        f"{_digits(tag.busy_hours)} hours in all and took {_digits(tag.kwh)} kWh, by measured "
        f"time and {power} where no meter counts, at a power usage effectiveness of "
        f"{machine.pue:g}. At {machine.intensity_g_per_kwh:g} g CO2e/kWh that emitted "
        f"{_digits(tag.kg)} kg CO2e.{_machine(tag)}"
        f"{_times(tag)}"
    )


def table(tags: Sequence[PriceTag]) -> tuple[list[str], list[list[str]]]:
    """The same numbers run by run: header and rows of text."""
    header = ["run", "trials", "failed", "FPO", "E", "D", "H", "busy h", "kWh", "kg CO2e"]
    rows = []
    for tag in tags:
        example, examples, trials = tag.split or (0.0, 0.0, tag.n_trials)
        rows.append(
            [
                tag.run.name,
                f"{tag.n_trials:,}",
                f"{len(tag.run.failures):,}",
                _digits(tag.fpo) if tag.fpo else "-",
                _digits(example) if example else "-",
                f"{examples:,.0f}" if examples else "-",
                f"{trials:,}",
                _digits(tag.busy_hours),
                _digits(tag.kwh),
                _digits(tag.kg),
            ]
        )
    return header, rows


def markdown(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table in Markdown."""
    lines = [header, ["---", *["---:"] * (len(header) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def latex(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table in LaTeX, with the rules of ``booktabs``."""
    head, *body = (" & ".join(map(escaped, line)) + r" \\" for line in (header, *rows))
    columns = "l" + "r" * (len(header) - 1)
    rules = [rf"\begin{{tabular}}{{{columns}}}", r"\toprule", head, r"\midrule"]
    return "\n".join([*rules, *body, r"\bottomrule", r"\end{tabular}"])


def _machine(tag: PriceTag) -> str:
    """What it ran on and with, as far as the run tells."""
    told = tag.run.environment
    if not told:
        return ""
    packages = told.get("packages") or {}
    versions = ", ".join(f"{name} {packages[name]}" for name in sorted(packages))
    device = tag.run.resolved.get("device", "cpu")
    return (
        f" It ran on {told.get('n_cores', '?')} cores of {told.get('platform', 'a machine')} "
        f"(device {device}) with Python {told.get('python', '?')} and {versions}."
    )


def _times(tag: PriceTag) -> str:
    """Where the times of the networks' lives come from, where they were calibrated."""
    fitted = tag.config.assumptions.calibration
    return f" Times of networks in their lives were {fitted}." if fitted else ""


def _flops(tag: PriceTag) -> str:
    if not tag.fpo:
        return ""
    split = ""
    if tag.split:
        example, examples, trials = tag.split
        split = (
            f", that is E x D x H = {_digits(example)} FLOP per forward pass x "
            f"{examples:,.0f} passes per trial x {trials:,} trials"
        )
    return (
        f" All trainings together took {_digits(tag.fpo)} floating-point operations{split} "
        "(a backward pass counts as two forward ones)."
    )


def _digits(value: float) -> str:
    return f"{value:.3g}"


def escaped(text: str) -> str:
    """A text with the characters escaped that LaTeX would take for commands.

    Numbers with an exponent, such as 1.9e+13, become powers of ten.
    """
    plain = re.sub(r"[_%&#$]", r"\\\g<0>", text)
    return _POWER.sub(lambda found: _as_power(found[1], int(found[2])), plain)


def _as_power(digits: str, exponent: int) -> str:
    return rf"${digits} \times 10^{{{exponent}}}$"
