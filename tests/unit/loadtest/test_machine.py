import psutil
import pytest

from telemetry_contract.readings import is_device, is_metric
from telemetry_loadtest.machine import Counters, Look, Machine, machine_device, rates


def test_a_sample_holds_what_every_machine_has() -> None:
    assert {"cpu_percent", "cpu_count", "memory_percent", "memory_available_bytes"} <= Machine("m").sample().keys()


def test_names_are_what_the_platform_takes() -> None:
    reading = Machine().reading()
    assert is_device(reading.device)
    assert all(is_metric(name) for name in reading.metrics)


def test_the_host_name_becomes_a_device_id(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("socket.gethostname", lambda: "Zoë's laptop.local")
    assert machine_device() == "host-Zo-s-laptop.local"


def test_rates_are_differences_over_elapsed_time() -> None:
    before, now = Look(10.0, Counters(disk_read=1_000)), Look(12.0, Counters(disk_read=5_000))
    assert rates(before, now) == {"disk_read_bytes_per_second": 2_000.0}


def test_a_first_look_has_no_rates() -> None:
    assert rates(None, Look(10.0, Counters(disk_read=1_000))) == {}


def test_a_counter_that_began_anew_has_no_rate() -> None:
    before, now = Look(10.0, Counters(disk_read=5_000)), Look(12.0, Counters(disk_read=10))
    assert rates(before, now) == {}


def unavailable(*_: object) -> None:
    raise OSError("no such sensor")


def test_a_machine_without_sensors_still_has_a_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    for sensor in ("disk_io_counters", "net_io_counters", "getloadavg", "disk_usage"):
        monkeypatch.setattr(psutil, sensor, unavailable)
    monkeypatch.delattr(psutil, "sensors_temperatures", raising=False)
    machine = Machine("m")
    machine.sample()
    assert machine.sample().keys() == {"cpu_percent", "cpu_count", "memory_percent", "memory_available_bytes"}


def test_temperatures_are_the_hottest_of_each_chip(monkeypatch: pytest.MonkeyPatch) -> None:
    sensor = type("Sensor", (), {})
    cool, hot = sensor(), sensor()
    cool.current, hot.current = 40.0, 71.5
    chips = {"k10temp-pci": [cool, hot], "empty": []}
    monkeypatch.setattr(psutil, "sensors_temperatures", lambda: chips, raising=False)
    assert Machine("m").sample()["temperature_k10temp_pci"] == 71.5
