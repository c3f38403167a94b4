from hypothesis import given
from hypothesis import strategies as st

from evonas.hardware.memory import Call, Memory, Step, Trace

ROLES = ("contraction", "norm", "pointwise", "other")


def step(reads, write, size, *, role="other", n_weights=0, n_channels=0, has_bias=False):
    return Step(tuple(reads), ((write, size),), n_weights, role, n_channels, has_bias)


@st.composite
def traces(draw):
    """Steps that each read some of what was made before, and one output at least."""
    inputs = draw(st.lists(st.integers(1, 50), min_size=1, max_size=2))
    steps = []
    for number in range(len(inputs), len(inputs) + draw(st.integers(0, 8))):
        read = draw(st.lists(st.integers(0, number - 1), max_size=3, unique=True))
        role = draw(st.sampled_from(ROLES)) if read else "other"
        sized = step(
            read,
            number,
            draw(st.sampled_from([4, 8, 30])),
            role=role,
            n_weights=draw(st.integers(0, 9)),
            n_channels=draw(st.integers(1, 2)),
            has_bias=draw(st.booleans()),
        )
        steps.append(sized)
    n = len(inputs) + len(steps)
    outputs = draw(st.lists(st.integers(0, n - 1), min_size=1, max_size=2, unique=True))
    return Trace(tuple(inputs), tuple(steps), tuple(outputs))


def sizes(trace):
    return [*trace.inputs, *(size for each in trace.steps for _, size in each.writes)]


def test_a_batch_multiplies_activations_and_not_weights():
    memory = Memory(peak_activations=10, n_weights=7)
    assert memory.peak_bytes() == 68
    assert memory.peak_bytes(batch=3, bytes_per_number=2) == 74
    assert memory.model_bytes(bytes_per_number=1) == 7


@given(
    st.builds(Memory, st.integers(0, 10**9), st.integers(0, 10**9)),
    st.integers(1, 512),
    st.sampled_from([1, 2, 4]),
)
def test_bytes_grow_with_the_batch_by_the_activations_alone(memory, batch, width):
    told = memory.peak_bytes(batch=batch, bytes_per_number=width)
    more = memory.peak_bytes(batch=batch + 1, bytes_per_number=width)
    assert more - told == width * memory.peak_activations
    assert told == width * memory.peak_bytes(batch=batch, bytes_per_number=1)
    assert memory.model_bytes(bytes_per_number=width) == width * memory.n_weights


@given(traces())
def test_a_peak_lies_between_the_largest_kernel_and_the_sum_of_all(trace):
    size = sizes(trace)
    kernels = [
        sum(size[i] for i in (*each.reads, each.writes[0][0]))
        for each in trace.steps
        if each.role in ("contraction", "other")
    ]
    peak = trace.memory.peak_activations
    assert max([sum(trace.inputs), *size, *kernels]) <= peak <= sum(size)


@given(traces())
def test_without_work_in_place_what_is_alive_is_what_somebody_reads_later(trace):
    size, n = sizes(trace), len(trace.inputs)
    made = [-1] * n + [*range(len(trace.steps))]
    read = {(i, at) for at, each in enumerate(trace.steps) for i in each.reads}
    read |= {(i, len(trace.steps)) for i in trace.outputs}
    last = [max([made[i], *(at for j, at in read if j == i)]) for i in range(len(size))]
    expected = [
        sum(size[i] for i in range(len(size)) if made[i] <= at <= last[i])
        for at in range(-1, len(trace.steps))
    ]
    assert [*trace.flow().alive(is_fused=False)] == expected


@given(traces())
def test_working_in_place_never_takes_more(trace):
    flow = trace.flow()
    pairs = zip(flow.alive(), flow.alive(is_fused=False), strict=True)
    assert all(fused <= unfused for fused, unfused in pairs)


@given(traces(), st.integers(0, 8), st.integers(0, 8))
def test_a_part_in_its_place_takes_what_its_kernels_take(trace, first, last):
    inside = trace.steps[first : max(first, last)]
    outside = (*trace.steps[:first], *trace.steps[max(first, last) :])
    made = [each.writes[0][0] for each in inside]
    taken = sorted({i for each in inside for i in each.reads} - {*made})
    given_on = [i for i in made if i in {*trace.outputs}.union(*(e.reads for e in outside))]
    number = {old: new for new, old in enumerate([*taken, *made])}
    renamed = tuple(
        each._replace(
            reads=tuple(number[i] for i in each.reads),
            writes=((number[each.writes[0][0]], each.writes[0][1]),),
        )
        for each in inside
    )
    size = sizes(trace)
    part = Trace(tuple(size[i] for i in taken), renamed, tuple(number[i] for i in given_on))
    call = Call(part, tuple(taken), tuple(given_on))
    steps = (*trace.steps[:first], call, *trace.steps[max(first, last) :])
    assert Trace(trace.inputs, steps, trace.outputs).memory == trace.memory


def test_kernels_count_in_the_order_in_which_they_run():
    wide, narrow = step([0], 1, 100), step([1], 2, 1)
    other, both = step([0], 3, 50), step([2, 3], 4, 1)
    late = Trace((5,), (wide, narrow, other, both), (4,))
    early = Trace((5,), (other, wide, narrow, both), (4,))
    assert late.memory.peak_activations == 5 + 100 + 1
    assert early.memory.peak_activations == 50 + 5 + 100


def test_the_input_of_a_residual_block_lives_until_its_sum():
    block = (
        step([0], 1, 10),
        step([1], 2, 40),
        step([2], 3, 10),
        step([1, 3], 4, 10, role="pointwise"),
    )
    alive = [*Trace((7,), block, (4,)).flow().alive()]
    assert alive == [7, 17, 10 + 40, 10 + 40 + 10, 10 + 10]


def test_what_is_given_or_is_an_input_is_never_written_over():
    (alive, during) = Trace((8,), (step([0], 1, 8, role="pointwise"),), (1,)).flow().alive()
    assert (alive, during) == (8, 16)
    steps = (step([0], 1, 8), step([1], 2, 8, role="pointwise"))
    assert Trace((1,), steps, (1, 2)).memory.peak_activations == 16
    assert Trace((1,), steps, (2,)).memory.peak_activations == 9


def test_what_a_kernel_gives_besides_is_made_if_somebody_reads_it():
    pooled = Step((0,), ((1, 4), (2, 4)))
    assert Trace((16,), (pooled,), (1,)).memory.peak_activations == 20
    assert Trace((16,), (pooled, step([2], 3, 1)), (1,)).memory.peak_activations == 24
    dead = Trace((16,), (step([0], 1, 4), step([0], 2, 4)), (2,))
    assert [*dead.flow().alive()] == [16, 20, 20]


def conv(write, *, has_bias=False, n_channels=3):
    return step(
        [write - 1],
        write,
        9,
        role="contraction",
        n_weights=27,
        n_channels=n_channels,
        has_bias=has_bias,
    )


def norm(write, read):
    return step([read], write, 9, role="norm", n_weights=6, n_channels=3)


def weights(*steps, outputs=(2,)):
    return Trace((9,), steps, outputs).memory.n_weights


def test_a_norm_within_a_contraction_is_no_more_than_a_bias():
    assert weights(conv(1), norm(2, 1)) == 27 + 3
    assert weights(conv(1, has_bias=True), norm(2, 1)) == 27


def test_a_norm_that_no_contraction_can_take_up_is_a_scale_and_a_shift():
    assert weights(conv(1, n_channels=4), norm(2, 1)) == 27 + 6
    assert weights(conv(1), norm(2, 1), outputs=(1, 2)) == 27 + 6
    assert weights(conv(1), norm(2, 1), step([1], 3, 9), outputs=(3,)) == 27 + 6
    assert weights(norm(1, 0), norm(2, 1)) == 12
    assert weights(conv(1), norm(2, 1), norm(3, 2), outputs=(3,)) == 27 + 3 + 6


def test_parts_in_a_row_take_what_the_one_before_gives():
    one, other = Trace((9,), (conv(1),), (1,)), Trace((9,), (norm(1, 0),), (1,))
    row = Trace.in_a_row([one, other, other], size=9)
    assert row.memory == Memory(peak_activations=18, n_weights=27 + 3 + 6)
    several = Trace((9,), (conv(1),), (0, 1))
    assert Trace.in_a_row([other, several], size=9).memory.peak_activations == 18
    assert Trace.in_a_row([], size=9).memory == Memory(9, 0)
