from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[3]
CHART: Final = ROOT / "charts" / "telemetry-operator"
