import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from toy import Bowl

from evonas.hardware.memory import Memory, Step, Trace
from evonas.hardware.roofline import OPERATION_KINDS, Cost, Operation
from evonas.runs.costs import COSTS, costs_text, count_costs, read_costs

numbers = st.floats(0, 1e15)
operations = st.builds(Operation, numbers, numbers, numbers, st.sampled_from(OPERATION_KINDS))
memories = st.builds(Memory, st.integers(0, 10**12), st.integers(0, 10**12))
costs = st.builds(
    Cost,
    st.integers(0, 10**15),
    st.integers(0, 10**12),
    st.lists(operations, max_size=3).map(tuple),
    st.none() | memories,
)


class Counted(Bowl):
    """Counts some of its networks."""

    def cost(self, genome):
        if genome[0] == 1:
            raise MemoryError("it is too large")
        return "dear" if genome[0] == 2 else Cost(8, 4, (Operation(8, 1, 1, "conv"),))


@given(st.dictionaries(st.tuples(st.integers(0, 9), st.integers(0, 9)), costs, max_size=4))
def test_costs_that_are_written_are_read_as_they_were(tmp_path_factory, kept):
    file = tmp_path_factory.mktemp("run") / COSTS
    file.write_text(costs_text(kept))
    found = read_costs(file)
    assert found == kept
    assert [cost.memory for cost in found.values()] == [c.memory for c in kept.values()]


def test_what_a_trace_tells_is_written_down(tmp_path):
    trace = Trace((6,), (Step((0,), ((1, 4),), n_weights=28),), (1,))
    (tmp_path / COSTS).write_text(costs_text({(1,): Cost(8, 4, (), trace)}))
    assert read_costs(tmp_path / COSTS)[(1,)].memory == Memory(10, 28)


def test_a_problem_that_counts_nothing_has_no_costs(tmp_path):
    assert count_costs(Bowl(), [(0, 1, 1, 0)]) == {}
    assert read_costs(tmp_path / COSTS) == {}


def test_a_network_that_cannot_be_counted_is_left_out_with_a_warning(caplog):
    genomes = [(0, 1, 1, 0), (1, 1, 1, 0), (2, 1, 1, 0)]
    assert list(count_costs(Counted(), genomes)) == genomes[:1]
    assert "no cost of 1-1-1-0: MemoryError: it is too large" in caplog.text


@pytest.mark.parametrize(
    "content",
    ["{", "[]", '{"operation": ["flops"]}', '{"operation": [], "networks": [{"genome": 3}]}'],
)
def test_a_damaged_file_is_named(tmp_path, content):
    (tmp_path / COSTS).write_text(content)
    with pytest.raises(ValueError, match=r"costs\.json cannot be read: "):
        read_costs(tmp_path / COSTS)


def test_an_operation_that_cannot_be_is_refused(tmp_path):
    row = {"genome": [1], "flops": 1, "params": 1, "operations": [[-1, 0, 0, "conv"]]}
    parts = ["flops", "activation_bytes", "weight_bytes", "kind"]
    content = json.dumps({"operation": parts, "networks": [row]})
    (tmp_path / COSTS).write_text(content)
    with pytest.raises(ValueError, match=r"costs\.json cannot be read: .*flops"):
        read_costs(tmp_path / COSTS)
