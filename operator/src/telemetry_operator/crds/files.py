"""The definitions as files of YAML."""

from io import StringIO
from typing import Any, Final

from ruamel.yaml import YAML

from telemetry_operator.crds.benchmark import build_benchmark_definition
from telemetry_operator.crds.comparison import build_comparison_definition
from telemetry_operator.crds.definition import build_definition

HEAD: Final = "# Made from the models of telemetry_operator.specs by `make crds`; a test proves it current.\n"


def build_files() -> dict[str, str]:
    """Text of each file, by its name."""
    documents = [build_definition(), build_benchmark_definition(), build_comparison_definition()]
    return {f"{document['metadata']['name']}.yaml": HEAD + _yaml(document) for document in documents}


def _yaml(document: dict[str, Any]) -> str:
    yaml = YAML(typ="safe", pure=True)
    yaml.default_flow_style = False
    yaml.sort_base_mapping_type_on_output = False  # type: ignore[assignment]
    yaml.width = 120
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.representer.ignore_aliases = lambda _: True
    text = StringIO()
    yaml.dump(document, text)
    return text.getvalue()
