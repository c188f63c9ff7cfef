from telemetry_contract.settings import Component, Variable
from telemetry_operator.resources.files import files_of
from telemetry_operator.resources.variables import build_environment
from telemetry_operator.specs.platform import TelemetryPlatform
from tests.unit.resources.given import EXTERNAL, context_for, platform_in

FILES = (Variable.KEYS_FILE, Variable.REVOCATIONS_FILE, Variable.TLS_CERT_FILE, Variable.KAFKA_CA_FILE)


def mounted(component: Component, platform: TelemetryPlatform) -> dict[str, str]:
    """Names of a program's volumes by where they are mounted."""
    environment = build_environment(component, platform, context_for(platform))
    return {file.mount["mountPath"]: file.volume["name"] for file in files_of(platform, environment)}


def test_every_file_that_a_program_is_told_of_stands_in_a_mounted_directory() -> None:
    platform = platform_in(architecture="kafka", tls={"secretName": "certificate"}, **EXTERNAL)
    for component in Component:
        environment = build_environment(component, platform, context_for(platform))
        told = {environment[name].rpartition("/")[0] for name in FILES if name in environment}
        assert told <= mounted(component, platform).keys()


def test_an_authority_is_mounted_where_the_url_says() -> None:
    platform = platform_in(**EXTERNAL, architecture="redis")
    url = build_environment(Component.ANALYTICS, platform, context_for(platform))[Variable.POSTGRES_URL]
    assert "sslrootcert=%2Fetc%2Ftelemetry%2Fca%2Fpostgres%2Froot.pem" in url
    assert mounted(Component.ANALYTICS, platform)["/etc/telemetry/ca/postgres"] == "postgres-ca"


def test_files_are_mounted_as_directories_that_follow_their_source() -> None:
    platform = platform_in(architecture="stream-memory")
    for file in files_of(platform, build_environment(Component.CONSUMER, platform, context_for(platform))):
        assert "subPath" not in file.mount
        assert file.mount["readOnly"] is True


def test_only_who_checks_credentials_has_the_keys() -> None:
    assert mounted(Component.CONSUMER, platform_in(architecture="kafka")) == {}
    assert "keys" in mounted(Component.CONSUMER, platform_in(architecture="stream-memory")).values()
