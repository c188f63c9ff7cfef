"""The rules of a benchmark once more, in CEL; see `twins`.

The API server reckons with the largest lists that the schema allows, so each rule is one pass over them at most.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Final

from telemetry_loadtest.profiles import WEIGHTS, Endpoint, Profile
from telemetry_operator.crds.cel import Validation, milliseconds
from telemetry_operator.specs.benchmark import LONGEST
from telemetry_operator.specs.load import FORMS

LONGEST_MILLISECONDS: Final = LONGEST * 1000


def _names(endpoints: Iterable[Endpoint]) -> str:
    return json.dumps([str(endpoint) for endpoint in endpoints])


def _called(endpoint: str) -> str:
    """Whether an endpoint is called: by weights of one's own, by the profile, or by the one that goes without."""
    mixed = f"{endpoint} in {_names(WEIGHTS[Profile.MIXED])}"
    by_profile = mixed
    for profile in (it for it in Profile if it is not Profile.MIXED):
        by_profile = f'self.profile == "{profile}" ? {endpoint} in {_names(WEIGHTS[profile])} : {by_profile}'
    return f"has(self.weights) ? {endpoint} in self.weights : has(self.profile) ? ({by_profile}) : {mixed}"


def _either_rate(block: str, *fields: str) -> str:
    return f"!has(self.{block}) || " + " || ".join(f"self.{block}.{field} > 0.0" for field in fields)


def _length(stage: str) -> str:
    """Milliseconds of a stage."""
    trace = f"size({stage}.trace.arrivals) * {milliseconds(f'{stage}.trace.interval')}"
    return f"(has({stage}.trace) ? {trace} : {milliseconds(f'{stage}.duration')})"


_STAGE: Final[Mapping[str, Validation]] = {
    "one_form_is_given": Validation(
        f"[{', '.join(f'has(self.{form})' for form in FORMS)}].filter(given, given).size() == 1",
        f"one of {', '.join(FORMS)} is needed, and no other beside it",
    ),
    "duration_is_known": Validation(
        "has(self.trace) != has(self.duration)",
        "required, but for a trace, which is as long as it is",
        ".duration",
    ),
    "spike_fits": Validation(
        f"!has(self.spike) || !has(self.duration) || {milliseconds('self.spike.lasting')} < "
        f"{milliseconds('self.duration')}",
        "a spike must be shorter than its stage",
        ".spike.lasting",
    ),
    "load_is_above_zero": Validation(
        " && ".join(
            f"({part})"
            for part in (
                "!has(self.rate) || self.rate > 0.0",
                _either_rate("ramp", "from", "to"),
                _either_rate("steps", "from", "to"),
                _either_rate("spike", "base", "peak"),
                "!has(self.trace) || self.trace.arrivals.sum() > 0",
            )
        ),
        "a rate of 0 from beginning to end; a stage must offer something",
    ),
}
_SPEC: Final[Mapping[str, Validation]] = {
    "load_is_given_once": Validation(
        "has(self.suite) != (has(self.stages) && size(self.stages) > 0)",
        "suite or stages is needed, one of them",
    ),
    "workload_is_given_once": Validation(
        "!has(self.weights) || !has(self.profile)",
        "profile or weights: one of them says which requests are made",
        ".weights",
    ),
    "bounded_endpoints_are_called": Validation(
        "!has(self.slo) || !has(self.slo.bounds) || self.slo.bounds.all(bound, !has(bound.endpoint) || "
        f"({_called('bound.endpoint')}))",
        "a bound's endpoint must be one that is called, by profile or weights",
        ".slo.bounds",
    ),
    "stage_names_differ": Validation(
        "!has(self.stages) || self.stages.all(stage, !has(stage.name) || "
        "self.stages.exists_one(other, has(other.name) && other.name == stage.name))",
        "two stages have one name; results go by it",
        ".stages",
    ),
    "run_is_bounded": Validation(
        "!has(self.stages) || self.stages.exists(stage, has(stage.trace) == has(stage.duration)) || "
        f"self.stages.map(stage, {_length('stage')}).sum() <= {LONGEST_MILLISECONDS}",
        f"at most {LONGEST} s in all are allowed",
        ".stages",
    ),
    "duration_is_a_soaks": Validation(
        '!has(self.duration) || has(self.suite) && self.suite == "soak" && '
        f"{milliseconds('self.duration')} <= {LONGEST_MILLISECONDS}",
        "only the suite soak may be made longer or shorter, up to 24h; stages have durations of their own",
        ".duration",
    ),
    "freshness_is_probed": Validation(
        "!has(self.slo) || !has(self.slo.freshness) || self.probesPerSecond > 0.0",
        "probesPerSecond is 0, so there are no probes to measure it by",
        ".slo.freshness",
    ),
    "search_is_a_ceilings": Validation(
        '!has(self.search) || has(self.suite) && self.suite == "ceiling"',
        "only the suite ceiling is looked for",
        ".search",
    ),
}

BENCHMARK_TWINS: Final[Mapping[str, Validation]] = {**_STAGE, **_SPEC}

FIXED_ONCE_STARTED: Final = Validation(
    "!has(oldSelf.status) || !has(oldSelf.status.run) || self.spec == oldSelf.spec",
    "a run that has begun keeps its spec: make another, or end this one by the annotation telemetry.dev/stop",
    ".spec",
    "FieldValueForbidden",
)
