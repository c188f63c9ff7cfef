"""`python -m telemetry_operator.crds [DIRECTORY]`: writes the custom resource definitions, a file for each kind."""

import sys
from pathlib import Path

from telemetry_operator.crds.files import build_files

directory = Path(*sys.argv[1:2] or ["crds"])
directory.mkdir(exist_ok=True)
for name, text in build_files().items():
    (directory / name).write_text(text, encoding="utf-8")
