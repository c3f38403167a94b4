import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest
from peer_tasks import TOY

from evonas.bench.peers import PEERS, peer_process

OPENING = {
    "names": ["a", "b"],
    "sizes": [3, 2],
    "is_ordered": [True, False],
    "n_objectives": 2,
    "is_counted": [False, True],
    "reference": None,
    "seed": 5,
    "n_evaluations": 4,
    "peer": str(TOY),
    "function": "run_short",
}


def test_it_needs_nothing_but_the_standard_library():
    tree = ast.parse(Path(peer_process.__file__).read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
        names += [node.module] if isinstance(node, ast.ImportFrom) else []
        assert {name.partition(".")[0] for name in names} <= sys.stdlib_module_names


def test_what_goes_over_its_streams_are_lines_of_json():
    answers = "\n".join([json.dumps(OPENING), "[0.5, 1.5]", ""])
    process = subprocess.Popen(
        [sys.executable, peer_process.__file__],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    process.stdin.write(answers)
    process.stdin.flush()
    lines = process.stdout.read().splitlines()
    assert [json.loads(line) for line in lines] == [{"measure": [0, 0]}]
    assert process.wait() == 0
    process.stdin.close()
    process.stdout.close()


def test_a_task_far_away_has_the_same_words_and_asks_for_the_rest():
    asked = []

    def ask(question):
        asked.append(question)
        return [[1.0]] if "count" in question else [0.5, 1.0]

    task = peer_process.RemoteTask(OPENING, ask)
    words = OPENING.keys() - {"peer", "function"}
    assert {word: getattr(task, word) for word in words} == {w: OPENING[w] for w in words}
    assert task.count([(1, 0)]) == [[1.0]]
    assert task.measure((1, 0)) == [0.5, 1.0]
    assert asked == [{"count": [[1, 0]]}, {"measure": [1, 0]}]


@pytest.mark.parametrize("name", PEERS)
def test_a_peer_s_module_imports_nothing_of_evonas_as_it_runs(name):
    """It may be run in a Python that has none."""
    (guard,) = [n for n in _tree(name).body if isinstance(n, ast.If)]
    assert ast.unparse(guard.test) == "TYPE_CHECKING"
    for node in ast.walk(_tree(name)):
        if isinstance(node, ast.ImportFrom) and node.module.startswith("evonas"):
            assert ast.unparse(node) in map(ast.unparse, guard.body)
        assert "evonas" not in ast.unparse(node) if isinstance(node, ast.Import) else True


def _tree(name):
    return ast.parse(PEERS[name].file.read_text(encoding="utf-8"))
