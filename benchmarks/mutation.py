"""How many small changes to the code are noticed by its tests.

    nice -n 10 python benchmarks/mutation.py [--module bench/judge ...] [--n 15] [--seed 0]

A change flips a sign, a comparison or a maximum, drops an operand, or makes a number a tenth
larger. Of all the changes that a module's text offers, ``--n`` are drawn by ``--seed`` and made
one at a time in a copy of the checkout, where the module's own file of tests is run. Prints the
share that was noticed for each module, and every change that was not. Some of these make no
difference that anybody could notice; only reading them tells. It ends after ``--seconds``.
"""

from __future__ import annotations

import argparse
import ast
import multiprocessing
import os
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
MODULES = (  # that compute a number which a user sees, or decide what is measured
    *("fidelity", "objectives", "record", "reliability", "space"),
    *("pareto/choice", "pareto/correlation", "pareto/dominance", "pareto/expected_best"),
    *("pareto/hypervolume", "pareto/sorting"),
    *("hardware/bounds", "hardware/calibration", "hardware/devices", "hardware/roofline"),
    *("hardware/this_machine", "carbon/assumptions", "carbon/files", "carbon/footprint"),
    *("carbon/fu2021", "carbon/grids", "carbon/literature", "carbon/meter", "carbon/model"),
    *("carbon/spend", "carbon/tracker", "networks/counting"),
    *("networks/formulas", "networks/metrics", "networks/timing", "networks/zoo"),
    *("training/loop", "training/proxies", "training/recipe", "training/tasks"),
    *("training/timings", "training/trained_problem", "runs/audit", "runs/costs"),
    *("runs/price_tag", "runs/run", "evaluation/candidate", "evaluation/evaluator"),
    *("evaluation/oracle", "evaluation/pool", "evaluation/successive_halving"),
    *("algorithms/ageing", "algorithms/local_search", "algorithms/operators"),
    *("algorithms/reinforce", "algorithms/two_stages", "surrogates/acquisition"),
    *("surrogates/encoding", "surrogates/initial_design", "surrogates/inner_search"),
    *("surrogates/predictors", "surrogates/scale", "surrogates/screen", "surrogates/search"),
    *("surrogates/surrogate", "surrogates/training_set", "surrogates/transfer"),
    *("engine/generations", "engine/plan", "engine/pymoo_problem", "engine/redundancy"),
    *("engine/result", "bench/contest", "bench/judge", "bench/standings"),
    *("reports/priced_front", "reports/progress", "reports/shortlist"),
    *("reports/statement", "reports/summary"),
)
HEAVY = ["torch", "pymoo.core.problem", "scipy.stats", "sklearn.gaussian_process", "pytest"]
FROM_WARM = multiprocessing.get_context("forkserver")  # libraries are loaded once
FROM_WARM.set_forkserver_preload(HEAVY)
SPARE_S = 20  # beside ten times what the tests take, before a change is taken to hang them
INVERSE: dict[type[ast.AST], type[ast.AST]] = {
    **{ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult},
    **{ast.Pow: ast.Mult, ast.FloorDiv: ast.Mult, ast.Mod: ast.FloorDiv},
    **{ast.And: ast.Or, ast.Or: ast.And, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd},
    **{ast.Lt: ast.Gt, ast.Gt: ast.Lt, ast.LtE: ast.GtE, ast.GtE: ast.LtE},
    **{ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.In: ast.NotIn, ast.NotIn: ast.In},
    **{ast.Is: ast.IsNot, ast.IsNot: ast.Is},
}
AT_THE_BOUND: dict[type[ast.AST], type[ast.AST]] = {
    **{ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt}
}
OPPOSITE = {
    **{"min": "max", "minimum": "maximum", "argmin": "argmax", "any": "all", "floor": "ceil"},
    **{"max": "min", "maximum": "minimum", "argmax": "argmin", "all": "any", "ceil": "floor"},
}


@dataclass(frozen=True)
class Change:
    """One small change to a text.

    Attributes:
        line: Number of the line that the change begins in, from 1.
        start: First byte of what is replaced.
        end: Byte behind what is replaced.
        old: What is replaced.
        new: What replaces it.
    """

    line: int
    start: int
    end: int
    old: str
    new: str

    def made_in(self, text: str) -> str:
        """The text with the change."""
        whole = text.encode()
        return (whole[: self.start] + self.new.encode() + whole[self.end :]).decode()

    def __str__(self) -> str:
        old, new = (" ".join(words.split()) for words in (self.old, self.new))
        return f"line {self.line}: {old}  ->  {new}"


def changes_of(text: str) -> list[Change]:
    """All small changes that a module's text offers, in the order of the text.

    Annotations, decorators and texts stay as they are, those with values in them included.
    """
    whole = text.encode()
    begins = [0]  # of every line, in bytes
    for line in whole.splitlines(keepends=True):
        begins.append(begins[-1] + len(line))
    found = []
    for node in _computing(ast.parse(text)):
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        start = begins[node.lineno - 1] + node.col_offset
        end = begins[node.end_lineno - 1] + node.end_col_offset
        old = whole[start:end].decode()
        found += [Change(node.lineno, start, end, old, new) for new in _variants(node)]
    return sorted(found, key=lambda change: (change.start, change.end, change.new))


def _computing(node: ast.AST) -> Iterator[ast.expr]:
    """Expressions within a node that compute something."""
    if isinstance(node, ast.JoinedStr):
        return
    if isinstance(node, ast.expr):
        yield node
    for name, value in ast.iter_fields(node):
        if name not in ("annotation", "returns", "decorator_list"):
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.AST):
                    yield from _computing(child)


def _variants(node: ast.expr) -> list[str]:
    """What may stand in place of an expression."""
    found: list[str] = []
    match node:
        case ast.Constant(value=bool(value)):
            found = [str(not value)]
        case ast.Constant(value=int(value)):
            found = [str(value + max(1, value // 10))]
        case ast.Constant(value=float(value)):
            found = [repr(1.1 * value if value else 0.1)]
        case ast.BinOp(left=left, op=op, right=right):
            others = (
                [ast.BinOp(left, INVERSE[type(op)](), right)] if type(op) in INVERSE else []
            )
            found = [ast.unparse(other) for other in (*others, left, right)]
        case ast.UnaryOp(operand=operand):
            found = [ast.unparse(operand)]
        case ast.BoolOp(op=op, values=values):
            rest = [values[:i] + values[i + 1 :] for i in range(len(values))]
            kept = [ast.BoolOp(op, some) if len(some) > 1 else some[0] for some in rest]
            others = [ast.BoolOp(INVERSE[type(op)](), values), *kept]
            found = [ast.unparse(other) for other in others]
        case ast.Compare(left=left, ops=[op], comparators=right):
            kinds = [table[type(op)] for table in (INVERSE, AT_THE_BOUND) if type(op) in table]
            found = [ast.unparse(ast.Compare(left, [kind()], right)) for kind in kinds]
        case ast.IfExp(test=test, body=body, orelse=other):
            found = [ast.unparse(ast.IfExp(test, other, body))]
        case ast.Attribute(value=of, attr=name) if name in OPPOSITE:
            return [ast.unparse(ast.Attribute(of, OPPOSITE[name]))]
        case ast.Name(id=name) if name in OPPOSITE:
            return [OPPOSITE[name]]
    return [new if isinstance(node, ast.Constant) else f"({new})" for new in found]


class Copy:
    """A copy of a checkout whose code may be changed and tested.

    Args:
        folder: An empty folder for the copy.
        root: The checkout that is copied.
    """

    def __init__(self, folder: Path, *, root: Path = ROOT) -> None:
        self.folder = folder
        hidden = shutil.ignore_patterns(".*", "__pycache__", "*.egg-info", "results")
        shutil.copytree(root, folder, ignore=hidden, dirs_exist_ok=True)
        (folder / "evonas" / "problems").symlink_to(folder / "problems")

    def is_sound(self, module: str, *, limit_s: float) -> bool:
        """Whether a module's own tests pass, and in time."""
        path = Path(module)
        tests = Path("tests", path.parent, f"test_{path.name}.py")
        ran = FROM_WARM.Process(target=_run_tests, args=(self.folder, tests))
        ran.start()
        assert ran.pid is not None
        ran.join(limit_s)
        if ran.exitcode is None:
            os.killpg(ran.pid, 9)  # what the tests have started, too
            ran.join()
        return ran.exitcode == 0


def _run_tests(folder: Path, tests: Path) -> None:
    """Run tests of a copy, in a process of its own that is not good for anything else."""
    os.setsid()
    for stream in (1, 2):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream)
    os.chdir(folder)
    os.environ |= {"PYTHONPATH": str(folder), "OMP_NUM_THREADS": "1"}
    sys.path.insert(0, str(folder))
    sys.dont_write_bytecode = True
    options = ("-x", "-q", "-p", "no:cacheprovider", "-p", "no:randomly")
    import pytest  # the campaign itself does without

    os._exit(pytest.main([*options, "--hypothesis-seed=0", str(tests)]))


def campaign(
    copy: Copy, module: str, *, n: int, seed: int, until: float
) -> tuple[int, list[Change]]:
    """How many changes to a module were tried, and which of them its tests did not notice.

    Args:
        copy: Where the changes are made, and undone again.
        module: The module within ``evonas``, as in ``bench/judge``.
        n: How many changes are tried, if the module offers so many.
        seed: Fixes which changes are drawn.
        until: When to end, by ``time.monotonic``.

    Raises:
        ValueError: The tests fail without any change.
    """
    path = copy.folder / "evonas" / f"{module}.py"
    text, started = path.read_text(encoding="utf-8"), time.monotonic()
    if not copy.is_sound(module, limit_s=600):
        raise ValueError(f"the tests of {module} fail as they are; mend them first")
    limit_s = 10 * (time.monotonic() - started) + SPARE_S
    offered = changes_of(text)
    drawn = random.Random(f"{seed} {module}").sample(offered, min(n, len(offered)))
    n_tried, survivors = 0, []
    for change in sorted(drawn, key=lambda change: change.start):
        if time.monotonic() > until:
            break
        path.write_text(change.made_in(text), encoding="utf-8")
        n_tried += 1
        if copy.is_sound(module, limit_s=limit_s):
            survivors.append(change)
    path.write_text(text, encoding="utf-8")
    return n_tried, survivors


def main(words: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--module", action="append", help="as in bench/judge; may be repeated")
    parser.add_argument("--n", type=int, default=15, help="changes to each module")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=3600, help="for all in all")
    given = parser.parse_args(words)
    modules = [m.removesuffix(".py").replace(".", "/") for m in given.module or MODULES]
    unknown = [m for m in modules if not (ROOT / "evonas" / f"{m}.py").is_file()]
    if unknown:
        parser.error(f"no module {unknown[0]!r} in evonas; name one as in bench/judge")
    until, n_all, n_missed = time.monotonic() + given.seconds, 0, 0
    with tempfile.TemporaryDirectory() as folder:
        copy = Copy(Path(folder))
        for module in modules:
            n, missed = campaign(copy, module, n=given.n, seed=given.seed, until=until)
            n_all, n_missed = n_all + n, n_missed + len(missed)
            print(f"{module}: {n - len(missed)} of {n} noticed", flush=True)
            for change in missed:
                print(f"    {change}", flush=True)
    share = f" ({1 - n_missed / n_all:.0%})" if n_all else ""
    print(f"all: {n_all - n_missed} of {n_all} noticed{share}, seed {given.seed}")


if __name__ == "__main__":
    main()
