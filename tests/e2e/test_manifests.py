"""The API server refuses what the models refuse and accepts what they accept, and keeps what was meant."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from ruamel.yaml import YAML
from tools.cluster.kubectl import Kubectl

from telemetry_operator.crds import transitions, twins
from telemetry_operator.specs.manifest import parse_object
from tests.e2e.harness.dry_run import Answer, DryRun, dry_run
from tests.e2e.harness.namespaces import own_namespace
from tests.e2e.harness.platforms import RESOURCE
from tests.support.api_server import read_back
from tests.support.made_specs import specs
from tests.support.manifests import PLATFORMS, faults_of, manifest_of
from tests.support.meaning import meaning_of
from tests.support.rule_examples import Change, Spec, changes, read_examples, values

CRDS: Final = Path(__file__).parents[2] / "crds"
RULES: Final = read_examples("rules")
REFUSALS: Final = YAML(typ="safe").load((Path(__file__).parents[1] / "unit" / "specs" / "refusals.yaml").read_text())
MADE: Final = 200  # specs; each is one request

# What the definition says must not change meanwhile.
pytestmark = pytest.mark.xdist_group("definitions")


@pytest.fixture(scope="module")
def place(kubectl: Kubectl) -> Iterator[Kubectl]:
    """A namespace in which only the definitions are needed, no operator."""
    kubectl("apply", "--server-side", "--force-conflicts", "--filename", str(CRDS))
    kubectl.wait(f"crd/{RESOURCE}", "condition=Established")
    with own_namespace(kubectl) as own:
        yield own


@pytest.fixture(scope="module")
def server(place: Kubectl) -> Iterator[DryRun]:
    with dry_run(place) as server:
        yield server


def messages(answer: Answer) -> str:
    return "\n".join(message for _, message in answer.causes)


def assert_agreed(manifest: dict[str, Any], answer: Answer) -> None:
    """The models accept what the API server keeps, with the same meaning, and refuse what it refuses."""
    faults = faults_of(manifest)
    assert bool(faults) == bool(answer.refusal), (
        f"models: {faults or 'accepted'}\nAPI server: {answer.refusal or 'kept'}"
    )
    if answer.kept:
        assert answer.kept["spec"] == read_back(manifest)["spec"]
        assert meaning_of(parse_object(answer.kept)) == meaning_of(parse_object(manifest))


@pytest.mark.parametrize("path", PLATFORMS, ids=lambda path: path.stem)
def test_an_example_is_accepted_as_it_stands(path: Path, server: DryRun) -> None:
    manifest = YAML(typ="safe").load(path.read_text())
    answer = server.create(manifest)
    assert answer.refusal == ""
    assert_agreed(manifest, answer)


@pytest.mark.parametrize("options", [(), ("--server-side",)], ids=["client-side", "server-side"])
def test_all_examples_can_be_applied(options: tuple[str, ...], place: Kubectl) -> None:
    told = place("apply", "--dry-run=server", *(f"--filename={path}" for path in PLATFORMS), *options)
    assert told.count("telemetryplatform.telemetry.dev/") == len(PLATFORMS)


@pytest.mark.parametrize("name", RULES)
def test_a_rule_accepts_here_what_it_accepts_in_the_models(name: str, server: DryRun) -> None:
    answer = server.create(manifest_of(**RULES[name]["accepted"]))
    assert answer.refusal == ""


@pytest.mark.parametrize("name", RULES)
def test_a_rule_refuses_here_what_it_refuses_in_the_models(name: str, server: DryRun) -> None:
    answer = server.create(manifest_of(**RULES[name]["refused"]))
    assert answer.refusal
    if name in twins.TWINS:
        assert [message for _, message in answer.causes] == [f"Invalid value: {twins.TWINS[name].message}"]


@pytest.mark.parametrize("change", changes(), ids=lambda change: change.name)
def test_a_change_is_accepted_or_refused(change: Change, place: Kubectl, server: DryRun) -> None:
    # Paused, an operator that happens to run starts nothing of it.
    place.apply(manifest_of("changing", **change.before, paused=True))
    try:
        accepted, refused = (
            server.replace(manifest_of("changing", **spec)) for spec in (change.accepted, change.refused)
        )
    finally:
        place.delete(RESOURCE, "changing")
    assert accepted.refusal == ""
    assert any(twin.message in messages(refused) for twin in transitions.TWINS[change.name])


@pytest.mark.parametrize(("name", "spec"), [*values(accepted=True), *values(accepted=False)])
def test_a_value_is_judged_as_by_the_models(name: str, spec: Spec, server: DryRun) -> None:
    manifest = manifest_of(**spec)
    assert_agreed(manifest, server.create(manifest))


@pytest.mark.parametrize("name", [name for name in REFUSALS if name != "a key twice"])
def test_what_the_models_refuse_with_words_is_refused(name: str, server: DryRun) -> None:
    assert server.create(manifest_of(**YAML(typ="safe").load(REFUSALS[name]["given"]))).refusal


@pytest.mark.parametrize("name", ["a", "a" * 63, "a-9"])
def test_a_name_that_is_a_label_is_accepted(name: str, server: DryRun) -> None:
    assert (server.create(manifest_of(name)).refusal, faults_of(manifest_of(name))) == ("", "")


@pytest.mark.parametrize("name", ["a" * 64, "a.b"])
def test_a_name_that_is_no_label_is_refused(name: str, server: DryRun) -> None:
    assert "metadata.name: a name of at most 63" in messages(server.create(manifest_of(name)))
    assert faults_of(manifest_of(name))


def test_without_a_spec_it_is_the_baseline(server: DryRun) -> None:
    manifest = {name: value for name, value in manifest_of().items() if name != "spec"}
    answer = server.create(manifest)
    assert_agreed(manifest, answer)
    assert answer.kept
    assert answer.kept["spec"]["architecture"] == "baseline"


@settings(max_examples=MADE, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(spec=specs())
def test_any_spec_is_judged_as_by_the_models(spec: Spec, server: DryRun) -> None:
    manifest = manifest_of(**spec)
    assert_agreed(manifest, server.create(manifest))


@pytest.mark.parametrize("field", ["spec.kafka", "spec.kafka.builtin.storage", "spec.producer.autoscaling", "status"])
def test_a_field_is_explained(field: str, place: Kubectl) -> None:
    told = place("explain", f"tp.{field}")
    assert "<no description>" not in told
    assert "DESCRIPTION:\n    <empty>" not in told
