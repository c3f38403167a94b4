"""``python -m evonas.run``: one search, or another command."""

from evonas.commands.main import main

if __name__ == "__main__":
    raise SystemExit(main())
