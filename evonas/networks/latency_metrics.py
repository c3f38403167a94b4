"""Latencies that a search counts: by a look-up table, or predicted by a fitted model."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping
from pathlib import Path

from evonas.hardware.latency_ways import LatencyWays
from evonas.hardware.operator_table import Operator, OperatorTable
from evonas.hardware.table_files import read_table
from evonas.networks.layers import layer_table
from evonas.networks.metrics import Context, Network
from evonas.networks.operators import operators_of
from evonas.objectives import Metric
from evonas.problem import Settings

logger = logging.getLogger("evonas")
LATENCY_TABLE = Metric("latency_table", "s", "latency by look-up table", +1, when="counted")
LATENCY_PREDICTED = Metric("latency_predicted", "s", "predicted latency", +1, when="counted")
_said: set[tuple[str, Operator]] = set()


class TableLatency:
    """Seconds of one pass, as the sum of a look-up table's seconds of the operators."""

    metrics = (LATENCY_TABLE,)

    def check_settings(self, settings: Settings) -> None:
        """Refuse settings without a table that can be read.

        Raises:
            ValueError: No table is named, or the file is none.
            FileNotFoundError: There is no such file.
        """
        _table(settings.latency)

    def measure(
        self, network: Network, context: Context, *, wanted: Collection[str]
    ) -> Mapping[str, float]:
        """Look up every operator of the network; what is estimated is told once."""
        table = _table(context.latency)
        layers = layer_table(network.build, network.input_shape)
        placed = operators_of(layers, is_fused=table.is_fused)
        looked = table.look_up([each.operator for each in placed])
        for operator in looked.estimated:
            if (table.device, operator) not in _said:
                _said.add((table.device, operator))
                logger.warning("the look-up table lacks %s: estimated by others", operator)
        return {"latency_table": looked.seconds}


class PredictedLatency:
    """Seconds of one pass, as the calibrated time model of a carbon file predicts them."""

    metrics = (LATENCY_PREDICTED,)

    def check_settings(self, settings: Settings) -> None:
        """Refuse assumptions without a calibration.

        Raises:
            ValueError: The carbon file has none.
        """
        if settings.carbon.calibration is None:
            raise ValueError(
                "latency_predicted needs a calibrated time model: --carbon FILE, which evonas "
                "calibrate writes"
            )

    def measure(
        self, network: Network, context: Context, *, wanted: Collection[str]
    ) -> Mapping[str, float]:
        """Multiply what the network does by what the model was fitted to."""
        calibration = context.assumptions.calibration
        assert calibration is not None
        batch, operations = context.latency.batch, network.cost.operations
        return {"latency_predicted": calibration.inference.seconds(operations, batch=batch)}


def _table(ways: LatencyWays) -> OperatorTable:
    if not ways.table:
        raise ValueError(
            "latency_table needs a look-up table: --latency-table FILE, which evonas latency "
            "--problem NAME --table FILE measures"
        )
    return read_table(Path(ways.table))
