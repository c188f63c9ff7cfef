"""Redis: the cache of the read path, and the count that rate limits of several processes share."""

from typing import ClassVar

from pydantic import Field

from telemetry_operator.specs.backing import PROVIDER_RULES, Address, BuiltinServer, Provider
from telemetry_operator.specs.base import Count, SpecModel
from telemetry_operator.specs.findings import Rule
from telemetry_operator.specs.secrets import Credentials, Tls


class ExternalRedis(SpecModel):
    """A Redis or Valkey server that exists already."""

    address: Address = Field(description="Where the server listens, host:port.")
    database: Count = Field(0, ge=0, le=15, description="Number of the database.")
    credentials: Credentials | None = Field(None, description="The user to log in as.")
    tls: Tls = Field(default_factory=Tls, description="Encryption of the connection.")


class RedisSpec(SpecModel):
    """Who runs Redis. Present without `reads: redis`, it serves the rate limits alone."""

    provider: Provider = Field(Provider.BUILTIN, description="Who runs the server.")
    builtin: BuiltinServer = Field(default_factory=BuiltinServer, description="Settings of provider builtin.")
    external: ExternalRedis | None = Field(None, description="Settings of provider external.")

    rules: ClassVar[tuple[Rule, ...]] = PROVIDER_RULES
