import pytest

from evonas.carbon.equivalents import CAR, EQUIVALENTS, equivalent_lines


def test_a_year_of_a_car_is_a_year_and_a_charge_is_a_charge():
    (line,) = equivalent_lines(4.6e6)  # EPA: 4.6 t a year
    assert "4.6e+06" not in line
    assert "1 years of a car" in line
    assert "559,611 charges of a phone" in line  # EPA: 8.22 g a charge
    assert CAR.in_words(9.2e6 / 365.25 / 24 / 60) == "2 minutes of a car"


def test_the_smallest_amount_is_told_in_seconds():
    assert CAR.in_words(0.0046).endswith("seconds of a car")


def test_nothing_is_as_much_as_nothing():
    assert equivalent_lines(0.0) == []


@pytest.mark.parametrize("each", EQUIVALENTS, ids=lambda each: each.label)
def test_each_says_where_its_number_comes_from(each):
    assert each.source.startswith("EPA")
    assert each.source[-4:].isdigit()
