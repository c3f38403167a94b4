import pytest
from hypothesis import given
from hypothesis import strategies as st

from evonas.carbon.marginal_return import WINDOW, Gain, LeastReturn, Standing, last_gain


def course(hypervolumes, *, flops=100.0, kwh=0.25):
    """A search whose generations take the same each."""
    return [
        Standing(10 * i, flops * i, kwh * i, hypervolume)
        for i, hypervolume in enumerate(hypervolumes, 1)
    ]


@pytest.mark.parametrize(
    ("text", "least"),
    [
        ("1%", LeastReturn(0.01)),
        ("0.01", LeastReturn(0.01)),
        (" 2.5 % ", LeastReturn(0.025)),
        ("50%/kWh", LeastReturn(0.5, is_per_kwh=True)),
        ("3/kWh", LeastReturn(3.0, is_per_kwh=True)),
        ("1e4 % /kWh", LeastReturn(100.0, is_per_kwh=True)),
    ],
)
def test_a_least_return_is_a_share_of_all_or_of_a_kilowatt_hour(text, least):
    assert LeastReturn.read(text) == least
    assert LeastReturn.read(str(least)) == least


@pytest.mark.parametrize(
    "text", ["", "%", "0", "-1%", "100%", "1", "1.2.3%", "1%/kwh", "1 kWh"]
)
def test_what_is_no_return_is_refused(text):
    with pytest.raises(ValueError, match=r"^cannot read the budget_return .* such as 50%/kWh$"):
        LeastReturn.read(text)


def test_the_last_of_five_equal_generations_is_a_fifth():
    gain = last_gain([0.1, 0.2, 0.1 + 0.2, 0.4, 0.5], [0.2, 0.4, 0.6, 0.75, 0.8])
    assert gain == Gain(
        start=3,
        spent=pytest.approx(0.1),
        part=pytest.approx(WINDOW),
        share=pytest.approx(0.0625),
    )


@pytest.mark.parametrize("n", range(5))
def test_nothing_is_judged_before_a_fifth_is_a_generation(n):
    assert last_gain(list(range(1, n + 1)), [0.5] * n) is None
    assert LeastReturn(0.9).why_over(course([0.5] * n)) == ""


def test_where_nothing_was_spent_nothing_is_judged():
    assert last_gain([0.0] * 9, [0.5] * 9) is None
    assert last_gain([1.0, 1.0, 1.0, 1.0, 1.0], [0.1, 0.2, 0.3, 0.4, 0.5]) is None


@given(
    st.lists(st.tuples(st.floats(1e-3, 1e3), st.floats(0, 1)), min_size=5, max_size=40),
    st.floats(1e-6, 1e6),
)
def test_a_gain_is_a_share_of_what_is_there_whatever_the_unit(steps, unit):
    spent = [sum(took for took, _ in steps[: i + 1]) for i in range(len(steps))]
    volumes = sorted(volume for _, volume in steps)
    gain = last_gain(spent, volumes)
    if gain is None:
        assert spent[0] > (1 - WINDOW) * spent[-1]
        return
    assert WINDOW - 1e-6 <= gain.part < 1
    assert 0 <= gain.share <= 1
    other = last_gain([unit * each for each in spent], volumes)
    assert other is None or other.part == pytest.approx(gain.part, rel=0.5)


def test_a_search_goes_on_while_its_last_fifth_brings_enough():
    still = course([0.2, 0.4, 0.6, 0.76, 0.8])  # .04 of .8
    assert LeastReturn(0.04).why_over(still) == ""
    assert LeastReturn(0.07).why_over(still) == (
        "the last 20% of all FLOPs of trainings (100) brought 5% of the hypervolume, less "
        "than the 7% of --budget-return"
    )


def test_architectures_are_counted_where_nobody_knows_flops():
    known = course([0.5] * 6, flops=0.0)
    assert "the last 33% of all architectures (20) brought 0%" in LeastReturn(0.01).why_over(
        known
    )


def test_a_return_per_kilowatt_hour_is_judged_by_energy():
    now = course([0.2, 0.4, 0.6, 0.76, 0.8])  # 5 % for a quarter of a kWh
    assert LeastReturn(0.19, is_per_kwh=True).why_over(now) == ""
    why = LeastReturn(0.21, is_per_kwh=True).why_over(now)
    assert why == (
        "the last 20% of all kWh (0.25) brought 5% of the hypervolume, 20%/kWh, less than "
        "the 21%/kWh of --budget-return"
    )


def test_a_search_that_finds_nothing_ends_and_says_so():
    assert LeastReturn(0.01).why_over(course([0.0] * 5)) == (
        "the last 20% of all FLOPs of trainings (100) found nothing within the constraints, "
        "and --budget-return is 1%"
    )


def test_a_hypervolume_that_falls_has_brought_nothing():
    gain = last_gain([1, 2, 3, 4, 5], [0.1, 0.2, 0.5, 0.5, 0.4])
    assert gain is not None
    assert gain.share == 0
