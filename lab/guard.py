"""Who may ask: hosts, the key of a shared lab, sizes of bodies, and headers of every answer."""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterable
from http.cookies import CookieError, SimpleCookie
from typing import Final
from urllib.parse import parse_qsl, urlencode

from starlette.types import ASGIApp, Message, Receive, Scope, Send

COOKIE: Final = "steppe_lab"
KEY: Final = "key"
BODY_MOST: Final = 16_384
"""Bytes of a body, at most."""
QUERY_MOST: Final = 8_192
"""Bytes of a query string, at most."""
POLICY: Final = (
    "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)
HEADERS: Final = (
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
)


class Guard:
    """Refuses what does not come from a page of this server, before anything is computed.

    Parameters
    ----------
    app : ASGI application
    hosts : iterable of str
        Values of the Host header that are answered, with port; others are refused, so that a
        foreign site whose name is pointed at this machine gets nothing (DNS rebinding).
    key : str or None
        What the address of a shared lab must carry once; a cookie keeps it.
    """

    def __init__(self, app: ASGIApp, hosts: Iterable[str], key: str | None = None) -> None:
        self.app = app
        self.hosts = frozenset(host.lower() for host in hosts)
        self.key = key

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or hand on."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self.app(scope, receive, send)
            return
        headers = {name.lower(): value for name, value in scope["headers"]}
        refusal = self._refusal(scope, headers)
        if refusal is not None:
            await _answer(send, *refusal)
            return
        if self.key is not None and not self._known(headers):
            await self._admit(scope, send)
            return
        await self.app(scope, _bounded(receive), _headed(send))

    def _refusal(self, scope: Scope, headers: dict[bytes, bytes]) -> tuple[int, str] | None:
        host = headers.get(b"host", b"").decode("latin-1").lower()
        if host not in self.hosts:
            return 421, "this server does not answer to that name"
        origin = headers.get(b"origin")
        if origin is not None and origin.decode("latin-1").lower() != f"http://{host}":
            return 403, "requests of other sites are not answered"
        if len(scope["query_string"]) > QUERY_MOST:
            return 414, f"the address is longer than {QUERY_MOST} bytes"
        length = headers.get(b"content-length", b"0")
        if not length.isdigit() or int(length) > BODY_MOST:
            return 413, f"the body is larger than {BODY_MOST} bytes"
        return None

    def _known(self, headers: dict[bytes, bytes]) -> bool:
        try:
            cookies = SimpleCookie(headers.get(b"cookie", b"").decode("latin-1"))
        except CookieError:
            return False
        return COOKIE in cookies and self._is_key(cookies[COOKIE].value)

    def _is_key(self, text: str) -> bool:
        return hmac.compare_digest(text.encode(), (self.key or "").encode())

    async def _admit(self, scope: Scope, send: Send) -> None:
        """Take the key out of the address and into a cookie, or refuse."""
        pairs = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        if not any(name == KEY and self._is_key(value) for name, value in pairs):
            await _answer(send, 403, "open the address that the teacher shows: it carries a key")
            return
        rest = urlencode([pair for pair in pairs if pair[0] != KEY])
        place = scope["path"] + (f"?{rest}" if rest else "")
        if not place.startswith("/") or place.startswith("//"):
            place = "/"
        cookie = f"{COOKIE}={self.key}; Path=/; HttpOnly; SameSite=Lax"
        more = [(b"location", place.encode("latin-1", "replace")), (b"set-cookie", cookie.encode())]
        await _answer(send, 303, "", more)


def _bounded(receive: Receive) -> Receive:
    """Body that ends the connection once it is larger than it may be."""
    seen = 0

    async def bounded() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        return {"type": "http.disconnect"} if seen > BODY_MOST else message

    return bounded


def _headed(send: Send) -> Send:
    async def headed(message: Message) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message.get("headers", ()), *HEADERS]}
        await send(message)

    return headed


async def _answer(
    send: Send, status: int, problem: str, more: Iterable[tuple[bytes, bytes]] = ()
) -> None:
    body = json.dumps({"error": {"message": problem}}).encode() if problem else b""
    headers = [
        (b"content-type", b"application/json; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
        *HEADERS,
        *more,
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
