import msgspec
import pytest

from telemetry_contract.architecture import PRESETS, Architecture, Store, Writes

# writes, store, reads, scaling: what the documentation promises of each name.
PROMISED = {
    "baseline": "direct postgres direct fixed",
    "scale": "direct postgres direct hpa",
    "redis": "direct postgres redis hpa",
    "kafka": "kafka postgres redis hpa",
    "stream-memory": "kafka memory direct fixed",
    "stream-postgres": "kafka postgres direct fixed",
    "stream-redis": "kafka postgres redis fixed",
}


def test_each_preset_is_the_combination_that_its_name_promises() -> None:
    assert {name: " ".join(msgspec.structs.astuple(preset)) for name, preset in PRESETS.items()} == PROMISED


def test_no_two_presets_are_the_same() -> None:
    assert len(set(PRESETS.values())) == len(PRESETS)


@pytest.mark.parametrize("preset", PRESETS.values())
def test_history_in_memory_is_fed_by_the_stream(preset: Architecture) -> None:
    assert preset.store is Store.POSTGRES or preset.writes is Writes.KAFKA
