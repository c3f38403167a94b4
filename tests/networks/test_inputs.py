import pytest
from hypothesis import given
from hypothesis import strategies as st

from evonas.networks.inputs import DTYPES, Input, as_inputs, read_input

inputs = st.builds(
    Input,
    st.lists(st.integers(1, 999), min_size=1, max_size=4).map(tuple),
    st.sampled_from(DTYPES),
)


@given(inputs)
def test_an_input_in_words_is_read_as_itself(each):
    assert read_input(str(each)) == each


def test_a_shape_alone_is_one_input():
    assert as_inputs((3, 8, 8)) == (Input((3, 8, 8)),)
    assert as_inputs([Input((3,)), Input((4,), "int64")]) == (
        Input((3,)),
        Input((4,), "int64"),
    )


@pytest.mark.parametrize("text", ["", "3x", "x3", "3x0x4", "-3", "3,4", "int64", ":int64"])
def test_what_is_no_shape_is_named(text):
    with pytest.raises(
        ValueError, match=f"cannot read the input '{text}'; expected one like 3"
    ):
        read_input(text)


def test_an_unknown_kind_of_number_is_named():
    with pytest.raises(ValueError, match="the input '7:int': unknown dtype 'int'; choose from"):
        read_input("7:int")
