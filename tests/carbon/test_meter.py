from dataclasses import replace

import pytest

from evonas.carbon.meter import Meter, Nvml, Rapl, Tariff, find_sensors
from evonas.hardware.devices import CORE_W

TARIFF = Tariff(accelerator_w=300.0, pue=1.5, intensity_g_per_kwh=400.0)


class Counter:
    """A sensor whose reading a test sets."""

    def __init__(self, part):
        self.name, self.part, self.value = f"a {part} counter", part, 1000.0

    def joules(self):
        return self.value


class Library:
    """What is used of pynvml, for two GPUs."""

    def __init__(self):
        self.millijoules = [5000, 7000]

    def nvmlInit(self):  # noqa: N802
        pass

    def nvmlDeviceGetCount(self):  # noqa: N802
        return 2

    def nvmlDeviceGetHandleByIndex(self, i):  # noqa: N802
        return i

    def nvmlDeviceGetTotalEnergyConsumption(self, handle):  # noqa: N802
        return self.millijoules[handle]


def spent(meter, busy_seconds=3600.0, cpu_seconds=3600.0):
    return meter.spend(busy_seconds=busy_seconds, cpu_seconds=cpu_seconds, fpo=2.0)


def test_without_sensors_energy_is_equation_1():
    spend = spent(Meter(TARIFF, sensors=[]))
    assert spend.energy_kwh == pytest.approx(1.5 * (300 + CORE_W) / 1000)
    assert spend.co2_g == pytest.approx(400 * spend.energy_kwh)
    assert spend.method == "Eq. 1 at 7.5 W per busy core and Eq. 1 at 300 W per busy " + (
        "accelerator, PUE 1.5"
    )


def test_a_core_is_paid_by_its_own_time_and_an_accelerator_by_that_of_those_who_share_it():
    """By hand: 466 s at 7.5 W, and 3,226 s of four workers on one accelerator of 300 W."""
    meter = Meter(replace(TARIFF, n_sharing=4), sensors=[])
    spend = spent(meter, busy_seconds=3226.0, cpu_seconds=466.0)
    assert spend.energy_kwh == pytest.approx(1.5 * (466 * 7.5 + 3226 / 4 * 300) / 3.6e6)


def test_what_a_sensor_sees_takes_the_place_of_equation_1():
    sensor = Counter("accelerator")
    meter = Meter(TARIFF, sensors=[sensor])
    sensor.value += 3.6e6
    assert meter.measured_kwh() == pytest.approx(1.5)
    assert spent(meter).energy_kwh == pytest.approx(1.5 + 1.5 * CORE_W / 1000)
    assert "a accelerator counter" in meter.method


def test_both_sensors_leave_nothing_to_reckon():
    sensors = [Counter("accelerator"), Counter("processor")]
    meter = Meter(TARIFF, sensors=sensors, earlier_kwh=2.0)
    sensors[1].value += 3.6e6
    assert spent(meter).energy_kwh == pytest.approx(2.0 + 1.5)


def test_a_sensor_that_fails_stays_at_its_last_reading(caplog):
    sensor = Counter("processor")
    meter = Meter(TARIFF, sensors=[sensor])
    sensor.value += 3.6e6
    meter.poll()
    sensor.joules = lambda: 1 / 0
    assert meter.measured_kwh() == meter.measured_kwh() == pytest.approx(1.5)
    assert caplog.text.count("a processor counter cannot be read any more") == 1


def test_a_gpu_that_this_search_does_not_use_is_not_counted():
    sensor = Counter("accelerator")
    meter = Meter(Tariff(0.0, 1.0, 400.0), sensors=[sensor])
    sensor.value += 3.6e6
    assert meter.measured_kwh() == 0


def test_nvml_sums_the_counters_of_all_gpus():
    library = Library()
    sensor = Nvml(library)
    assert sensor.joules() == 12.0
    library.millijoules[1] += 2500
    assert sensor.joules() == 14.5


def rapl(tmp_path, *microjoules):
    for i, value in enumerate(microjoules):
        zone = tmp_path / f"intel-rapl:{i}"
        zone.mkdir(exist_ok=True)
        (zone / "energy_uj").write_text(f"{value}\n")
        (zone / "max_energy_range_uj").write_text("1000000\n")
        (zone / "name").write_text(f"package-{i}\n")
        (tmp_path / f"intel-rapl:{i}:0").mkdir(exist_ok=True)  # a part of the package


def test_rapl_sums_packages_and_bears_counters_that_begin_again(tmp_path):
    rapl(tmp_path, 900_000, 100)
    sensor = Rapl(tmp_path)
    assert sensor.joules() == 0
    rapl(tmp_path, 100_000, 300_100)
    assert sensor.joules() == pytest.approx(0.2 + 0.3)


def test_the_platform_contains_the_package_and_is_not_counted_beside_it(tmp_path):
    rapl(tmp_path, 0, 0, 0)
    (tmp_path / "intel-rapl:1" / "name").write_text("psys\n")
    (tmp_path / "intel-rapl:2" / "name").write_text("package-1\n")
    sensor = Rapl(tmp_path)
    for i, joules in enumerate((1.0, 1.3, 0.5)):
        (tmp_path / f"intel-rapl:{i}" / "energy_uj").write_text(f"{round(1e6 * joules)}\n")
    assert sensor.joules() == pytest.approx(1.5)


def test_a_machine_that_tells_of_its_platform_alone_has_no_sensor_of_processors(tmp_path):
    rapl(tmp_path, 0)
    (tmp_path / "intel-rapl:0" / "name").write_text("psys\n")
    with pytest.raises(OSError, match="no package under"):
        Rapl(tmp_path)


def test_sensors_that_are_not_there_are_left_out(tmp_path):
    found = find_sensors([lambda: Nvml(object()), lambda: Rapl(tmp_path / "none")])
    assert found == []
    assert all(sensor.part in ("accelerator", "processor") for sensor in find_sensors())


def test_the_method_names_a_sensor_where_there_is_one_and_the_equation_where_not():
    found = Meter(TARIFF, sensors=[Counter("processor")]).method
    assert found == "a processor counter and Eq. 1 at 300 W per busy accelerator, PUE 1.5"


def test_the_wall_clock_runs_from_the_making_of_the_meter(monkeypatch):
    now = [1000.0]
    monkeypatch.setattr("evonas.carbon.meter.time.monotonic", lambda: now[0])
    meter = Meter(TARIFF, sensors=[])
    now[0] += 42.0
    assert meter.wall_seconds == spent(meter).wall_seconds == 42.0


def test_sensors_that_both_fail_are_warned_of_in_one_line(caplog):
    sensors = [Counter("processor"), Counter("accelerator")]
    meter = Meter(TARIFF, sensors=sensors)
    for sensor in sensors:
        sensor.joules = lambda: 1 / 0
    meter.poll()
    meter.poll()
    assert caplog.text.count("cannot be read any more") == 1
