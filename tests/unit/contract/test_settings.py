"""What a program says of an environment that is not its settings."""

from telemetry_contract.settings import fault_in_words, unknown_in_words

KNOWN = ["TELEMETRY_PORT", "TELEMETRY_HOST"]


def test_a_misspelt_variable_is_told_the_nearest() -> None:
    said = unknown_in_words("TELEMETRY_PROT", KNOWN, "this program")
    assert said == "TELEMETRY_PROT is not a setting of this program; did you mean TELEMETRY_PORT?"


def test_one_that_is_near_to_none_is_told_so_alone() -> None:
    assert unknown_in_words("XYZ", KNOWN, "the operator") == "XYZ is not a setting of the operator"


def test_a_missing_variable_is_named_and_a_wrong_one_explained() -> None:
    assert fault_in_words("TELEMETRY_PORT", "missing", "Field required") == "TELEMETRY_PORT is missing"
    assert fault_in_words("TELEMETRY_PORT", "int_parsing", "no number") == "TELEMETRY_PORT: no number"
