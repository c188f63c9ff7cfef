"""What is sent follows from the seed, and the books know it by the identity that the platform gives it."""

import msgspec
import pytest

from telemetry_contract.identity import identify
from telemetry_contract.keys import Keyring, Scope, verify_device_key, verify_token
from telemetry_contract.parsing import parse_body
from telemetry_contract.readings import Reading
from telemetry_loadtest.arrivals import Arrival
from telemetry_loadtest.credentials import issue_credentials
from telemetry_loadtest.plan import Plan
from telemetry_loadtest.profiles import WEIGHTS, Endpoint, Profile
from telemetry_loadtest.workload import Workload
from tests.unit.loadtest.plans import plan_of

KEYRING = Keyring("k1", {"k1": bytes(32)})
BEGIN = 1_770_000_000_000_000


def workload(plan: Plan) -> Workload:
    return Workload(plan, issue_credentials(plan, KEYRING, BEGIN / 1e6), BEGIN)


@pytest.mark.parametrize("endpoint", [Endpoint.INGEST, Endpoint.BATCH])
def test_the_books_know_a_reading_by_the_identity_that_the_platform_gives_it(endpoint: Endpoint) -> None:
    call = workload(plan_of(weights={endpoint: 1.0}, batch=7)).call(Arrival(11, 1.25))
    readings = [one for one in parse_body(call.body, device=call.device or None).items if isinstance(one, Reading)]
    assert [identify(one).identity for one in readings] == [one.identity for one in call.written]
    assert [(one.device, one.time) for one in readings] == [(one.device, one.time) for one in call.written]


def test_a_device_signs_its_own_readings_and_a_gateway_those_of_many() -> None:
    single = workload(plan_of(weights={Endpoint.INGEST: 1.0})).call(Arrival(5, 0))
    assert verify_device_key(KEYRING, single.credential, single.device)
    many = workload(plan_of(weights={Endpoint.BATCH: 1.0})).call(Arrival(5, 0))
    claims = verify_token(KEYRING, many.credential, 0)
    assert claims is not None
    assert claims.scopes == (Scope.WRITE,)


def test_the_same_seed_asks_for_the_same_and_another_one_for_something_else() -> None:
    plan = plan_of(weights=dict(WEIGHTS[Profile.MIXED]))
    other = msgspec.structs.replace(plan, seed=plan.seed + 1)
    first, again, others = ([workload(one).call(Arrival(n, n / 10)) for n in range(50)] for one in (plan, plan, other))
    assert [(one.path, one.body) for one in first] == [(one.path, one.body) for one in again]
    assert [(one.path, one.body) for one in first] != [(one.path, one.body) for one in others]


@pytest.mark.parametrize("profile", Profile)
def test_endpoints_are_called_by_their_weights(profile: Profile) -> None:
    weights = dict(WEIGHTS[profile])
    asked = workload(plan_of(weights=weights))
    called = [asked.endpoint_of(number) for number in range(5000)]
    for endpoint, weight in weights.items():
        assert called.count(endpoint) / 5000 == pytest.approx(weight / sum(weights.values()), abs=0.03)


def test_every_device_gets_its_turn_to_write() -> None:
    plan = plan_of(weights={Endpoint.INGEST: 1.0}, devices=9)
    written = {workload(plan).call(Arrival(number, 0)).device for number in range(9)}
    assert written == set(plan.device_names)
