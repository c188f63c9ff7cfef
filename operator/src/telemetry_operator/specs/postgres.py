"""PostgreSQL, where history lives when `store` is postgres."""

from typing import ClassVar

from pydantic import Field

from telemetry_operator.specs.backing import PROVIDER_RULES, Address, BuiltinServer, Provider
from telemetry_operator.specs.base import SpecModel
from telemetry_operator.specs.findings import Rule
from telemetry_operator.specs.secrets import Credentials, Tls


class ExternalPostgres(SpecModel):
    """A PostgreSQL 18 server that exists already."""

    address: Address = Field(description="Where the server listens, host:port.")
    database: str = Field("telemetry", min_length=1, max_length=63, description="Database that the platform owns.")
    credentials: Credentials | None = Field(None, description="The user who owns the database.")
    tls: Tls = Field(default_factory=Tls, description="Encryption of the connection.")


class PostgresSpec(SpecModel):
    """Who runs PostgreSQL."""

    provider: Provider = Field(Provider.BUILTIN, description="Who runs the server.")
    builtin: BuiltinServer = Field(default_factory=BuiltinServer, description="Settings of provider builtin.")
    external: ExternalPostgres | None = Field(None, description="Settings of provider external.")

    rules: ClassVar[tuple[Rule, ...]] = PROVIDER_RULES
