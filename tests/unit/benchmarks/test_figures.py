"""Figures from what the services answer in Prometheus' text form."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from telemetry_operator.benchmarks.figures import METRICS, sums_of


def exposed() -> str:
    registry = CollectorRegistry()
    requests = Counter("telemetry_http_requests", "h", ["route", "status"], registry=registry)
    requests.labels("/api/v1/readings", "200").inc(3)
    requests.labels('a "quoted" {brace} route', "503").inc(4)
    took = Histogram("telemetry_http_request_duration_seconds", "h", ["route"], registry=registry)
    took.labels("a").observe(0.5)
    took.labels("b").observe(0.25)
    Gauge("telemetry_http_requests_in_flight", "h", registry=registry).set(2)
    Gauge("telemetry_http_requests_in_flight_ever", "h", registry=registry).set(99)
    return generate_latest(registry).decode()


def test_each_figure_is_the_sum_over_its_labels() -> None:
    assert {figure.measure: value for figure, value in sums_of(exposed()).items()} == {
        "requests": 7.0, "under-way": 0.75, "in-flight": 2.0,
    }  # fmt: skip


def test_only_what_is_told_is_there() -> None:
    assert sums_of("") == {}
    assert sums_of("# HELP telemetry_consumer_lag_records h\n# TYPE telemetry_consumer_lag_records gauge\n") == {}


def test_every_metric_is_one_figure() -> None:
    assert len(set(METRICS.values())) == len(METRICS)
