"""What every model of a manifest has in common: frozen, camelCase outside, nothing unknown, and its rules kept."""

from typing import Annotated, ClassVar, Self

from pydantic import BaseModel, ConfigDict, Field, StrictBool, model_validator
from pydantic.alias_generators import to_camel

from telemetry_operator.specs.findings import Rule, RulesBrokenError


class SpecModel(BaseModel):
    """A block of a manifest. Only the names that Kubernetes would show (camelCase) are accepted."""

    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=to_camel)

    rules: ClassVar[tuple[Rule, ...]] = ()

    @model_validator(mode="after")
    def _keep_the_rules(self) -> Self:
        broken = [(rule, finding) for rule in self.rules if (finding := rule.check(self))]
        if broken:
            raise RulesBrokenError(broken)
        return self


Flag = StrictBool
Count = Annotated[int, Field(strict=True)]
Number = Annotated[float, Field(strict=True)]
