import pytest

from telemetry_loadtest.progress import Progress, Stage
from telemetry_loadtest.trials import longest_seconds
from telemetry_operator.reconcile.runs.decide import Decision, Ended, Measured, Waits, decide
from telemetry_operator.reconcile.runs.reasons import RunReason
from telemetry_operator.reconcile.subject import STOP
from telemetry_operator.resources.objects import Key, Object
from tests.unit.reconcile.runs.given import START, after, begun, jobs, observed, plan, pod

LOADED = {"phase": "Running", "loadTime": START}
RUNNING = Progress(Stage.RUNNING, began=1.0)
OOM: Object = {"exitCode": 137, "reason": "OOMKilled"}
PULLING: Object = {"reason": "ImagePullBackOff", "message": "no such image"}
UNPLACED: Object = {
    "type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": "Insufficient cpu",
    "lastTransitionTime": START,
}  # fmt: skip


def reason_of(decision: Decision) -> RunReason | None:
    return decision.why.reason if isinstance(decision, Ended) else None


def test_pods_that_come_up_are_waited_for() -> None:
    decision = decide(observed(begun(), objects=jobs()), plan(), None, after(10))
    assert isinstance(decision, Waits)
    assert decision.doing.reason is RunReason.STARTING_PODS


def test_a_load_that_goes_on_is_waited_for() -> None:
    run = observed(begun(**LOADED), objects=jobs(), pods=(pod("bench-master"),))
    decision = decide(run, plan(), RUNNING, after(10))
    assert isinstance(decision, Waits)
    assert decision.doing.reason is RunReason.LOADING


def test_a_result_is_fetched_whatever_else_is_wrong() -> None:
    run = observed(begun(**LOADED), platform=None, pods=(pod(terminated=OOM),))
    assert decide(run, plan(), Progress(Stage.MEASURED), after(1e6)) == Measured()


BEFORE_LOAD: dict[str, tuple[Object, float, RunReason]] = {
    "no node": (pod(conditions=(UNPLACED,)), 61, RunReason.UNSCHEDULABLE),
    "no image": (pod(waiting=PULLING), 61, RunReason.IMAGE_PULL_FAILED),
    "no memory": (pod(terminated=OOM), 5, RunReason.OUT_OF_MEMORY),
    "a worker killed": (pod(terminated={"exitCode": 137}), 5, RunReason.WORKER_LOST),
    "a master killed": (pod("bench-master", terminated={"exitCode": 137}), 5, RunReason.MASTER_LOST),
    "workers that do not come": (
        pod("bench-master", terminated={"exitCode": 1, "message": "WorkersMissing: 1 of 2"}), 5, RunReason.WORKER_LOST,
    ),
    "a platform that refuses": (
        pod(terminated={"exitCode": 1, "message": "TargetRefuses: 401"}), 5, RunReason.GENERATOR_FAILED,
    ),
    "pods that do nothing": (pod(), 361, RunReason.DEADLINE_EXCEEDED),
}  # fmt: skip


@pytest.mark.parametrize("case", BEFORE_LOAD)
def test_what_keeps_the_load_from_beginning_ends_the_run(case: str) -> None:
    given, seconds, reason = BEFORE_LOAD[case]
    run = observed(begun(), objects=jobs(), pods=(given,))
    assert reason_of(decide(run, plan(), None, after(seconds))) is reason


@pytest.mark.parametrize("case", ["no node", "no image"])
def test_a_pod_has_a_moment_to_find_its_node_and_image(case: str) -> None:
    given, seconds, _ = BEFORE_LOAD[case]
    run = observed(begun(), objects=jobs(), pods=(given,))
    assert isinstance(decide(run, plan(), None, after(seconds - 2)), Waits)


def test_the_cause_is_told_and_not_what_it_caused() -> None:
    master = pod("bench-master", terminated={"exitCode": 1, "message": "WorkerLost: worker 0"})
    run = observed(begun(), objects=jobs(), pods=(master, pod(terminated=OOM)))
    assert reason_of(decide(run, plan(), None, after(5))) is RunReason.OUT_OF_MEMORY


@pytest.mark.parametrize(
    ("component", "reason"), [("bench-master", RunReason.MASTER_LOST), ("bench-worker", RunReason.WORKER_LOST)]
)
def test_a_pod_that_is_deleted_before_the_load_is_remembered_by_its_job(component: str, reason: RunReason) -> None:
    other = "bench-master" if component == "bench-worker" else "bench-worker"
    run = observed(begun(), objects=jobs(failed=component), pods=(pod(other),))
    assert reason_of(decide(run, plan(), None, after(5))) is reason


def test_a_pod_that_failed_and_stands_says_itself_why() -> None:
    run = observed(begun(), objects=jobs(failed="bench-worker"), pods=(pod("bench-master"), pod(terminated=OOM)))
    assert reason_of(decide(run, plan(), None, after(5))) is RunReason.OUT_OF_MEMORY


def test_a_pod_that_was_evicted_says_why() -> None:
    evicted = pod("bench-master", terminated={"exitCode": 137})
    evicted["status"] |= {"reason": "Evicted", "message": "The node was low on resource: memory."}
    decision = decide(observed(begun(), objects=jobs(), pods=(evicted,)), plan(), None, after(5))
    assert isinstance(decision, Ended)
    assert decision.why.reason is RunReason.MASTER_LOST
    assert "low on resource: memory" in decision.why.message


def test_a_worker_lost_under_load_is_the_masters_to_judge() -> None:
    run = observed(begun(**LOADED), objects=jobs(), pods=(pod("bench-master"), pod(terminated=OOM)))
    assert isinstance(decide(run, plan(), RUNNING, after(10)), Waits)


def test_a_master_that_vanishes_under_load_ends_the_run() -> None:
    run = observed(begun(**LOADED), objects=jobs())
    assert reason_of(decide(run, plan(), None, after(10))) is RunReason.MASTER_LOST


def test_a_master_that_vanishes_leaves_workers_that_know_nothing() -> None:
    run = observed(begun(**LOADED), objects=jobs(), pods=(pod(running={}),))
    assert reason_of(decide(run, plan(), None, after(10))) is RunReason.MASTER_LOST


def test_a_platform_that_goes_ends_the_run() -> None:
    run = observed(begun(**LOADED), objects=jobs(), platform=None)
    assert reason_of(decide(run, plan(), RUNNING, after(10))) is RunReason.TARGET_GONE


def test_a_load_that_does_not_end_is_given_up() -> None:
    run = observed(begun(**LOADED), objects=jobs(), pods=(pod("bench-master"),))
    over = 25 + 30 + 120 + 60  # the suite with its warm-up, three timeouts, draining, ours
    assert isinstance(decide(run, plan(), RUNNING, after(over - 1)), Waits)
    assert reason_of(decide(run, plan(), RUNNING, after(over + 1))) is RunReason.DEADLINE_EXCEEDED


def test_a_result_that_cannot_be_had_is_given_up() -> None:
    closing = begun(loadTime=START, endTime=START, phase="Closing")
    run = observed(closing, objects=jobs(), pods=(pod("bench-master"),))
    assert isinstance(decide(run, plan(), None, after(299)), Waits)
    assert reason_of(decide(run, plan(), None, after(301))) is RunReason.DEADLINE_EXCEEDED


def test_a_search_may_take_as_long_as_the_most_trials_that_it_can_need() -> None:
    search = {"suite": "ceiling", "search": {"first": 100, "step": "20s", "precision": 0.05}}
    run = observed(begun(**LOADED), objects=jobs(), pods=(pod("bench-master"),))
    most = longest_seconds(plan(**search))
    assert most > 13 * (5 + 20 + 30)
    assert isinstance(decide(run, plan(**search), RUNNING, after(most)), Waits)
    over = decide(run, plan(**search), RUNNING, after(most + 30 + 120 + 61))
    assert reason_of(over) is RunReason.DEADLINE_EXCEEDED


def test_who_stops_it_before_the_load_needs_no_master() -> None:
    given = begun()
    given["metadata"]["annotations"] = {STOP: "enough"}
    decision = decide(observed(given, objects=jobs()), plan(), None, after(5))
    assert reason_of(decision) is RunReason.STOPPED


def forbidden(job: str) -> Object:
    note = 'pods "evening-bench-master-x" is forbidden: exceeded quota: small'
    regarding = {"kind": "Job", "name": "evening-bench-master", "uid": job}
    return {"reason": "FailedCreate", "note": note, "regarding": regarding}


def test_pods_that_may_not_be_made_are_told_by_their_jobs_events() -> None:
    run = observed(begun(), objects=jobs(), events=(forbidden("job-of-bench-master"),))
    decision = decide(run, plan(), None, after(5))
    assert isinstance(decision, Ended)
    assert (decision.why.reason, decision.why.message) == (RunReason.PODS_FORBIDDEN, "exceeded quota: small")


def test_what_was_said_of_an_earlier_run_of_the_same_name_is_not_about_this_one() -> None:
    run = observed(begun(), objects=jobs(), events=(forbidden("job-of-yesterday"),))
    assert isinstance(decide(run, plan(), None, after(5)), Waits)


def test_a_collector_that_may_not_be_made_holds_nobody_up() -> None:
    about = {"kind": "Job", "name": "evening-bench-collector"}
    event = {"reason": "FailedCreate", "note": 'pods "evening-bench-collector-x" is forbidden: no', "regarding": about}
    given = {**jobs(), Key("Job", "evening-bench-collector"): {}}
    assert isinstance(decide(observed(begun(), objects=given, events=(event,)), plan(), None, after(5)), Waits)
