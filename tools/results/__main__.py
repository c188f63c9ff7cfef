"""`make results RUN=NAME`: puts a finished comparison into docs/results.md, its JSON and its plots beside it."""

import argparse
import sys
from typing import Final

from telemetry_loadtest.comparison_results import decode_comparison, encode_comparison
from telemetry_operator.benchmarks.comparing.kept import UnknownComparisonError, find_comparison
from tools.bench.processes import ROOT
from tools.results.page import PICTURES, fill_results, pictures

PAGE: Final = ROOT / "docs" / "results.md"


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="make results", description=__doc__)
    parser.add_argument("run", help="a finished comparison: its run's name, the beginning of it, a path, or last")
    options = parser.parse_args(arguments)
    try:
        comparison = decode_comparison(find_comparison(options.run).read_bytes())
    except UnknownComparisonError as error:
        parser.error(f"{error}; {error.hint}")
    beside = PAGE.parent / PICTURES
    beside.mkdir(exist_ok=True)
    for picture in pictures(comparison):
        (beside / picture.file).write_text(picture.svg)
    (beside / f"{comparison.provenance.name}.json").write_bytes(encode_comparison(comparison))
    PAGE.write_text(fill_results(PAGE.read_text(), comparison))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
