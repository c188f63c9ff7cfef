import secrets
from base64 import b64decode

import pytest

from telemetry_contract.architecture import PRESETS
from telemetry_contract.keys import parse_keyring, parse_revocations
from telemetry_operator.resources.credentials import (
    GeneratedSecret,
    build_revocations,
    build_secret,
    secret_names,
    wanted_secrets,
)
from telemetry_operator.resources.objects import Object
from telemetry_operator.specs.layout import Server
from telemetry_operator.specs.platform import TelemetryPlatform
from tests.unit.resources.given import EXTERNAL, NAMED_SECRETS, context_for, platform_in


def wanted_of(platform: TelemetryPlatform, component: str) -> GeneratedSecret:
    return next(wanted for wanted in wanted_secrets(platform) if wanted.component == component)


def build(platform: TelemetryPlatform, component: str) -> Object:
    return build_secret(wanted_of(platform, component), platform, context_for(platform), secrets.token_bytes)


def decoded(secret: Object) -> dict[str, str]:
    return {key: b64decode(value).decode() for key, value in secret["data"].items()}


@pytest.mark.parametrize(
    ("preset", "names"),
    [
        ("baseline", {"demo-keys", "demo-postgres"}),
        ("kafka", {"demo-keys", "demo-postgres", "demo-redis", "demo-kafka"}),
        ("stream-memory", {"demo-keys", "demo-kafka"}),
    ],
)
def test_a_secret_is_made_for_each_server_of_our_own_that_is_needed(preset: str, names: set[str]) -> None:
    assert {wanted.name for wanted in wanted_secrets(platform_in(architecture=preset))} == names


def test_nothing_is_made_where_the_spec_names_everything() -> None:
    platform = platform_in(architecture="kafka", auth={"keysSecretName": "keys"}, **EXTERNAL)
    assert wanted_secrets(platform) == ()


def test_all_secrets_are_looked_up_that_the_platform_or_its_spec_needs() -> None:
    outside = platform_in(
        architecture="kafka", auth={"keysSecretName": "keys"}, tls={"secretName": "certificate"}, **EXTERNAL
    )
    assert secret_names(outside) == NAMED_SECRETS.keys()
    assert secret_names(platform_in(architecture="redis")) == {"demo-keys", "demo-postgres", "demo-redis"}


def test_secrets_of_servers_that_the_architecture_leaves_out_are_not_needed() -> None:
    external = {"redis": EXTERNAL["redis"], "kafka": EXTERNAL["kafka"]}
    assert secret_names(platform_in(architecture="baseline", kafka=external["kafka"])) == {"demo-keys", "demo-postgres"}


def test_what_is_made_are_keys_that_the_services_can_read() -> None:
    platform = platform_in()
    keyring = parse_keyring(decoded(build(platform, "keys"))["keys.json"].encode())
    assert keyring.current in keyring.secrets
    revocations = build_revocations(platform, context_for(platform))
    assert revocations
    assert parse_revocations(revocations["data"]["revocations.json"].encode()) == {}


def test_no_two_passwords_are_the_same() -> None:
    platform = platform_in(architecture="kafka")
    kafka = decoded(build(platform, "kafka"))
    assert len({*kafka.values(), decoded(build(platform, "redis"))["password"]}) == 4


def test_a_secret_is_a_function_of_its_entropy() -> None:
    platform = platform_in()
    wanted, context = wanted_of(platform, "postgres"), context_for(platform)
    assert build_secret(wanted, platform, context, bytes) == build_secret(wanted, platform, context, bytes)


def test_a_secret_knows_the_volumes_that_it_opens() -> None:
    three = platform_in(architecture="kafka", kafka={"builtin": {"brokers": 3}})
    kafka = wanted_of(three, "kafka")
    assert (kafka.server, kafka.claims) == (
        Server.KAFKA,
        ("data-demo-kafka-0", "data-demo-kafka-1", "data-demo-kafka-2"),
    )
    assert wanted_of(three, "keys").claims == ()


@pytest.mark.parametrize(("policy", "owners"), [("Retain", 0), ("Delete", 1)])
def test_what_opens_data_lives_as_long_as_the_data(policy: str, owners: int) -> None:
    platform = platform_in(deletionPolicy=policy)
    for built in (build(platform, "postgres"), build_revocations(platform, context_for(platform))):
        assert built
        assert len(built["metadata"].get("ownerReferences", [])) == owners


def test_revocations_that_the_spec_names_are_not_made() -> None:
    platform = platform_in(auth={"revocationsConfigMapName": "revoked"})
    assert build_revocations(platform, context_for(platform)) is None


@pytest.mark.parametrize("preset", PRESETS)
def test_every_secret_that_is_made_is_looked_up(preset: str) -> None:
    platform = platform_in(architecture=preset)
    assert {wanted.name for wanted in wanted_secrets(platform)} <= secret_names(platform)
