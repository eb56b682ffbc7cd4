"""Signing in at one server (OAuth 2.1): the SDK's flow, with a person, a browser and a place to keep what was granted.

Source: MCP specification, authorization; RFC 6749, 7591, 8252, 8414, 8707, 9207, 9728.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractContextManager, AsyncExitStack, asynccontextmanager
from typing import TypeVar
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import anyio
from mcp.client.auth import AuthorizationCodeResult, OAuthClientProvider, OAuthFlowError
from mcp.shared.auth import (
    OAuthClientInformationFull,
    OAuthClientMetadata,
    OAuthMetadata,
    OAuthToken,
    ProtectedResourceMetadata,
)
from pydantic import AnyUrl, BaseModel, ValidationError

from tui.domain.grants import Grant, OAuthSpec
from tui.domain.ids import QuestionId, new_id
from tui.domain.links import LINK_CHARS, link_problem
from tui.domain.messages import Json
from tui.domain.questions import Answer, ElicitationAnswer, ElicitationQuestion, Question
from tui.domain.servers import ServerSpec
from tui.domain.text import clean, clean_line
from tui.servers.oauth.grants import GrantStore
from tui.servers.oauth.loopback import Loopback, Return, listening

TIME_LIMIT_S = 300.0
"""How long a person may take in the browser."""
_LONG_PAST = 1.0
_PASTES = 5
_PASTE = "Finish in the browser. If it ends on a page that cannot be shown, paste that page's address here."
_WRONG_PASTE = "That address does not belong to this sign-in. Paste the one the browser ended at."
_PASTE_FORM: Mapping[str, Json] = {
    "type": "object",
    "properties": {"address": {"type": "string", "title": "Address", "maxLength": LINK_CHARS}},
    "required": ["address"],
}
ModelT = TypeVar("ModelT", bound=BaseModel)


def takes_sign_in(spec: ServerSpec) -> bool:
    """Returns whether a person can sign in at a server: not at a process, nor at one given credentials in headers."""
    return spec.transport != "stdio" and all(name.lower() != "authorization" for name in spec.headers)


class SignIn:
    """One server's sign-in for one link. Asks a person once; after a refusal or a failure it asks no more."""

    def __init__(
        self,
        spec: ServerSpec,
        *,
        grants: GrantStore,
        ask: Callable[[Question], Awaitable[Answer]],
        interlude: Callable[[], AbstractContextManager[None]],
        time_limit_s: float = TIME_LIMIT_S,
    ) -> None:
        self._spec = spec
        self._oauth = spec.oauth or OAuthSpec()
        self._grants = grants
        self._ask = ask
        self._interlude = interlude
        self._time_limit_s = time_limit_s
        self._grant: Grant | None = None
        self._loaded = False
        self._alone = anyio.Lock()
        self._loopback: Loopback | None = None
        self._return: Return | None = None
        self.gave_up = ""
        """Why nobody is asked any more; empty while a sign-in may be tried."""
        self.provider = OAuthClientProvider(
            spec.url,
            OAuthClientMetadata(client_name="mcp-tui", redirect_uris=[AnyUrl("http://127.0.0.1/callback")]),
            self,
            redirect_handler=self._visit,
            callback_handler=self._came_back,
            client_metadata_url=self._oauth.client_metadata_url or None,
        )

    @property
    def home(self) -> str:
        """The URL of the server itself."""
        return self._spec.url

    # --- the access token

    async def load(self) -> None:
        """Takes up what an earlier run was granted; the SDK alone would forget when it ends and where it is renewed."""
        if not self._loaded:
            self._loaded = True
            self._adopt(await self._grants.load(self.home))

    def bearer(self) -> str | None:
        """Returns the access token, None without one that is still good by our clock."""
        context = self.provider.context
        return context.current_tokens.access_token if context.current_tokens and context.is_token_valid() else None

    @property
    def renewable(self) -> bool:
        """Whether there is a refresh token."""
        return self.provider.context.can_refresh_token()

    @asynccontextmanager
    async def negotiating(self, refused: str | None) -> AsyncIterator[None]:
        """Only one request of all our processes renews or signs in; the others use what it was granted.

        `refused` is the access token the server did not take.
        """
        async with AsyncExitStack() as undo:
            await undo.enter_async_context(self._alone)
            await undo.enter_async_context(self._grants.locked(self.home))
            if self.bearer() == refused:
                newest = await self._grants.load(self.home)
                if newest is not None and newest != self._grant:
                    self._adopt(newest)
            self._loopback = await undo.enter_async_context(self._listening())
            self.provider.context.client_metadata.redirect_uris = [AnyUrl(self._loopback.redirect_uri)]
            yield

    def expire(self) -> None:
        """Notes that the server no longer takes the access token, whatever the clock says."""
        self.provider.context.token_expiry_time = _LONG_PAST

    def _adopt(self, grant: Grant | None) -> None:
        self._grant = grant
        context = self.provider.context
        context.client_info = self._client()
        if grant is not None:
            context.current_tokens = _model(OAuthToken, grant.tokens)
            context.token_expiry_time = grant.expires_at
            context.oauth_metadata = _model(OAuthMetadata, grant.metadata)
            context.protected_resource_metadata = _model(ProtectedResourceMetadata, grant.protected)

    # --- what the SDK keeps: it calls these

    async def get_tokens(self) -> OAuthToken | None:
        return self.provider.context.current_tokens

    async def set_tokens(self, tokens: OAuthToken) -> None:
        context = self.provider.context
        metadata = context.oauth_metadata
        self._grant = Grant(
            resource=self.home,
            issuer=str(metadata.issuer) if metadata else context.auth_server_url or "",
            tokens=_plain(tokens),
            expires_at=context.token_expiry_time,
            client=None if self._oauth.client_id else _plain(context.client_info),
            metadata=_plain(metadata),
            protected=_plain(context.protected_resource_metadata),
        )
        await self._grants.save(self._grant)

    async def get_client_info(self) -> OAuthClientInformationFull | None:
        return self.provider.context.client_info

    async def set_client_info(self, client_info: OAuthClientInformationFull) -> None:
        """Kept together with the tokens it leads to."""

    def _client(self) -> OAuthClientInformationFull | None:
        oauth = self._oauth
        if oauth.client_id:
            method = "client_secret_basic" if oauth.client_secret else "none"
            return OAuthClientInformationFull(
                client_id=oauth.client_id,
                client_secret=oauth.client_secret or None,
                token_endpoint_auth_method=method,
            )
        return _model(OAuthClientInformationFull, self._grant.client) if self._grant else None

    # --- the person and the browser

    @asynccontextmanager
    async def _listening(self) -> AsyncIterator[Loopback]:
        """On the configured port, or the one this program was registered with, or a free one."""
        wanted = self._oauth.callback_port
        client = self.provider.context.client_info
        known = [uri.port for uri in (client.redirect_uris or ()) if uri.port] if client else []
        async with AsyncExitStack() as undo:
            try:
                loopback = await undo.enter_async_context(listening(wanted or (known[0] if known else 0)))
            except OSError as error:
                if wanted:
                    raise OAuthFlowError(f"port {wanted} for the browser's return is taken") from error
                loopback = await undo.enter_async_context(listening(0))
            yield loopback

    async def _visit(self, url: str) -> None:
        """Has the person visit the sign-in page. Raises OAuthFlowError when nobody does."""
        self._check_metadata()
        url = self._with_scopes(url)
        problem = link_problem(url, encrypted=True)
        if problem:
            raise OAuthFlowError(f"its sign-in page is not opened: {problem}")
        assert self._loopback is not None
        self._loopback.expect(dict(parse_qsl(urlsplit(url).query)).get("state", ""))
        with self._interlude():
            try:
                async with asyncio.timeout(self._time_limit_s):
                    self._return = await self._person(url, self._loopback)
            except TimeoutError:
                raise OAuthFlowError(f"nobody signed in within {self._time_limit_s / 60:g} minutes") from None

    async def _came_back(self) -> AuthorizationCodeResult:
        found = self._return
        if found is None or found.error:
            raise OAuthFlowError(f"it was refused: {clean_line(found.error if found else 'nothing came back', 300)}")
        return AuthorizationCodeResult(code=found.code, state=found.state, iss=found.iss)

    def _check_metadata(self) -> None:
        """The specification demands PKCE with S256, and forbids to go on without."""
        context = self.provider.context
        metadata, client = context.oauth_metadata, context.client_info
        if metadata is None:
            return
        if "S256" not in (metadata.code_challenge_methods_supported or ()):
            raise OAuthFlowError("its authorization server does not protect the code (PKCE with S256)")
        methods = metadata.token_endpoint_auth_methods_supported or ["client_secret_basic"]
        if self._oauth.client_secret and client and "client_secret_basic" not in methods:
            client.token_endpoint_auth_method = "client_secret_post"  # noqa: S105 (the name of a method)

    def _with_scopes(self, url: str) -> str:
        if not self._oauth.scopes:
            return url
        wanted = " ".join(self._oauth.scopes)
        self.provider.context.client_metadata.scope = wanted
        parts = urlsplit(url)
        query = [pair for pair in parse_qsl(parts.query, keep_blank_values=True) if pair[0] != "scope"]
        return urlunsplit(parts._replace(query=urlencode([*query, ("scope", wanted)])))

    async def _person(self, url: str, loopback: Loopback) -> Return:
        """The browser may come back while a question still waits: then the question falls away."""
        asking = asyncio.create_task(self._ask_until_pasted(url, loopback))
        back = asyncio.create_task(loopback.returned())
        try:
            await asyncio.wait({asking, back}, return_when=asyncio.FIRST_COMPLETED)
            if not back.done():
                asking.result()
            return await back
        finally:
            asking.cancel()
            back.cancel()
            await asyncio.gather(asking, back, return_exceptions=True)

    async def _ask_until_pasted(self, url: str, loopback: Loopback) -> None:
        host = urlsplit(url).hostname
        await self._put(f"{self._spec.name} wants you to sign in at {host}.", url=url)
        message = _PASTE
        for _ in range(_PASTES):
            if loopback.arrived:
                return
            pasted = await self._put(message, schema=_PASTE_FORM)
            if loopback.take(str(pasted.get("address", ""))):
                return
            message = _WRONG_PASTE
        raise OAuthFlowError("no address that was pasted belongs to it")

    async def _put(
        self, message: str, *, url: str | None = None, schema: Mapping[str, Json] | None = None
    ) -> Mapping[str, Json]:
        question = ElicitationQuestion(
            QuestionId(new_id("question")), self._spec.name, None, clean(message), schema, url
        )
        answer = await self._ask(question)
        if not isinstance(answer, ElicitationAnswer) or answer.action != "accept":
            raise OAuthFlowError("nobody signed in")
        return answer.content or {}


def _plain(model: BaseModel | None) -> Mapping[str, Json] | None:
    return model.model_dump(mode="json", exclude_none=True) if model is not None else None


def _model(kind: type[ModelT], stored: Mapping[str, Json] | None) -> ModelT | None:
    """What was stored by another version, or by hand, may not fit any more: then it is as if it were not there."""
    try:
        return kind.model_validate(stored) if stored is not None else None
    except ValidationError:
        return None
