"""The lab's server: routes, and what becomes of errors.

It keeps nothing of who asks: all state of a page stands in its address. Only classes
(:mod:`.classes`) live in memory, until they are closed.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from ..model.errors import InputError
from .answers import Answers, encoded
from .errors import BusyError, DroppedError, PreparingError
from .guard import Guard
from .jobs import Jobs, Make
from .moves import Pairs
from .page_files import page_file

JSON = "application/json; charset=utf-8"
Endpoint = Callable[[Request], Awaitable[Response]]


def error_body(error: InputError) -> dict[str, Any]:
    """An input error as a page gets it."""
    return {
        "error": {
            "message": str(error),
            "problem": error.problem,
            "field": error.field,
            "found": error.found if isinstance(error.found, (int, float, str)) else None,
            "allowed": error.allowed,
            "nearest": list(error.nearest),
        }
    }


def answered(endpoint: Endpoint) -> Endpoint:
    """Turn what went wrong into an answer that says so."""

    async def guarded(request: Request) -> Response:
        try:
            return await endpoint(request)
        except InputError as error:
            return json_answer(error_body(error), 400)
        except PreparingError as error:
            return json_answer({"preparing": round(error.share, 3), "retry": 1}, 202)
        except BusyError as error:
            body = {"error": {"message": error.reason}, "retry": error.seconds}
            return json_answer(body, 503, {"retry-after": str(error.seconds)})
        except DroppedError:
            return Response(status_code=499)

    return guarded


def json_answer(content: Any, status: int = 200, more: dict[str, str] | None = None) -> Response:
    """JSON that no cache keeps."""
    body = content if isinstance(content, bytes) else encoded(content)
    headers = {"cache-control": "no-store", **(more or {})}
    return Response(body, status, headers, media_type=JSON)


def pairs_of(request: Request) -> Pairs:
    """Pairs of the query string."""
    return request.query_params.multi_items()


async def gone(request: Request) -> bool:
    """Return once the connection is closed."""
    while not await request.is_disconnected():
        await asyncio.sleep(0.05)
    return True


class Lab:
    """Endpoints over the answers and the jobs."""

    def __init__(self, answers: Answers, shared: str | None = None) -> None:
        self.answers = answers
        self.shared = shared
        self.jobs = Jobs()

    async def job(self, request: Request, key: str, make: Make) -> bytes:
        """Answer made once for all who ask the same, dropped if nobody waits."""
        return await self.jobs.get(key, make, lambda: gone(request))

    async def setup(self, request: Request) -> Response:
        """GET /api/setup."""
        return json_answer(await self.job(request, "setup", lambda _: self.answers.setup()))

    async def ready(self, request: Request) -> Response:
        """GET /api/ready: how far a start and seed are prepared; begins to prepare them."""
        move = self.answers.move(pairs_of(request))
        loop = asyncio.get_running_loop()
        return json_answer(await loop.run_in_executor(None, self.answers.ready, move))

    async def move(self, request: Request) -> Response:
        """GET /api/move."""
        move = self.answers.move(pairs_of(request))
        found = await self.job(
            request, move.key("move"), lambda dropped: self.answers.figures(move, dropped)
        )
        return json_answer(found)

    def routes(self) -> list[Route]:
        """All routes of the interface."""
        get = ["GET"]
        return [
            Route("/", page, methods=get),
            Route("/page/{path:path}", page, methods=get),
            Route("/api/setup", answered(self.setup), methods=get),
            Route("/api/ready", answered(self.ready), methods=get),
            Route("/api/move", answered(self.move), methods=get),
        ]


async def page(request: Request) -> Response:
    """GET / and /page/...: a file of the page, with its digest as tag."""
    found = page_file(request.path_params.get("path", "index.html"))
    if found is None:
        return json_answer({"error": {"message": "there is no such page"}}, 404)
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
