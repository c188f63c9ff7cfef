"""How servers are asked, and what is said of those that do not answer."""

from dataclasses import dataclass, field

from telemetry_loadtest.collector.figures import Counts, gauge
from telemetry_loadtest.collector.lines import Line, Missed, Sampled, Value
from telemetry_loadtest.collector.sampling import Sampler
from telemetry_loadtest.collector.sources import Question, Source, UnavailableError

QUESTIONS = (Question("a", (gauge("one", "1", "x"),)), Question("b", (gauge("two", "1", "x"),)))


@dataclass
class Server:
    """Refuses the questions that it is told to; `connected` counts how often somebody connected."""

    refused: set[str] = field(default_factory=set)
    away: bool = False
    connected: int = 0
    closed: int = 0

    def connect(self) -> "Server":
        if self.away:
            raise UnavailableError("nobody there")
        self.connected += 1
        return self

    def ask(self, question: str) -> Counts:
        if question in self.refused:
            raise UnavailableError("not allowed")
        return {"x": 7.0}

    def close(self) -> None:
        self.closed += 1


def look(server: Server, times: int = 1) -> list[Line]:
    lines: list[Line] = []
    sampler = Sampler(Source("server", QUESTIONS, server.connect), lines.append)
    for _ in range(times):
        sampler.look()
    sampler.close()
    return lines


def test_a_question_that_is_refused_leaves_the_others() -> None:
    lines = look(Server(refused={"b"}), times=3)
    assert [one.values for one in lines if isinstance(one, Sampled)] == [[Value("one", "1", 7.0)]] * 3
    assert [one for one in lines if isinstance(one, Missed)] == [Missed("server", "two", "1", "not allowed")]


def test_a_server_that_is_away_is_said_to_be_so_once() -> None:
    assert look(Server(away=True), times=3) == [
        Missed("server", "one", "1", "nobody there"),
        Missed("server", "two", "1", "nobody there"),
    ]


def test_who_answered_nothing_is_connected_to_anew() -> None:
    server = Server(refused={"a", "b"})
    look(server, times=3)
    assert (server.connected, server.closed) == (3, 3)


def test_one_connection_serves_every_look() -> None:
    server = Server()
    look(server, times=3)
    assert (server.connected, server.closed) == (1, 1)
