"""References to Secrets: how an external server is spoken to. Values never stand in a manifest."""

from pydantic import Field

from telemetry_operator.specs.base import Flag, SpecModel
from telemetry_operator.specs.names import ObjectName


class Credentials(SpecModel):
    """A user's name and password in a Secret."""

    secret_name: ObjectName = Field(description="Name of the Secret, in the platform's namespace.")
    username_key: str = Field("username", description="The Secret's key that holds the user's name.")
    password_key: str = Field("password", description="The Secret's key that holds the password.")


class CertificateAuthority(SpecModel):
    """The certificate that a server's own must be signed by."""

    secret_name: ObjectName = Field(description="Name of the Secret, in the platform's namespace.")
    key: str = Field("ca.crt", description="The Secret's key that holds the certificates, in PEM form.")


class ServingCertificate(SpecModel):
    """The certificate that clients are shown, in a Secret of type kubernetes.io/tls."""

    secret_name: ObjectName = Field(
        description="Name of the Secret with tls.crt and tls.key; what is renewed there is taken up while it serves."
    )


class Tls(SpecModel):
    """Whether the connection is encrypted, and whom it trusts."""

    enabled: Flag = Field(default=False, description="Whether the connection is encrypted and the server verified.")
    ca: CertificateAuthority | None = Field(None, description="Whom to trust; left out: the system's authorities.")
