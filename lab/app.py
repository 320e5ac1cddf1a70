"""The lab's server: routes, and what becomes of errors.

It keeps nothing of who asks: all state of a page stands in its address. Only classes
(:mod:`.classes`) live in memory, until they are closed.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import replace
from threading import Event

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from ..model.errors import InputError
from .answers import Answers
from .class_routes import class_routes
from .export import qr_svg
from .ground import FEW
from .guard import Guard
from .jobs import Jobs, Make
from .moves import Move, Pairs, value_of
from .page_files import page_file
from .web import GET, NO_STORE, answered, gone, json_answer, missing, pairs_of

FileMaker = Callable[[Move, Event], tuple[bytes, str]]


class Lab:
    """Endpoints over the answers and the jobs."""

    def __init__(self, answers: Answers, shared: str | None = None) -> None:
        self.answers = answers
        self.shared = shared
        self.jobs = Jobs()

    async def job(self, request: Request, key: str, make: Make, lane: str = "slow") -> bytes:
        """Answer made once for all who ask the same, dropped if nobody waits."""
        return await self.jobs.get(key, make, lambda: gone(request), lane)

    async def setup(self, request: Request) -> Response:
        """GET /api/setup."""
        return json_answer(
            await self.job(request, "setup", lambda _: self.answers.setup(self.shared), "quick")
        )

    async def ready(self, request: Request) -> Response:
        """GET /api/ready: how far a start and seed are prepared; begins to prepare them."""
        move = self.answers.move(pairs_of(request))
        loop = asyncio.get_running_loop()
        return json_answer(await loop.run_in_executor(None, self.answers.ready, move))

    async def move(self, request: Request) -> Response:
        """GET /api/move: of as many futures as asked; if no number is, of fewer in a crowd."""
        pairs = pairs_of(request)
        move = self.answers.move(pairs)
        if value_of(pairs, "n") is None and self.jobs.crowded(move.key("move")):
            move = replace(move, n=FEW)
        found = await self.job(
            request,
            move.key("move"),
            lambda dropped: self.answers.figures(move, dropped),
            "quick" if move.n <= FEW else "slow",
        )
        return json_answer(found)

    async def why(self, request: Request) -> Response:
        """GET /api/why."""
        move, pairs = self._asked(request)
        key = _key("why", move, pairs, "sel", "year", "future")
        make = lambda dropped: self.answers.why(move, pairs, dropped)  # noqa: E731
        return json_answer(await self.job(request, key, make))

    async def walk(self, request: Request) -> Response:
        """GET /api/walk."""
        move, pairs = self._asked(request)
        key = _key("walk", move, pairs, "future")
        make = lambda dropped: self.answers.walk(move, pairs, dropped)  # noqa: E731
        return json_answer(await self.job(request, key, make))

    async def overrule(self, request: Request) -> Response:
        """GET /api/overrule."""
        move, pairs = self._asked(request)
        names = ("sel", "year", "future", "patron", "choice", "area", "decision", "continuations")
        key = _key("overrule", move, pairs, *names)
        return json_answer(
            await self.job(request, key, lambda _: self.answers.overrule(move, pairs))
        )

    async def sweep(self, request: Request) -> Response:
        """GET /api/sweep."""
        move, pairs = self._asked(request)
        names = ("lever", "kind", "low", "high", "from", "points", "year")
        key = _key("sweep", move, pairs, *names)
        make = lambda dropped: self.answers.sweep(move, pairs, dropped)  # noqa: E731
        return json_answer(await self.job(request, key, make))

    async def scenario(self, request: Request) -> Response:
        """GET /api/scenario.toml."""
        return await self._file(request, self.answers.scenario, "lab-what-if.toml", "text/plain")

    async def table(self, request: Request) -> Response:
        """GET /api/table.csv."""
        return await self._file(request, self.answers.table, "lab-table.csv", "text/csv")

    async def qr(self, request: Request) -> Response:
        """GET /api/qr.svg: the page's address, for who is in the same network."""
        if self.shared is None:
            raise InputError(
                "the lab listens to this machine only, so nobody else can open the address",
                todo="start it with 'steppe lab --share'",
            )
        query = request.url.query
        address = self.shared + (f"&{query}" if query else "")
        return Response(qr_svg(address), media_type="image/svg+xml", headers=NO_STORE)

    async def _file(self, request: Request, make: FileMaker, name: str, kind: str) -> Response:
        move = self.answers.move(pairs_of(request))

        def made(dropped: Event) -> bytes:
            content, digest = make(move, dropped)
            return digest.encode() + b"\n" + content

        digest, _, content = (await self.job(request, move.key(name), made)).partition(b"\n")
        headers = {
            **NO_STORE,
            "x-steppe-digest": digest.decode(),
            "content-disposition": f'attachment; filename="{name}"',
        }
        return Response(content, headers=headers, media_type=f"{kind}; charset=utf-8")

    def _asked(self, request: Request) -> tuple[Move, Pairs]:
        pairs = pairs_of(request)
        return self.answers.move(pairs), pairs

    def routes(self) -> list[Route]:
        """All routes of the interface."""
        endpoints = {
            "setup": self.setup,
            "ready": self.ready,
            "move": self.move,
            "why": self.why,
            "walk": self.walk,
            "overrule": self.overrule,
            "sweep": self.sweep,
            "scenario.toml": self.scenario,
            "table.csv": self.table,
            "qr.svg": self.qr,
        }
        return [
            Route("/", page, methods=GET),
            Route("/page/{path:path}", page, methods=GET),
            *(
                Route(f"/api/{name}", answered(endpoint), methods=GET)
                for name, endpoint in endpoints.items()
            ),
            *class_routes(self),
        ]


def _key(kind: str, move: Move, pairs: Pairs, *names: str) -> str:
    return move.key(kind, *(value_of(pairs, name) for name in names))


async def page(request: Request) -> Response:
    """GET / and /page/...: a file of the page, with its digest as tag."""
    found = page_file(request.path_params.get("path", "index.html"))
    if found is None:
        return missing("page")
    headers = {"etag": found.tag, "cache-control": "no-cache"}
    if found.tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(found.content, headers=headers, media_type=found.kind)


def build(
    answers: Answers,
    hosts: Iterable[str],
    key: str | None = None,
    begin: Callable[[], None] = lambda: None,
    shared: str | None = None,
) -> ASGIApp:
    """Application that answers to some hosts.

    Parameters
    ----------
    answers : Answers
    hosts : iterable of str
        Values of the Host header, with port.
    key : str, optional
        Key of a shared lab.
    begin : callable
        Called in a thread once the server is up.
    shared : str, optional
        Address to hand on, key included, if the lab is shared.
    """
    lab = Lab(answers, shared)

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        warming = asyncio.get_running_loop().run_in_executor(None, begin)
        yield
        lab.jobs.close()
        answers.engine.close()
        warming.cancel()

    return Guard(Starlette(routes=lab.routes(), lifespan=lifespan), hosts, key)
