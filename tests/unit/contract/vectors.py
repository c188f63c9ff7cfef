"""Values that never change: an implementation in another language must find the same. `docs/contract.md` shows them."""

from typing import Final, NamedTuple

from telemetry_contract.keys import Claims, Keyring, Scope
from telemetry_contract.readings import Reading


class Vector(NamedTuple):
    """A reading, its canonical content, and the hexadecimal digits of its identity and of its content hash."""

    reading: Reading
    content: str
    identity: str
    content_hash: str


NOON: Final = 1_769_860_800_000_000  # 2026-01-31T12:00:00Z in microseconds

VECTORS: Final = [
    Vector(
        Reading("pump-7", NOON, {"temperature": 21.4, "running": True, "state": "ok"}),
        '{"device":"pump-7","metrics":{"running":true,"state":"ok","temperature":21.4},"time":1769860800000000}',
        "af6848f74ade0fc08b1f72a2365e72c9",
        "38fd29050a756f342f68c938db313e07",
    ),
    Vector(
        Reading("pump-7", NOON, {"temperature": 21.0}),
        '{"device":"pump-7","metrics":{"temperature":21},"time":1769860800000000}',
        "8f42b6981bf968e2f2345d084997b10d",
        "a352fbdd4c06628f52dc9dabdd621922",
    ),
    Vector(
        Reading("pump-7", NOON, {"temperature": 21.0}, "0001"),
        '{"device":"pump-7","metrics":{"temperature":21},"time":1769860800000000}',
        "d4c448f8310573190fed2d858b41e49f",
        "a352fbdd4c06628f52dc9dabdd621922",
    ),
    Vector(
        Reading("A.b_c:d-9", NOON + 123_456, {"b/x": -0.0, "a": 5e-324, "_": 1e21, "Z": 1e-7, "0": 2.0**53}),
        '{"device":"A.b_c:d-9","metrics":{"0":9007199254740992,"Z":1e-7,"_":1e+21,"a":5e-324,"b/x":0},'
        '"time":1769860800123456}',
        "75027e6a2c593ea46aeab123d41809a8",
        "54da6dd3938132fa06cdcea7a5c2c971",
    ),
    Vector(
        Reading("pump-7", -1, {"note": 'é "q" \\ \n\t\x01\x7f\u2028😀'}, "é:1"),
        '{"device":"pump-7","metrics":{"note":"é \\"q\\" \\\\ \\n\\t\\u0001\x7f\u2028😀"},"time":-1}',
        "a495de5cbb64b413478aa880374dc29b",
        "7cf3accaab345f92cacffc45eb9a9976",
    ),
    Vector(
        Reading("_probe", 0, {"n": -9007199254740992, "off": False, "x": 123456789.125}),
        '{"device":"_probe","metrics":{"n":-9007199254740992,"off":false,"x":123456789.125},"time":0}',
        "8f84e29eae6ce5b31ad06f0896a38c65",
        "8076d22777dee6931478cc710eff1810",
    ),
]
DIGEST: Final = "bc8c87ed2e07c4275a86c5dcad41611d"  # of all six

KEYRING: Final = Keyring("k1", {"k1": bytes(range(32))})
DEVICE_KEY: Final = "k1.12.x8TQJV40BaXNF-1MWgc4ZRhjbZ0PAncZW3RAwT8nDC4"  # of pump-7
CLAIMS: Final = Claims("gateway-1", (Scope.WRITE, Scope.READ), 1_800_000_000)
TOKEN: Final = (
    "k1.eyJzdWJqZWN0IjoiZ2F0ZXdheS0xIiwic2NvcGVzIjpbInJlYWRpbmdzOndyaXRlIiwicmVhZGluZ3M6cmVhZCJdLCJleHBpcmVzIjoxODAwMDAw"
    "MDAwfQ.AZdALwc6PadBqyYdxrgnuZG3gp0JnapGQGcuBmbfD0U"
)

# The first and the third reading above, received at noon.
SLICE: Final = (
    "0192cf000649add44930009293cf000649add449300083ab74656d7065726174757265cb4035666666666666a772756e6e696e67c3a57374617465"
    "a26f6bc093cf000649add449300081ab74656d7065726174757265cb4035000000000000a430303031"
)
HEARTBEAT: Final = "0182a26174cf000649add4493000ad6f6c646573745f756e72656164c0"  # at noon, all stored
ERASURE: Final = "0291cf000649add4493000"  # at noon
