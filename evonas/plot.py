"""``python -m evonas.plot``: pictures of runs."""

from evonas.commands.plot import main

if __name__ == "__main__":
    raise SystemExit(main())
