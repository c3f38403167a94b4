"""Assumptions in the words of a file, as users write them."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from dataclasses import asdict, fields
from typing import Any

from evonas.carbon.assumptions import RANGES, TRAININGS_PER_CITATION, Assumptions
from evonas.carbon.embodied import manufacture_of
from evonas.carbon.grids import FU2021_GRID, GRIDS, Grid, own_grid
from evonas.hardware.devices import DEVICES, Device
from evonas.hardware.roofline import Calibration, TimeModel
from evonas.hardware.targets import Target
from evonas.hardware.this_machine import NAME, this_machine

# The command line's words for what a file may set, and what each takes the place of.
CARBON_FLAGS: Mapping[str, tuple[str, ...]] = {
    "target": ("device",),
    "grid": ("grid", "intensity_g_per_kwh"),
    "intensity_g_per_kwh": ("grid", "intensity_g_per_kwh"),
    "pue": ("pue",),
    "trainings": ("trainings", "citations", "trainings_per_citation"),
    "citations": ("trainings", "citations"),
    "inferences": ("inferences",),
    "precision": ("precision",),
    "inference_batch": ("inference_batch",),
    "training_batch": ("training_batch",),
    "accelerators": ("accelerators",),
}


def overruled(settings: Mapping[str, Any], flags: Mapping[str, Any]) -> dict[str, Any]:
    """A file's settings with those of the command line in their places.

    Args:
        settings: What a carbon file says, value by word.
        flags: What the command line says, by the names of ``CARBON_FLAGS``; ``None`` where a
            flag was not given.
    """
    given = {name: value for name, value in flags.items() if value is not None}
    gone = {word for name in given for word in CARBON_FLAGS[name]}
    kept = {name: value for name, value in settings.items() if name not in gone}
    return {**kept, **{"device" if n == "target" else n: v for n, v in given.items()}}


def read_assumptions(settings: Mapping[str, Any]) -> Assumptions:
    """Assumptions in the words of a carbon file; what it leaves out stays as it is by default.

    ``device`` and ``grid`` are names of listed ones, or the fields of a ``Device`` or ``Grid``;
    a device's name may be followed by how the network runs there, as in ``a100:bf16:b32``.
    ``intensity_g_per_kwh`` stands for a grid of the user's own. ``citations`` times
    ``trainings_per_citation`` (50) stand for ``trainings``. ``embodied`` counts the making of
    the device, by its class. A number that is uncertain is a
    list, ascending: low, central, high. With the model ``fu2021`` the grid is the one of Eq. 2
    of Fu et al. 2021, if the file names none.

    Raises:
        ValueError: A word of the file is unknown, or a value is of the wrong kind or out of its
            range.
    """
    offered = {f.name for f in fields(Assumptions)} - {"bounds", "end"} | set(_SHORT)
    for name in settings:
        if name not in offered:
            close = "".join(
                f" (did you mean {word!r}?)"
                for word in difflib.get_close_matches(name, offered, n=1)
            )
            raise ValueError(
                f"unknown assumption {name!r}{close}; choose from {', '.join(sorted(offered))}"
            )
    central, bounds = _split(_with_target(settings))
    changes = {name: value for name, value in central.items() if name not in _SHORT}
    if "intensity_g_per_kwh" in central:
        if "grid" in central:
            raise ValueError("grid and intensity_g_per_kwh contradict each other; give one")
        changes["grid"] = asdict(own_grid(central["intensity_g_per_kwh"]))
    elif central.get("model") == "fu2021":
        changes.setdefault("grid", FU2021_GRID)
    if "citations" in central:
        if "trainings" in central:
            raise ValueError("trainings and citations contradict each other; give one")
        each = central.get("trainings_per_citation", TRAININGS_PER_CITATION)
        changes["trainings"] = central["citations"] * each
    elif "trainings_per_citation" in central:
        raise ValueError("trainings_per_citation needs citations")
    for name, read in _READERS.items():
        if name in changes:
            changes[name] = read(changes[name])
    if _is_embodied(central):
        device = changes.get("device", Assumptions.device)
        low, changes["embodied_g_per_hour"], high = _embodied(device)
        bounds = (*bounds, ("embodied_g_per_hour", low, high))
    try:
        return Assumptions(**changes, bounds=bounds)
    except TypeError as error:
        raise ValueError(f"cannot read the assumptions: {error}") from error


# What a target says beside its device, by the assumption that it is.
_TARGET_WORDS = {"precision": "precision", "batch": "inference_batch", "runtime": "runtime"}


def _with_target(settings: Mapping[str, Any]) -> dict[str, Any]:
    """The settings, with what follows a device's name told by words of their own.

    Raises:
        ValueError: The text says no target, or contradicts another word.
    """
    text = settings.get("device")
    if not isinstance(text, str) or ":" not in text:
        return dict(settings)
    target, blank = Target.parse(text), Target(Target.parse(text).device)
    told = {
        word: getattr(target, name)
        for name, word in _TARGET_WORDS.items()
        if getattr(target, name) != getattr(blank, name)
    }
    for name, word in told.items():
        if settings.get(name, word) != word:
            raise ValueError(
                f"{name} is {settings[name]!r} and the target {text!r} says {word!r}; give one"
            )
    return {**settings, **told, "device": target.device.name}


_SHORT = ("intensity_g_per_kwh", "citations", "trainings_per_citation", "embodied")
_BOUNDED = (
    *("utilisation", *RANGES, "trainings", "inferences", "intensity_g_per_kwh"),
    "embodied_g_per_hour",
)


def _is_embodied(central: Mapping[str, Any]) -> bool:
    """Whether making the device counts, at what is published for its class."""
    word = central.get("embodied", False)
    if not isinstance(word, bool):
        raise ValueError(f"embodied is {word!r}; expected true or false")
    if word and "embodied_g_per_hour" in central:
        raise ValueError("embodied and embodied_g_per_hour contradict each other; give one")
    return word


def _embodied(device: Device) -> tuple[float, float, float]:
    made = manufacture_of(device)
    if made is None:
        raise ValueError(
            f"no source is known for what making a device like {device.name} emits; give "
            "embodied_g_per_hour, grams of CO2e for each hour that it works"
        )
    return made.g_per_hour


def _split(
    settings: Mapping[str, Any],
) -> tuple[dict[str, Any], tuple[tuple[str, float, float], ...]]:
    """Central values, and the bounds of those that came with some."""
    central: dict[str, Any] = {}
    bounds = []
    for name, value in settings.items():
        if isinstance(value, (list, tuple)):
            if name not in _BOUNDED or len(value) != 3 or not all(map(_is_number, value)):
                raise ValueError(
                    f"{name} is {list(value)}; expected a number"
                    + (", or three: low, central, high" if name in _BOUNDED else "")
                )
            low, value, high = value
            if not low <= value <= high:
                raise ValueError(f"{name} is {[low, value, high]}; expected them ascending")
            ends = (high, low) if name == "utilisation" else (low, high)  # emitting less first
            bounds.append((name, float(ends[0]), float(ends[1])))
        needs_number = name not in ("model", "embodied", "precision", "runtime", *_READERS)
        if needs_number and not _is_number(value):
            raise ValueError(f"{name} is {value!r}; expected a number")
        central[name] = value
    return central, tuple(bounds)


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _listed(value: Any, kind: str, listed: Mapping[str, Any], make: type) -> Any:
    if isinstance(value, Mapping):
        return _filled(make, value, kind)
    if kind == "grid" and str(value).lower().endswith(".csv"):
        raise ValueError(
            f"grid {value!r} is a trace, which is for a run that has ended: evonas carbon RUN "
            f"--grid {value}"
        )
    if value not in listed:
        raise ValueError(
            f"unknown {kind} {value!r}{_hint(str(value), listed)}; evonas carbon --list names "
            f"{len(listed)} of them"
        )
    return listed[value]


def _hint(value: str, listed: Mapping[str, Any]) -> str:
    """The likeliest entries, by their names or by the places or things that they stand for."""
    words = {name.lower(): name for name in listed}
    words |= {
        entry.label.lower(): name for name, entry in listed.items() if hasattr(entry, "label")
    }
    found = difflib.get_close_matches(value.lower(), list(words), n=3, cutoff=0.6)
    close = [
        name + (f", {listed[name].label}" if hasattr(listed[name], "label") else "")
        for name in dict.fromkeys(words[word] for word in found)
    ]
    return f" (did you mean {' or '.join(close)}?)" if close else ""


def _filled(make: type, values: Any, what: str) -> Any:
    """A dataclass from a table of a file."""
    if not isinstance(values, Mapping):
        raise ValueError(f"{what} is {values!r}; expected keys and values")
    try:
        return make(**values)
    except TypeError as error:
        known = ", ".join(f.name for f in fields(make))
        raise ValueError(f"cannot read {what}: {error}; it may have {known}") from error


def _calibration(values: Any) -> Calibration:
    read = dict(values) if isinstance(values, Mapping) else values
    for name in ("training", "inference"):
        if isinstance(read, dict) and isinstance(read.get(name), Mapping):
            pairs = read[name].get("coefficients", ())
            items = pairs.items() if isinstance(pairs, Mapping) else pairs
            model = {**read[name], "coefficients": tuple((n, c) for n, c in items)}
            read[name] = _filled(TimeModel, model, f"calibration.{name}")
    found: Calibration = _filled(Calibration, read, "calibration")
    return found


def _device(value: Any) -> Device:
    if value == NAME:
        return this_machine()
    found: Device = _listed(value, "device", DEVICES, Device)
    return found


_READERS: Mapping[str, Callable[[Any], Any]] = {
    "device": _device,
    "grid": lambda value: _listed(value, "grid", GRIDS, Grid),
    "calibration": _calibration,
}
