"""A search that is looked at before it begins: ``evonas --dry-run``."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from evonas.carbon.spend import Spend
from evonas.config import Config
from evonas.engine.plan import SearchPlan
from evonas.engine.preflight import Preflight, preflight
from evonas.engine.run_directory import check_place
from evonas.evaluation.worker import WorkerError
from evonas.listener import Start
from evonas.reports.forecast import forecast
from evonas.reports.opening import opening
from evonas.reports.text import complain
from evonas.runs.folder import RECORDS
from evonas.runs.journal import read_measurements
from evonas.runs.manifest import check_same_prices

INTERRUPTED = 130
NOTHING = Spend(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, method="nothing was searched")


def run(config: Config, folder: Path, *, resume: bool, is_quiet: bool, as_json: bool) -> int:
    """Say what a search would take, whether it can find anything, and write nothing.

    Args:
        config: the config of the search.
        folder: the run directory that it would have.
        resume: whether that is there already, to be gone on with.
        is_quiet: whether to say nothing of what goes on.
        as_json: whether to print one JSON object in place of words.

    Returns:
        0, 2 after a mistake, said in one line, and 130 after Ctrl-C.
    """
    is_silent = is_quiet or not sys.stderr.isatty()

    def tell(step: str) -> None:
        if not is_silent:
            print(f"evonas: {step} ...", file=sys.stderr, flush=True)

    try:
        resolved, found = looked_at(config, folder, resume=resume, on_step=tell)
    except (WorkerError, ValueError, OSError) as error:
        return complain(error)
    except KeyboardInterrupt:
        return complain("interrupted; nothing was written", status=INTERRUPTED)
    if as_json:
        print(json.dumps({"config": config.as_dict(), **found.as_dict()}, indent=2))
        return 0
    start = Start(config, resolved, spend=lambda: NOTHING)
    print("\n".join([*opening(start), "", *forecast(found), "", "Nothing was written."]))
    return 0


def looked_at(
    config: Config, folder: Path | None, *, resume: bool, on_step: Callable[[str], object]
) -> tuple[dict[str, Any], Preflight]:
    """What is settled of a search, and what is known of it before it begins.

    Args:
        config: the config of the search.
        folder: the run directory that it would have; ``None`` for none.
        resume: whether that is there already, to be gone on with.
        on_step: told what is done next, in words.

    Raises:
        ValueError: Something in the config does not fit, or the run is damaged.
        OSError: A file is not there, or cannot be read.
        WorkerError: A worker process cannot open the problem.
    """
    plan = SearchPlan.of(config)
    check_place(plan, folder, resume=resume)
    known = read_measurements(folder / RECORDS) if folder and resume else {}
    with plan.executor:
        on_step("opening the problem, and starting workers")
        plan.check()
        resolved = plan.resolved()
        if folder and resume:
            check_same_prices(folder, resolved)
        return resolved, preflight(plan, known=known, on_step=on_step)
