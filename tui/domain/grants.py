"""What an authorization server granted this program for one MCP server: tokens, and how to renew them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tui.domain.messages import Json


@dataclass(frozen=True, slots=True)
class Grant:
    """Belongs to one issuer and one resource and is never presented to another.

    `tokens`, `client`, `metadata` and `protected` are the JSON objects of RFC 6749 §5.1, RFC 7591 §3.2.1, RFC 8414 §3.2
    and RFC 9728 §3.2.
    """

    resource: str
    """The MCP server's URL."""
    issuer: str = ""
    """The authorization server; empty when it never named itself."""
    tokens: Mapping[str, Json] | None = field(default=None, repr=False)
    expires_at: float | None = None
    """Wall clock at which the access token ends; None when unknown."""
    client: Mapping[str, Json] | None = field(default=None, repr=False)
    metadata: Mapping[str, Json] | None = field(default=None, repr=False)
    protected: Mapping[str, Json] | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class OAuthSpec:
    """How to sign in at a server whose authorization server does not register programs by itself."""

    client_id: str = ""
    """A client that was registered beforehand; empty: registered when needed."""
    client_secret: str = field(default="", repr=False, compare=False)
    scopes: tuple[str, ...] = ()
    """Asked for instead of what the server suggests."""
    callback_port: int = 0
    """The loopback port of the redirect URI; 0 takes a free one."""
    client_metadata_url: str = ""
    """A published client metadata document (https), used as the client id where the server takes such."""
