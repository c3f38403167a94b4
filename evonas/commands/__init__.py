"""One file for each command of the command line.

Modules:
    arguments: The arguments of a command: one parser class, and the kinds of values that it
        reads.
    bench: The command that sets methods against each other on a problem with a known front.
    budget: The price tag of a search: ``evonas budget RUN [RUN ...]``.
    calibrate: Fitting a time model to a device: ``evonas calibrate``.
    calibration_arguments: The arguments of ``evonas calibrate``, and what can be refused of
        them early.
    calibration_times: Where the times of a calibration come from: this machine, or a file.
    carbon: What networks emit in their lives: ``evonas carbon``.
    checks: What can be refused of a command line before anything heavy is imported.
    dashboard: A folder of runs in a browser: ``evonas dashboard FOLDER``.
    explain: What drives a run, and why its front is as it is: ``evonas explain RUN``.
    explain_arguments: The arguments of ``evonas explain``, and what can be refused of them
        early.
    dry_run: A search that is looked at before it begins: ``evonas --dry-run``.
    latency: What a network takes where it will live: ``evonas latency MODEL|RUN --target
        TARGET``.
    latency_arguments: The arguments of ``evonas latency``, and what can be refused of them
        early.
    main: The command line: finds the command, answers what needs nothing heavy, and runs it.
    member_checks: What can be refused of words that name an architecture of a run.
    page_checks: What can be refused of a page before anything is read.
    page_parsers: The parsers of what makes pages of runs, so that help needs nothing heavy.
    parsers: The parsers of all commands but the search, so that help needs nothing heavy.
    pick: Picking architectures from the front of a run: ``evonas pick RUN``.
    plot: Pictures of runs: ``python -m evonas.plot RUN [RUN ...]``.
    predict: What a trained model takes inputs for: ``evonas predict FOLDER IMAGE ...``.
    report: A page of runs: ``evonas report RUN [RUN ...]``.
    rerun: Measuring chosen candidates of a run once more, where one can watch: ``evonas rerun
        RUN``.
    retarget: A run judged on other devices, without training: ``evonas retarget RUN --target
        ...``.
    retarget_arguments: The arguments of ``evonas retarget``, and what can be refused of them
        early.
    search: The search as a command: arguments to a config and a folder, before anything heavy.
    session: A search that a person watches: progress, a clean end on Ctrl-C, a picture, a
        summary.
    show: One architecture in full: ``evonas show RUN``, or ``evonas show --problem NAME``.
    train: Training a chosen architecture, or a whole front, in full: ``evonas train RUN``.
    train_front: Training a whole front in full, one recipe for all: ``evonas train RUN
        --front``.
    training_checks: What can be refused early of the commands that make and use trained models.
    training_parsers: The parsers of the commands that make and use trained models.
    training_session: One full training in a shell: its terms, its progress, and how to go on
        with it.
"""

from __future__ import annotations

from evonas.lazy import attach

__getattr__, __dir__, __all__ = attach(
    __name__,
    {},
)
