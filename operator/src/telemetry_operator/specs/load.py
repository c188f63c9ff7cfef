"""How much load a benchmark offers, and when: stages of arrival rate, in the forms that a person thinks in."""

from typing import Annotated, ClassVar, Final

from pydantic import Field

from telemetry_operator.specs.base import Count, Number, SpecModel
from telemetry_operator.specs.duration import Duration
from telemetry_operator.specs.findings import Finding, Rule, at
from telemetry_operator.specs.names import DnsLabel

FASTEST: Final = 100_000  # requests a second
FORMS: Final = ("rate", "ramp", "steps", "spike", "trace")

Rate = Annotated[Number, Field(ge=0, le=FASTEST)]


class Ramp(SpecModel):
    """A straight line from one rate to another."""

    begin: Rate = Field(0, alias="from", description="Requests a second at its beginning.")
    end: Rate = Field(alias="to", description="Requests a second at its end.")


class Steps(SpecModel):
    """Even rates of equal length, each higher (or lower) than the one before by the same amount."""

    begin: Rate = Field(alias="from", description="Requests a second of the first step.")
    end: Rate = Field(alias="to", description="Requests a second of the last step.")
    count: Count = Field(ge=2, le=100, description="How many steps.")


class Spike(SpecModel):
    """An even rate that jumps for a time in its middle."""

    base: Rate = Field(description="Requests a second before and after.")
    peak: Rate = Field(description="Requests a second of the spike.")
    lasting: Duration = Field(description="How long the spike lasts.")


class Trace(SpecModel):
    """A recorded load: how many requests came in each interval."""

    interval: Duration = Field(Duration("1s"), description="Length of an interval.")
    arrivals: tuple[Annotated[Count, Field(ge=0, le=10_000_000)], ...] = Field(
        min_length=1, max_length=86_400, description="Requests in each interval, one after the other."
    )


def one_form_is_given(stage: "Stage") -> Finding | None:
    given = [form for form in FORMS if getattr(stage, form) is not None]
    if len(given) == 1:
        return None
    found = f"found {' and '.join(given)}" if given else "found none"
    return at("", f"{found}; one of {', '.join(FORMS)} is needed")


def duration_is_known(stage: "Stage") -> Finding | None:
    if stage.trace is None:
        return at("duration", "required, and missing") if stage.duration is None else None
    return None if stage.duration is None else at("duration", "a trace is as long as it is; leave the duration out")


def spike_fits(stage: "Stage") -> Finding | None:
    if stage.spike is None or stage.duration is None or stage.spike.lasting.seconds < stage.duration.seconds:
        return None
    return at("spike.lasting", f"found {stage.spike.lasting}; it must be shorter than the stage ({stage.duration})")


def load_is_above_zero(stage: "Stage") -> Finding | None:
    pieces = stage.pieces
    if not pieces or any(begin or end for _, begin, end in pieces):
        return None
    return at("", "a rate of 0 from beginning to end; a stage must offer something")


class Stage(SpecModel):
    """A part of the load; stages follow one another without a gap."""

    name: DnsLabel | None = Field(None, description="Name in reports; left out: made of its form and place.")
    duration: Duration | None = Field(None, description="How long it lasts; a trace says so itself.")
    rate: Rate | None = Field(None, description="Requests a second, even.")
    ramp: Ramp | None = Field(None, description="A straight line between two rates.")
    steps: Steps | None = Field(None, description="Even rates, one above the other.")
    spike: Spike | None = Field(None, description="A jump in the middle.")
    trace: Trace | None = Field(None, description="A recorded load.")

    rules: ClassVar[tuple[Rule, ...]] = (
        Rule(one_form_is_given),
        Rule(duration_is_known),
        Rule(spike_fits),
        Rule(load_is_above_zero),
    )

    @property
    def form(self) -> str:
        return next(form for form in FORMS if getattr(self, form) is not None)

    @property
    def pieces(self) -> list[tuple[float, float, float]]:
        """Seconds and the rates at both ends of each straight piece; empty where the stage is not whole."""
        if self.trace is not None:
            seconds = self.trace.interval.seconds
            return [(seconds, many / seconds, many / seconds) for many in self.trace.arrivals]
        if self.duration is None:
            return []
        return self._pieces_within(self.duration.seconds)

    def _pieces_within(self, seconds: float) -> list[tuple[float, float, float]]:
        if self.rate is not None:
            return [(seconds, self.rate, self.rate)]
        if self.ramp is not None:
            return [(seconds, self.ramp.begin, self.ramp.end)]
        if self.steps is not None:
            return _even_steps(seconds, self.steps)
        return [] if self.spike is None else _jump(seconds, self.spike)


def _even_steps(seconds: float, steps: Steps) -> list[tuple[float, float, float]]:
    rise = (steps.end - steps.begin) / (steps.count - 1)
    rates = [steps.begin + rise * number for number in range(steps.count)]
    return [(seconds / steps.count, rate, rate) for rate in rates]


def _jump(seconds: float, spike: Spike) -> list[tuple[float, float, float]]:
    around = (seconds - spike.lasting.seconds) / 2
    if around <= 0:
        return []
    before = (around, spike.base, spike.base)
    return [before, (spike.lasting.seconds, spike.peak, spike.peak), before]
