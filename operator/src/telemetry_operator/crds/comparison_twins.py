"""The rules of a comparison once more, in CEL; see `twins`.

The parts of platforms are open blocks, of which the API server keeps everything and knows nothing: what holds of those
is said by the operator alone, as a refusal in the status.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Final

from telemetry_loadtest.comparison_plan import PrimaryKind
from telemetry_loadtest.profiles import WEIGHTS, Endpoint, Profile
from telemetry_operator.crds.cel import Validation
from telemetry_operator.specs.comparison import ComparisonSpec

_PROFILES: Final = json.dumps([str(one) for one in ComparisonSpec.model_fields["profiles"].default])
_ENDLESS: Final = (PrimaryKind.CEILING, PrimaryKind.FRESHNESS)  # of all endpoints together

PROFILES: Final = f"(has(self.profiles) ? self.profiles : {_PROFILES})"
METRIC: Final = f'(has(self.metric) && has(self.metric.name) ? self.metric.name : "{PrimaryKind.CEILING}")'
SEARCHED: Final = f'{METRIC} == "{PrimaryKind.CEILING}"'
TITLE: Final = '(has({0}.name) ? {0}.name : has({0}.architecture) ? {0}.architecture : "baseline")'


def _names(endpoints: Iterable[Endpoint]) -> str:
    return json.dumps([str(endpoint) for endpoint in endpoints])


def _called(profile: str, endpoint: str) -> str:
    """Whether a profile calls an endpoint."""
    *others, last = Profile
    called = f"{endpoint} in {_names(WEIGHTS[last])}"
    for one in others:
        called = f'{profile} == "{one}" ? {endpoint} in {_names(WEIGHTS[one])} : {called}'
    return f"({called})"


COMPARISON_TWINS: Final[Mapping[str, Validation]] = {
    "variant_names_differ": Validation(
        "self.variants.all(one, self.variants.exists_one(other, "
        f"{TITLE.format('other')} == {TITLE.format('one')}))",
        "two variants have one name; tables go by it (left out it is the preset's)",
        ".variants",
    ),
    "profiles_differ": Validation(
        "!has(self.profiles) || self.profiles.all(one, self.profiles.exists_one(other, other == one))",
        "a profile stands twice; give each once",
        ".profiles",
    ),
    "stages_fit_the_metric": Validation(
        f"({SEARCHED}) != (has(self.stages) && size(self.stages) > 0)",
        "stages are required, but for the metric ceiling, which chooses its rates itself (search)",
        ".stages",
    ),
    "search_fits_the_metric": Validation(
        f"!has(self.search) || {SEARCHED}",
        "only the metric ceiling is looked for",
        ".search",
    ),
    "metric_endpoint_is_called": Validation(
        f"!has(self.metric) || !has(self.metric.endpoint) || !({METRIC} in "
        f"{json.dumps([str(kind) for kind in _ENDLESS])}) && "
        f"{PROFILES}.all(profile, {_called('profile', 'self.metric.endpoint')})",
        "only latencies are of one endpoint, which every profile must call",
        ".metric.endpoint",
    ),
    "freshness_has_probes": Validation(
        f'{METRIC} != "{PrimaryKind.FRESHNESS}" || !has(self.probesPerSecond) || self.probesPerSecond > 0.0',
        "probesPerSecond is 0, and the metric freshness is measured by probes",
        ".probesPerSecond",
    ),
    "bounds_are_of_called_endpoints": Validation(
        "!has(self.slo) || !has(self.slo.bounds) || self.slo.bounds.all(bound, !has(bound.endpoint) || "
        f"{PROFILES}.exists(profile, {_called('profile', 'bound.endpoint')}))",
        "a bound's endpoint must be one that a profile calls",
        ".slo.bounds",
    ),
}  # fmt: skip

OPEN_BLOCKS: Final[Mapping[str, str]] = {
    "data_is_fresh": "provider is a field of an open block",
    "platforms_are_not_paused": "paused is a field of an open block",
    "limits_are_enough": "how many pods a variant has follows from open blocks",
    "platforms_are_whole": "what is put together from open blocks is a platform only then",
}
"""Rules without a twin, and why: the operator refuses by them."""

FIXED_ONCE_BEGUN: Final = Validation(
    "!has(oldSelf.status) || !has(oldSelf.status.run) || self.spec == oldSelf.spec",
    "a comparison that has begun keeps its spec: make another, or end this one by the annotation telemetry.dev/stop",
    ".spec",
    "FieldValueForbidden",
)
