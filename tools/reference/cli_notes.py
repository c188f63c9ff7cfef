"""What `docs/cli.md` says beyond what the program knows of itself: before, at and behind its commands."""

from typing import Final

INTRO: Final = """\
# telemetryctl

Runs a platform on this machine, and speaks to platforms anywhere. `--help` at any command says what stands here.

- **Results go to standard output**, as tables or with `--output json`; progress and errors to standard error.
- **Durations** are written as `90s`, `1h30m`, `30d`.
- **Which platform** is meant says `--platform NAME` on this machine (left out: the only one here, or the only one that
  runs), or `--to URL` with `--analytics URL` anywhere. The right to speak to it comes from the platform's keys file,
  which is at hand on this machine and given with `--keys-file` elsewhere, or is a token.
- **Tokens** are better given by environment variables than on the command line, where other users see them.

This page is made from the program by `make docs`.
"""

NOTES: Final[dict[str, str]] = {
    "bench": """\
[benchmarks.md](benchmarks.md) says how to write a benchmark, how to read its result, and why it can be trusted. Exit
codes are of its own:

| code | verdict | meaning |
| --- | --- | --- |
| `0` | Passed | Every bound held, and the books close. |
| `1` | Failed | The platform broke a bound, dropped requests, or lost data. |
| `2` | – | The command line, the manifest or the platform is not fit for it; no load was started. |
| `3` | Aborted | Ctrl-C or the deadline ended it; what was measured is kept. |
| `4` | Invalid | The load generator was not able to measure it; nothing is said of the platform. |
| `5` | Error | Nothing was measured, or nobody knows whether anything was lost. |

The first Ctrl-C ends the load in order, the second ends all.
""",
    "compare": """\
[benchmarks.md](benchmarks.md#a-comparison) says how to write a comparison, and what its answer rests on. `--plan` says
beforehand which cells are run, for how long, and whether so many blocks can show a difference at all.

Each cell has a platform of its own, named `compare-…`, that is deleted with its data when the cell is over. A cell that
fails has no number, says why, and the comparison goes on. The first Ctrl-C ends the cell in order, the second at once;
either way its platform is taken away, and the same command goes on with that cell. It does so after a lost terminal
or a `kill -9` too. After more than an hour's rest it first runs again the cells of the block and profile that it was in
the middle of: they belong together. A manifest, release or machine that is not the one it was begun with is refused.
Exit codes are of its own:

| code | meaning |
| --- | --- |
| `0` | Every cell was run, whatever came of it, and the comparison is judged. |
| `2` | The command line or the manifest is not fit for it, or another comparison runs here; nothing was begun. |
| `3` | Aborted: Ctrl-C or its deadline ended it. What was run is kept. |
| `5` | Error: not one cell of a whole block has a number. |
""",
    "report": """\
The JSON of a run is described by [schema/benchmark-result.json](schema/benchmark-result.json), that of a comparison by
[schema/comparison-result.json](schema/comparison-result.json). The HTML file holds all that it needs: it can be mailed,
kept, and read without a network.
""",
    "diff": """\
Both runs must be of one plan: the same stages and endpoints. Second *k* of one is then compared with second *k* of the
other, so what the rate curve does cancels. The differences of all measures (p50, p95, p99 and errors of each endpoint,
and the share of good answers) are cut into at most 12 batches, each at least 5 seconds and three times as long as the
series remembers, and tested together by flipping the signs of whole batches: p is adjusted for all of them. At least
six batches are needed, 30 seconds behind the warm-up; fewer are "insufficient data".

A change is `worse` or `better` where p is at most 0.05 and it is at least `--at-least` of the value before (of a share
of requests: 0.1 points). This is more than the noise *within* the two runs. How much two runs of the same thing differ
on this machine from one hour to the next is not in them: on a machine of varying speed take `--at-least` above that, or
compare in interleaved blocks.

| code | meaning |
| --- | --- |
| `0` | Nothing is shown to be worse. |
| `1` | Something is worse, or there is no such run. |
| `2` | Wrong usage. |
| `3` | It cannot be told: the data are insufficient, the plans differ, or one of the runs is Invalid or an Error. |
""",
    "status": """\
The ledger says of each partition of the stream whether its two equations hold (offsets passed = read + lost; readings
= stored + duplicate + conflict + dead + expired) or by how much they are out, how many records the consumer has not
stored yet, and how many readings died. Without a stream there is no ledger.
""",
    "send": """\
What may yet succeed is sent again with the same ids, so nothing is stored twice. An outage is outlasted for a minute;
a rate limit is waited out for as long as it asks. Then the books are compared: all that was acknowledged must be
stored, nothing twice. The first Ctrl-C ends the sending and still compares, the second ends all.

A **fleet** goes in batches of many devices, signed as by a gateway with a token made of the keys file: its limit is
the token's. `--sign device` sends each device's readings by themselves, with its own key and limit; so are files and
this machine sent, unless `--sign gateway` says otherwise. With `--token` the token's bearer is the gateway.

**NDJSON** has a reading a line: `{"device": "d1", "time": "2026-01-31T12:00:00Z", "metrics": {"temperature": 21.4}}`.

**CSV** (RFC 4180, commas, UTF-8) names its columns in the first line: `time`, `device` (or `--device` for all rows),
perhaps `id`, and one for each metric. An empty cell is a metric that was not measured. What a cell is, is told from
its text, with the spaces around it left aside:

| cell | is |
| --- | --- |
| `21`, `-0.5`, `1e3` | a number, as JSON writes one |
| `true`, `FALSE` | a boolean, in any case |
| `007` | text: a code, for a number has no leading zeros |
| `+5`, `.5`, `5.`, `NaN`, `inf` | a fault: it would be text among numbers |
| anything else, `21,4` too | text, as it stands |

A wrong row or line costs only itself: it is told by its number and its column (in NDJSON by a JSON pointer), the rest
is sent, and the exit code is 4. A cell cannot hold a line break.
""",
    "demo": """\
In a terminal the platform stays up at the end until Enter or Ctrl-C, so that the query lines of the summary work as
they are printed. Elsewhere it ends after 60 seconds, or `--duration`; `--keep` leaves it running in either case.
""",
    "device revoke": """\
The minimum generation of a device never falls, and keys below it are refused; a key of generation N is made by
`telemetryctl device key DEVICE --generation N`. The platform does not know which keys were given out: where a device
has a key of a higher generation than the minimum, `--generation` must be above that one. The services read the file
again by themselves; the command ends when the newest of the revoked keys is refused on many new connections, or fails
after 15 seconds. In a cluster the file is the Secret that the platform mounts.
""",
    "key rotate": """\
The new secret is first added and signs only once every service accepts what it signs, so that no request is refused
meanwhile. The secret before stays live: keys and tokens that it signed stay valid until the next rotation, which lets
it go. Two secrets are live at most; so a second rotation without `--drop` says which one would go and how long ago it
was made, and changes nothing. `--no-wait`, and a keys file of no platform here, let the new secret sign at
once: services that have not read the file again refuse it for up to 10 seconds.
""",
    "dlq list": """\
`state` is what the store has of the letter's reading now: `dead` (it is not stored), `replayed` (it is stored, with
this content), `conflict` (its identity is stored with other content), `undecodable` (there is no reading in it).
Letters are kept for as long as readings, from when they were buried; where the store is memory, those of the stretch of
the stream that it holds.
""",
    "dlq replay": """\
Each reading is sent through the producer as it was, with the same id: what is stored already is stored once. What
became of each letter is told then:

| fate | meaning |
| --- | --- |
| `replayed` | its reading was sent and is stored |
| `already-stored` | its reading was stored before; nothing was sent |
| `conflict` | its identity is stored with other content; nothing was sent, or it lost a race |
| `undecodable` | there is no reading in it; `telemetryctl dlq show` has its bytes |
| `refused` | the producer does not take it; why is told |
| `dead-again` | it was buried again in a new letter; why and which is told |
| `unknown` | it was not accepted, or neither stored nor buried again, within the patience |

The ledger goes on counting the letter as dead: the reading that was sent again is counted where it came again.
""",
}

BEHIND: Final = """\
## Where things are

A platform's state on this machine is in `$XDG_STATE_HOME/telemetry-platform/NAME` (by default under
`~/.local/state`): data, logs, `secrets/keys.json` and `secrets/revocations.json`. What is downloaded once is under
`$XDG_CACHE_HOME/telemetry-platform`.
"""
