"""``python -m evonas.plot``: the same as ``evonas plot``."""

import sys
from collections.abc import Sequence

from evonas.commands.main import main as run


def main(argv: Sequence[str] | None = None) -> int:
    """Draw runs from the command line.

    Args:
        argv: the arguments; those of the process if left out.

    Returns:
        0, or 2 after a mistake, said in one line.
    """
    return run(["plot", *(sys.argv[1:] if argv is None else argv)])


if __name__ == "__main__":
    raise SystemExit(main())
