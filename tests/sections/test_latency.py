import pytest

from evonas.config import Config
from evonas.sections.latency import LatencySection


def test_the_words_become_ways_to_know_a_latency():
    config = Config(latency_table="a.json", measure_runtime="onnx", measure_batch=4)
    ways = config.settings.latency
    assert (ways.table, ways.command, ways.runtime, ways.batch) == ("a.json", "", "onnx", 4)
    assert Config(measure_with="bench {model}").latency_ways.command == "bench {model}"


def test_a_config_file_has_a_table_for_them():
    config = Config.from_dict({"latency": {"measure_runtime": "onnx"}})
    assert config.section(LatencySection) == LatencySection(measure_runtime="onnx")


def test_a_command_measures_elsewhere_and_a_runtime_here():
    message = r"^measure_runtime is what measures here, and measure_with measures elsewhere;"
    with pytest.raises(ValueError, match=message):
        LatencySection(measure_with="bench {model}", measure_runtime="torch")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ({"measure_runtime": "tf"}, "^unknown measure_runtime 'tf'; choose from torch, onnx$"),
        ({"measure_batch": 0}, "^measure_batch must be at least 1, got 0$"),
        ({"measure_with": "a 'b"}, "^cannot read the command .a 'b.: No closing quotation$"),
        ({"measure_with": " "}, "^the measuring command is empty; expected one as"),
    ],
)
def test_what_cannot_be_is_refused(words, message):
    with pytest.raises(ValueError, match=message):
        LatencySection(**words)
