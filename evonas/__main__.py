"""``python -m evonas``: the same as ``evonas``."""

from evonas.commands.main import main

if __name__ == "__main__":
    raise SystemExit(main())
