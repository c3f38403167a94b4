import pytest

pytest.importorskip("tensorboard")

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from evonas.reports.event_files import PATTERN, EventLog, last_values


def read(folder):
    """All numbers that TensorBoard would show, by tag: steps and values."""
    events = EventAccumulator(str(folder), {"scalars": 0})
    events.Reload()
    scalars = {tag: events.Scalars(tag) for tag in events.Tags()["scalars"]}
    return {tag: {event.step: event.value for event in found} for tag, found in scalars.items()}


@pytest.fixture
def log(tmp_path):
    made = EventLog(tmp_path / "search")
    yield made
    made.close()


def test_tensorboard_reads_what_was_written_at_once(log, tmp_path):
    log.add_scalars(1, {"best/acc": 90.0, "front/size": 3.0}, described={"best/acc": "in %"})
    log.add_scalars(2, {"best/acc": 91.5})
    assert read(tmp_path / "search") == {
        "best/acc": {1: 90.0, 2: 91.5},
        "front/size": {1: 3.0},
    }
    events = EventAccumulator(str(tmp_path / "search"))
    events.Reload()
    assert events.SummaryMetadata("best/acc").summary_description == "in %"


def test_texts_pictures_and_settings_are_shown_as_such(log, tmp_path):
    log.add_text(1, "config", "| a | b |")
    log.add_picture(2, "picture", b"a PNG file", size=(30, 20))
    log.add_settings({"seed": 1, "algorithm": "nsga2", "is_fast": True, "genome": (1, 2)})
    events = EventAccumulator(str(tmp_path / "search"))
    events.Reload()
    (text,) = events.Tensors("config")
    assert (text.step, text.tensor_proto.string_val[0]) == (1, b"| a | b |")
    (picture,) = events.Images("picture")
    assert (picture.encoded_image_string, picture.width) == (b"a PNG file", 30)
    told = events.SummaryMetadata("_hparams_/session_start_info").plugin_data
    assert told.plugin_name == "hparams"
    assert b"nsga2" in told.content
    assert b"(1, 2)" in told.content


@pytest.mark.parametrize("n_lost", [1, 20])
def test_what_a_kill_has_cut_off_is_left_out_and_hides_nothing_after_it(tmp_path, n_lost):
    folder = tmp_path / "search"
    log = EventLog(folder)
    for step in (1, 2, 3):
        log.add_scalars(step, {"a": float(step)})
    log.close()
    (file,) = folder.glob(PATTERN)
    file.write_bytes(file.read_bytes()[:-n_lost])
    assert last_values(folder) == (2, {"a": 2.0})
    again = EventLog(folder)
    again.add_scalars(3, {"a": 30.0})
    again.close()
    assert read(folder) == {"a": {1: 1.0, 2: 2.0, 3: 30.0}}


def test_steps_behind_a_cut_are_taken_back(tmp_path):
    for cut, steps in ((None, (1, 2, 3, 4)), (2, (3,))):
        log = EventLog(tmp_path / "records", cut=cut)
        for step in steps:
            log.add_scalars(step, {"a": 10.0 * step + (cut or 0)})
        log.close()
    assert read(tmp_path / "records") == {"a": {1: 10.0, 2: 20.0, 3: 32.0}}
    assert last_values(tmp_path / "records") == (3, {"a": 32.0})


def test_a_cut_of_nothing_is_none(tmp_path):
    log = EventLog(tmp_path / "records", cut=5)
    log.add_scalars(1, {"a": 1.0})
    log.close()
    assert read(tmp_path / "records") == {"a": {1: 1.0}}


def test_files_are_in_the_order_of_their_making(tmp_path):
    for _ in range(12):
        EventLog(tmp_path / "many").close()
    names = [file.name.rpartition(".")[2] for file in sorted((tmp_path / "many").iterdir())]
    assert names == [f"{i:04d}" for i in range(12)]


def test_a_folder_without_files_holds_nothing(tmp_path):
    assert last_values(tmp_path / "none") == (0, {})


def test_a_full_disk_is_an_error_and_nothing_waits_for_it(log, monkeypatch):
    def full(number, content):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.write", full)
    with pytest.raises(OSError, match="No space left on device"):
        log.add_scalars(1, {"a": 1.0})
