"""What a search leaves on disk.

Modules:
    audit: Whether the records of a run can be its own.
    checksums: Whether a config is as it was written: a checksum for each of its settings.
    costs: What networks of a run's front cost, counted once and kept beside it.
    folder: The run directory: everything that a search leaves on disk.
    groups: Runs that differ in nothing but their seed, together.
    journal: The append-only file that keeps every record, with one writer at a time.
    manifest: What a run directory says of its run: its config, and the versions it began with.
    places: Files of a run directory, which are read and written there and nowhere else.
    price_tag: What a run has cost and what it has brought, trial by trial (Schwartz et al.,
        Green AI).
    reading: Reading a run directory: the one reader of it, which runs no code that a run names.
    returns: What a run has brought for its energy, and where more energy brought little more.
    run: A run as plain values, from what its directory holds.
    schema: What a run directory tells of its space and its metrics, so that readers need no
        problem.
    state: How far a run has got: whether it goes on, has ended, or was cut short.
    warm_start_files: Reading what a search may begin with: a run, a table, a list, or what a
        problem knows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from evonas.lazy import attach

if TYPE_CHECKING:
    from evonas.runs.audit import check_records as check_records
    from evonas.runs.folder import RunFolder as RunFolder
    from evonas.runs.folder import check_free as check_free
    from evonas.runs.groups import Group as Group
    from evonas.runs.groups import groups_of as groups_of
    from evonas.runs.journal import FolderError as FolderError
    from evonas.runs.journal import Journal as Journal
    from evonas.runs.journal import read_journal as read_journal
    from evonas.runs.manifest import check_resumable as check_resumable
    from evonas.runs.manifest import check_same_prices as check_same_prices
    from evonas.runs.manifest import read_config as read_config
    from evonas.runs.manifest import read_resolved as read_resolved
    from evonas.runs.price_tag import PriceTag as PriceTag
    from evonas.runs.price_tag import why_not_independent as why_not_independent
    from evonas.runs.reading import open_run as open_run
    from evonas.runs.run import Run as Run
    from evonas.runs.warm_start_files import prior_of as prior_of
    from evonas.runs.warm_start_files import read_prior as read_prior

__getattr__, __dir__, __all__ = attach(
    __name__,
    {
        "audit": ["check_records"],
        "folder": ["RunFolder", "check_free"],
        "groups": ["Group", "groups_of"],
        "journal": ["FolderError", "Journal", "read_journal"],
        "manifest": ["check_resumable", "check_same_prices", "read_config", "read_resolved"],
        "price_tag": ["PriceTag", "why_not_independent"],
        "reading": ["open_run"],
        "run": ["Run"],
        "warm_start_files": ["prior_of", "read_prior"],
    },
)
