"""What a trained model takes inputs for: ``evonas predict FOLDER IMAGE ...``."""

from __future__ import annotations

import json
from collections.abc import Sequence

from evonas.commands.training_parsers import predict_parser
from evonas.faults import printable
from evonas.models.archive import load_model
from evonas.models.prediction import predict
from evonas.reports.text import complain


def main(argv: Sequence[str] | None = None) -> int:
    """Print for every image or sequence its likeliest labels, with their probabilities.

    Args:
        argv: the arguments; those of the process if left out.

    Returns:
        0, or 2 after a mistake, said in one line.
    """
    given = predict_parser().parse_args(argv)
    try:
        model = load_model(given.folder)
        found = predict(
            model,
            given.images,
            n_best=given.top,
            budget=given.budget,
            confidence=given.confidence,
        )
    except (ValueError, OSError) as error:
        return complain(error)
    if given.json:
        plain = [
            {
                model.kind.name[:-1]: each.path,
                "labels": dict(each.shares),
                **({"exit": each.exit, "flops": each.flops} if each.exit else {}),
            }
            for each in found
        ]
        print(json.dumps(plain, indent=2, ensure_ascii=False))
        return 0
    width = max(len(printable(each.path)) for each in found)
    for each in found:
        shares = "  ".join(f"{printable(label)} {100 * p:.1f} %" for label, p in each.shares)
        took = f"  exit {each.exit}, {each.flops:,.0f} FLOPs" if each.exit else ""
        print(f"{printable(each.path):<{width}}  {shares}{took}")
    return 0
