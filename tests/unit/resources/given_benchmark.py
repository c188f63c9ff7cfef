"""Runs that the builders' tests are given."""

from typing import Any

import msgspec

from telemetry_loadtest.credentials import Credentials
from telemetry_loadtest.plan import PieceOfRate, Plan, PlannedBound, PlannedStage, Slo
from telemetry_loadtest.profiles import Endpoint
from telemetry_operator.resources.benchmark import build_run, target_in_cluster
from telemetry_operator.resources.benchmark_context import Run
from telemetry_operator.resources.benchmark_inputs import Opened, build_credentials
from telemetry_operator.resources.context import Context
from telemetry_operator.resources.objects import Object
from telemetry_operator.resources.observer import asked_servers, config_of
from telemetry_operator.specs.benchmark import TelemetryBenchmark
from telemetry_operator.specs.platform import TelemetryPlatform
from tests.unit.resources.given import NAMESPACE, context_for

CREDENTIALS = Credentials("reader's", ["gateway's"], ["one's", "probes'"])


def opened_for(platform: TelemetryPlatform, credentials: Credentials = CREDENTIALS) -> Opened:
    return Opened(
        credentials=credentials,
        control_token="let me in",
        collector_token="let me look",
        servers=config_of(platform, dict.fromkeys(asked_servers(platform), "secret")),
    )


def plan_for(platform: TelemetryPlatform, **changes: Any) -> Plan:  # noqa: ANN401 - a plan's own
    plan = Plan(
        run="evening-1",
        seed=1,
        stages=[PlannedStage("even", [PieceOfRate(60, 100, 100)])],
        weights={Endpoint.LATEST: 1.0},
        target=target_in_cluster(platform),
        slo=Slo([PlannedBound(Endpoint.LATEST, "p95", 300.0)]),
        devices=1,
        workers=2,
    )
    return msgspec.structs.replace(plan, **changes)


def run_for(platform: TelemetryPlatform, name: str = "evening", **changes: Any) -> Run:  # noqa: ANN401 - a plan's own
    benchmark = TelemetryBenchmark.model_validate(
        {
            "apiVersion": "telemetry.dev/v1alpha1",
            "kind": "TelemetryBenchmark",
            "metadata": {"name": name, "namespace": NAMESPACE},
            "spec": {"platform": platform.metadata.name, "suite": "smoke"},
        }
    )
    return Run(
        benchmark=benchmark,
        platform=platform,
        plan=plan_for(platform, **changes),
        uid="7a1b0c2d-0000-4000-8000-000000000000",
        image="telemetry/loadtest:1.0.0",
        operator_namespace=context_for(platform).operator_namespace,
    )


def build_benchmark(platform: TelemetryPlatform, _: Context) -> tuple[Object, ...]:
    run = run_for(platform)
    return (build_credentials(run, opened_for(platform)), *build_run(run))
