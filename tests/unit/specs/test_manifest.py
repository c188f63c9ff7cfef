from collections.abc import Callable
from pathlib import Path
from textwrap import indent
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from telemetry_operator.specs.documents import LARGEST
from telemetry_operator.specs.manifest import (
    ManifestError,
    parse_manifest,
    parse_manifests,
    parse_object,
    read_manifest,
)
from tests.support.manifests import EXAMPLES, manifest_of

HEADER = """\
apiVersion: telemetry.dev/v1alpha1
kind: TelemetryPlatform
metadata: {name: demo}
"""
FIELDS = (
    "architecture, writes, store, reads, scaling, producer, consumer, analytics, postgres, redis, memory, kafka, "
    "images, retention, auth, tls, rateLimits, ingest, buffer, cache, observability, ingress, networkPolicy, paused, "
    "deletionPolicy"
)
PRESETS = "baseline, scale, redis, kafka, stream-memory, stream-postgres, stream-redis"

REFUSALS = YAML(typ="safe").load(Path(__file__).with_name("refusals.yaml"))

BAD_TEXTS = {
    "empty": ("", "m: empty; a TelemetryPlatform is needed"),
    "nothing but a comment": ("# soon\n---\n", "m: empty; a TelemetryPlatform is needed"),
    "not a block": ("- a\n- b\n", "m:1: not a manifest: a block with apiVersion, kind, metadata and spec is needed"),
    "not YAML": ("a: b: c\n", "m:1: not YAML: mapping values are not allowed here (column 5)"),
    "a tab": ("a:\n\tb: 1\n", "m:2: not YAML: found character '\\t' that cannot start any token (column 1)"),
    "a control character": ("a: 1\nb: \x01\n", "m:2: not YAML: the character U+0001 is not allowed"),
    "an unknown tag": (
        "a: !shell x\n",
        "m:1: not YAML: could not determine a constructor for the tag '!shell' (column 4)",
    ),
    "an anchor that holds itself": ("&a [*a]\n", "m: not YAML: nested too deep, or an anchor that holds itself"),
    "nested without end": ("[" * 5000, "m: not YAML: nested too deep, or an anchor that holds itself"),
    "nested deeper than any manifest": (
        "a: " + "[" * 60 + "]" * 60,
        "m: not YAML: nested too deep, or an anchor that holds itself",
    ),
    "a date that is none": ("a: 2024-13-45\n", "m: not YAML: month must be in 1..12"),
    "another kind": (
        "apiVersion: telemetry.dev/v1alpha1\nkind: ConfigMap\nmetadata: {name: x}\ndata: {a: b}\n",
        "m:2: kind: found 'ConfigMap'; allowed: TelemetryPlatform",
    ),
    "the kind misspelt": (
        "apiVersion: telemetry.dev/v1alpha1\nkind: TelemetryPlatfrom\n",
        "m:2: kind: found 'TelemetryPlatfrom'; allowed: TelemetryPlatform; did you mean TelemetryPlatform?",
    ),
    "another version": (
        "apiVersion: v1\nkind: TelemetryPlatform\n",
        "m:1: apiVersion: found 'v1'; allowed: telemetry.dev/v1alpha1",
    ),
    "no name": (
        "apiVersion: telemetry.dev/v1alpha1\nkind: TelemetryPlatform\nmetadata:\n  nmae: demo\n",
        "m:4: metadata.nmae: no such field; did you mean name? allowed: name, namespace, labels, annotations",
    ),
    "no metadata": (
        "apiVersion: telemetry.dev/v1alpha1\nkind: TelemetryPlatform\n",
        "m:1: metadata: required, and missing",
    ),
    "a name that Kubernetes would refuse": (
        "apiVersion: telemetry.dev/v1alpha1\nkind: TelemetryPlatform\nmetadata: {name: A_b}\n",
        "m:3: metadata.name: found 'A_b'; a name of at most 63 lower-case letters, digits and inner hyphens is needed",
    ),
    "two platforms": (
        f"{HEADER}---\n{HEADER.replace('demo', 'other')}",
        "m: found 2 platforms (demo, other); one a file is needed",
    ),
    "a bad document behind a good one": (
        f"{HEADER}---\n{HEADER}spec: {{architecture: kafak}}\n",
        f"m:8: spec.architecture: found 'kafak'; allowed: {PRESETS}; did you mean kafka?",
    ),
}


def refusal(text: str) -> str:
    with pytest.raises(ManifestError) as refused:
        parse_manifest(text, source="m")
    return refused.value.message


def told_of(parse: Callable[[], object]) -> str | None:
    """What is said of a bad manifest; nothing of a good one. Any other error is the test's failure."""
    try:
        parse()
    except ManifestError as refused:
        return refused.message
    return None


@pytest.mark.parametrize("case", REFUSALS.values(), ids=REFUSALS)
def test_a_bad_spec_is_told_by_place_finding_and_remedy(case: dict[str, str]) -> None:
    assert refusal(f"{HEADER}spec:\n{indent(case['given'], '  ')}\n") == case["told"]


@pytest.mark.parametrize(("text", "told"), BAD_TEXTS.values(), ids=BAD_TEXTS)
def test_a_text_that_is_no_manifest_is_told(text: str, told: str) -> None:
    assert refusal(text) == told


def test_all_faults_are_told_at_once_in_the_order_of_their_lines() -> None:
    told = refusal(f"""{HEADER}spec:
  store: memory
  writes: direct
  producer: {{replicas: many}}
  paused: no
  buffer: {{maxBufferAge: 2d}}
  kafka: {{topic: {{retention: 1d}}}}
""")
    places = [" ".join(line.split()[:2]) for line in told.splitlines()]
    assert places == [
        "m:5: spec.store:",
        "m:7: spec.producer.replicas:",
        "m:8: spec.paused:",
        "m:9: spec.buffer.maxBufferAge:",
        "m:10: spec.kafka.topic.retention:",
    ]


def test_a_rule_is_not_guessed_at_where_its_field_is_misspelt() -> None:
    told = refusal(f"{HEADER}spec: {{architecture: stream-memory, stroe: postgres, postgres: {{}}}}\n")
    assert told == f"m:4: spec.stroe: no such field; did you mean store? allowed: {FIELDS}"


def test_a_field_without_a_value_asks_for_the_default() -> None:
    platform = parse_manifest(f"{HEADER}spec:\n  consumer:\n  kafka:\n    builtin:\n")
    assert platform.spec == parse_manifest(HEADER).spec


def test_the_documents_of_a_text_are_all_returned() -> None:
    platforms = parse_manifests(f"---\n{HEADER}---\n# nothing here\n---\n{HEADER.replace('demo', 'other')}")
    assert [platform.metadata.name for platform in platforms] == ["demo", "other"]


def test_anchors_may_be_used_and_unfold_within_bounds() -> None:
    text = f"{HEADER}spec:\n  producer: &same {{replicas: 2}}\n  analytics: *same\n"
    assert parse_manifest(text).spec.analytics.replicas == 2


def test_an_anchor_that_is_named_again_stands_for_the_newest() -> None:
    spec = "{retention: &a 30d, architecture: &a kafka, paused: &b false, writes: *a}"
    assert parse_manifest(f"{HEADER}spec: {spec}\n").spec.writes == "kafka"


def test_a_few_lines_that_unfold_to_a_billion_values_are_refused() -> None:
    lines = ["a0: &a0 [x]", *(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10))]
    assert refusal("\n".join(lines)) == f"m: not YAML: more than {LARGEST} values"


def test_an_object_from_the_api_server_is_told_of_without_lines() -> None:
    with pytest.raises(ManifestError) as refused:
        parse_object(manifest_of(paused="no"), source="default/demo")
    assert refused.value.message == "default/demo: spec.paused: found 'no'; true or false is needed"


def test_an_object_from_the_api_server_is_parsed() -> None:
    assert parse_object(manifest_of(paused=True)).spec.paused


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ManifestError) as refused:
        read_manifest(tmp_path / "none.yaml")
    assert refused.value.message == f"{tmp_path / 'none.yaml'}: No such file or directory"


def test_a_file_that_is_not_text_is_named(tmp_path: Path) -> None:
    (tmp_path / "m.yaml").write_bytes(b"a: \xff")
    with pytest.raises(ManifestError, match=r"m\.yaml: not text in UTF-8 \(byte 3\)"):
        read_manifest(tmp_path / "m.yaml")


@given(st.text())
def test_any_text_is_a_manifest_or_told_of(text: str) -> None:
    with pytest.raises(ManifestError):
        parse_manifest(text)


YAML_LINES = st.lists(
    st.sampled_from((EXAMPLES / "kafka.yaml").read_text(encoding="utf-8").splitlines())
    | st.text(alphabet="ab: -[]{}&*!|>'\"#\n\t?,0.", max_size=12),
    max_size=12,
)


@given(YAML_LINES)
@example(["[0,&0", ",&0"])
def test_any_mixture_of_lines_is_a_manifest_or_told_of(lines: list[str]) -> None:
    assert told_of(lambda: parse_manifests("\n".join(lines))) != ""


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5) | st.integers(), inner, max_size=3),
    max_leaves=5,
)


@given(st.sampled_from(FIELDS.split(", ")), JSON)
def test_any_value_of_a_field_is_accepted_or_told_of(field: str, value: Any) -> None:  # noqa: ANN401 - JSON
    told = told_of(lambda: parse_object(manifest_of(**{field: value})))
    assert told is None or f"spec.{field}" in told
