"""Finding the listeners that a user names."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Mapping

from evonas.listener import Listener
from evonas.parsing import nearest
from evonas.plugins.importing import construct, load

LISTENER_GROUP = "evonas.listeners"
SHIPPED: Mapping[str, str] = {"tensorboard": "evonas.reports.tensorboard:TensorBoard"}


def listener_entries() -> dict[str, str]:
    """Import path by short name, of the listeners that are shipped and of those installed."""
    found = importlib.metadata.entry_points(group=LISTENER_GROUP)
    ordered = sorted(found, key=lambda entry: entry.name)
    return {**{entry.name: entry.value for entry in ordered}, **SHIPPED}


def check_listener(reference: str) -> None:
    """Refuse a listener of which nothing is known; none is imported for that.

    Args:
        reference: A short name, ``FILE.py:CLASS`` or ``MODULE:CLASS``.

    Raises:
        ValueError: There is no listener of that name.
    """
    entries = listener_entries()
    if reference not in entries and ":" not in reference and not reference.endswith(".py"):
        raise ValueError(
            f"unknown listener {reference!r}{nearest(reference, entries)}; choose from "
            f"{', '.join(entries)}, or name your own as FILE.py:CLASS or MODULE:CLASS"
        )


def make_listener(reference: str) -> Listener:
    """A listener by its name: a new one where a class or a factory is named.

    Args:
        reference: A short name, ``FILE.py:CLASS`` or ``MODULE:CLASS``.

    Raises:
        ValueError: There is no such listener, it is something else, or it cannot be made.
        FileNotFoundError: There is no such file.
    """
    check_listener(reference)
    found = load(listener_entries().get(reference, reference), kind=Listener)
    is_factory = callable(found) and not isinstance(found, Listener)
    listener = construct(found, reference) if is_factory else found
    if not isinstance(listener, Listener):
        kind = type(listener).__name__
        raise ValueError(f"{reference} is a {kind}; expected a subclass of evonas.Listener")
    return listener
