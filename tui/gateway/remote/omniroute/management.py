"""Speaks to OmniRoute's management: with the key, or after signing in with a password, which is all that 3.7 takes."""

import asyncio
from dataclasses import dataclass, field

from tui.domain.errors import McpTuiError
from tui.domain.messages import Json
from tui.gateway.remote.adapter import Surroundings
from tui.gateway.remote.reader import TIMEOUT_S, KeyRefusedError, Reader

_COOKIE = "auth_token"


@dataclass(slots=True)
class Management:
    """Sends orders and reads pages; raises as `Reader.send` does."""

    reader: Reader
    may_be_password: bool
    """Whether a person named a key for management: only that one is ever tried as the password."""
    tried: str = ""
    """What was refused as a password: a guard over there locks out who tries too often."""
    sessions: int = 0
    _signing_in: asyncio.Lock = field(default_factory=asyncio.Lock)

    @classmethod
    def of(cls, around: Surroundings) -> "Management":
        return cls(around.reader, around.spec.admin_key_env is not None)

    async def get(self, *path: str, **query: str | int) -> object:
        """Returns the JSON of a page."""
        return await self.send("GET", *path, timeout_s=TIMEOUT_S, **query)

    async def send(
        self, method: str, *path: str, body: Json = None, timeout_s: float = TIMEOUT_S, **query: str | int
    ) -> object:
        """Returns what an order answers; signs in where the key alone is refused."""
        session = self.sessions
        try:
            return await self.reader.send(method, *path, body=body, timeout_s=timeout_s, **query)
        except KeyRefusedError:
            async with self._signing_in:
                if session == self.sessions and not await self._signed_in():
                    raise
        return await self.reader.send(method, *path, body=body, timeout_s=timeout_s, **query)

    async def _signed_in(self) -> bool:
        """Whether signing in gave a session; what was refused is not tried again."""
        password = await self.reader.key() if self.may_be_password else None
        if not password or password == self.tried:
            return False
        token = ""
        try:
            self.reader.sign_with({})
            _, headers = await self.reader.exchange("POST", "api/auth/login", body={"password": password})
            token = _token(headers.get("set-cookie", ""))
        except McpTuiError:
            self.tried = password
        finally:
            self.reader.sign_with({"cookie": f"{_COOKIE}={token}"} if token else None)
        self.sessions += 1 if token else 0
        return bool(token)


def _token(cookies: str) -> str:
    """Returns the session of a Set-Cookie header (RFC 6265), empty where it holds none."""
    _, found, rest = cookies.partition(f"{_COOKIE}=")
    token = rest.partition(";")[0].strip() if found else ""
    return token if token.isascii() and token.isprintable() else ""
