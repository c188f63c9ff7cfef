import re
from pathlib import Path

import pytest
from tools.reference.settings import read_operator_settings, read_settings, settings_models, undocumented

from telemetry_contract.settings import Component, Variable
from tests.unit.docs.markdown import FILES, code_lines

VARIABLE = re.compile(r"\bTELEMETRY_[A-Z]\w*")
KNOWN = {*Variable, *read_operator_settings()}


def test_each_program_has_settings() -> None:
    assert set(settings_models()) == set(Component)


def test_each_setting_says_what_it_means() -> None:
    assert undocumented() == [], "give the field a docstring, then: make docs"


def test_each_variable_of_the_contract_is_a_setting_of_some_program() -> None:
    assert read_settings().keys() == set(Variable)


@pytest.mark.parametrize("path", FILES, ids=str)
def test_a_variable_that_is_named_exists(path: Path) -> None:
    assert {name for line in code_lines(path) for name in VARIABLE.findall(line)} <= KNOWN
