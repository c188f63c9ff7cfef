"""The pages, and what makes each."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from tools.reference.api import build_api
from tools.reference.benchmark import build_benchmark
from tools.reference.cli import build_cli
from tools.reference.comparison import build_comparison
from tools.reference.manifest import build_platform
from tools.reference.metrics import build_metrics
from tools.reference.result_schema import build_comparison_schema, build_result_schema
from tools.reference.settings import build_settings
from tools.reference.status import build_status

DOCS: Final = Path(__file__).parents[2] / "docs"
PAGES: Final[Mapping[str, Callable[[], str]]] = {
    "api.md": build_api,
    "benchmark-fields.md": build_benchmark,
    "comparison-fields.md": build_comparison,
    "cli.md": build_cli,
    "settings.md": build_settings,
    "metrics.md": build_metrics,
    "platform.md": build_platform,
    "schema/benchmark-result.json": build_result_schema,
    "schema/comparison-result.json": build_comparison_schema,
    "status.md": build_status,
}
