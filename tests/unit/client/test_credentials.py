from telemetry_contract.keys import Keyring, Scope, verify_token
from telemetry_operator.client.credentials import SigningGateway

KEYRING = Keyring("k1", {"k1": b"s" * 32})


def test_a_gateway_signs_for_every_device_with_a_token_that_may_only_write() -> None:
    gateway = SigningGateway(KEYRING, "sender", clock=lambda: 1000.0)
    (path, token), other = gateway.lane_of("a"), gateway.lane_of("b")
    claims = verify_token(KEYRING, token, 1000.0)
    assert claims is not None
    assert (path, claims.subject, claims.scopes) == ("/api/v1/readings", "sender", (Scope.WRITE,))
    assert other == (path, token)


def test_a_token_never_expires_while_it_is_used() -> None:
    now = [0.0]
    gateway = SigningGateway(KEYRING, "sender", clock=lambda: now[0])
    for hour in range(48):
        now[0] = hour * 1800.0
        assert verify_token(KEYRING, gateway.lane_of("a")[1], now[0] + 1800)
