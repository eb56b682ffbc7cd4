"""Where grants are kept: the port, and a store that forgets them with the program."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Protocol

import anyio

from tui.domain.grants import Grant


class GrantStore(Protocol):
    """Keeps grants by issuer and resource."""

    async def load(self, resource: str) -> Grant | None:
        """Returns the newest grant for a resource."""
        ...

    async def save(self, grant: Grant) -> None:
        """Keeps a grant in place of an older one."""
        ...

    async def forget(self, resource: str) -> bool:
        """Forgets the grant for a resource. Returns whether there was one."""
        ...

    def locked(self, resource: str) -> AbstractAsyncContextManager[None]:
        """Keeps every other holder away, other processes too, while a grant is renewed."""
        ...


class MemoryGrants:
    """Keeps grants until the program ends."""

    def __init__(self) -> None:
        self._grants: dict[str, Grant] = {}
        self._locks: dict[str, anyio.Lock] = {}

    async def load(self, resource: str) -> Grant | None:
        return self._grants.get(resource)

    async def save(self, grant: Grant) -> None:
        self._grants[grant.resource] = grant

    async def forget(self, resource: str) -> bool:
        return self._grants.pop(resource, None) is not None

    @asynccontextmanager
    async def locked(self, resource: str) -> AsyncIterator[None]:
        async with self._locks.setdefault(resource, anyio.Lock()):
            yield
