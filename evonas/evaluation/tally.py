"""What measurements have taken together, the same in whatever order they came."""

from __future__ import annotations

from fractions import Fraction

from evonas.record import Record


class Tally:
    """Sums of what records took.

    They are exact, so that a search that is resumed, or has other workers, comes to the same
    sums to the last digit.

    Attributes:
        flops: FLOPs of all trainings together, those that failed included, exactly.
    """

    def __init__(self) -> None:
        self.flops = Fraction()
        self._busy = Fraction()
        self._cpu = Fraction()

    def add(self, record: Record) -> None:
        """Count one measurement."""
        self.flops += Fraction(record.effort)
        self._busy += Fraction(record.seconds)
        self._cpu += Fraction(record.core_seconds)

    def __add__(self, other: Tally) -> Tally:
        both = Tally()
        both.flops = self.flops + other.flops
        both._busy = self._busy + other._busy
        both._cpu = self._cpu + other._cpu
        return both

    @property
    def fpo(self) -> float:
        """FLOPs of all trainings together, those that failed included."""
        return float(self.flops)

    @property
    def busy_seconds(self) -> float:
        """Seconds that all measurements took together."""
        return float(self._busy)

    @property
    def cpu_seconds(self) -> float:
        """Seconds of processor cores that all measurements took together."""
        return float(self._cpu)
