"""What every model of a manifest has in common: frozen, camelCase outside, nothing unknown inside."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StrictBool
from pydantic.alias_generators import to_camel


class SpecModel(BaseModel):
    """A block of a manifest. Only the names that Kubernetes would show (camelCase) are accepted."""

    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=to_camel)


Flag = StrictBool
Count = Annotated[int, Field(strict=True)]
Number = Annotated[float, Field(strict=True)]
