from tools.scaling.stages import REST, count_stages, stage_of

UVICORN = "send (/lib/site-packages/uvicorn/protocols/http/httptools_impl.py:500)"
COUNTER = "inc (/lib/site-packages/prometheus_client/metrics.py:300)"
ROUTE = "answer (/services/src/telemetry/producer/intake.py:60)"


def test_the_innermost_frame_that_is_known_says_the_stage() -> None:
    assert stage_of([UVICORN, ROUTE, COUNTER]) == "metrics"
    assert stage_of([UVICORN, ROUTE, "encode (<string>:1)"]) == "route"


def test_what_nobody_knows_is_the_rest() -> None:
    assert stage_of(["_bootstrap (threading.py:1)"]) == REST


def test_samples_are_added_up_by_stage() -> None:
    assert count_stages([f"{UVICORN};{ROUTE} 3", f"{UVICORN} 2", f"{ROUTE} 1"]) == {"route": 4, "HTTP": 2}
