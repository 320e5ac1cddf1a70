"""From requests to pairs, from answers and errors to responses."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from typing import Any, Final

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from ..model.errors import InputError
from .errors import BusyError, DroppedError, PreparingError
from .moves import Pairs

JSON: Final = "application/json; charset=utf-8"
NO_STORE: Final = {"cache-control": "no-store"}
GET: Final = ["GET"]
LOOK: Final = 0.05
"""Seconds between two looks at whether a connection is still open."""
Endpoint = Callable[[Request], Awaitable[Response]]


def encoded(content: Any) -> bytes:
    """JSON without spaces."""
    return json.dumps(content, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def json_answer(content: Any, status: int = 200, more: dict[str, str] | None = None) -> Response:
    """JSON that no cache keeps."""
    body = content if isinstance(content, bytes) else encoded(content)
    return Response(body, status, {**NO_STORE, **(more or {})}, media_type=JSON)


def error_body(error: InputError) -> dict[str, Any]:
    """An input error as a page gets it."""
    return {
        "error": {
            "message": str(error),
            "problem": error.problem,
            "field": error.field,
            "found": error.found if isinstance(error.found, (int, str)) else str(error.found),
            "allowed": error.allowed,
            "nearest": list(error.nearest),
        }
    }


def missing(what: str) -> Response:
    """Say that there is none."""
    return json_answer({"error": {"message": f"there is no such {what}"}}, 404)


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
        except (DroppedError, ClientDisconnect):
            return Response(status_code=499)
        except Exception:
            logging.getLogger("uvicorn.error").exception("%s", request.url.path)
            message = "the lab failed here; the window in which it runs says why"
            return json_answer({"error": {"message": message}}, 500)

    return guarded


def pairs_of(request: Request) -> Pairs:
    """Pairs of the query string."""
    return request.query_params.multi_items()


async def gone(request: Request) -> bool:
    """Return once the connection is closed."""
    while not await request.is_disconnected():
        await asyncio.sleep(LOOK)
    return True


async def body_of(request: Request) -> dict[str, Any]:
    """Fields of a JSON body.

    Raises
    ------
    InputError
        If it is none.
    """
    kind = request.headers.get("content-type", "").split(";")[0].strip()
    try:
        found = json.loads(await request.body()) if kind == "application/json" else None
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise InputError("the body is no JSON object", field="body", allowed="application/json")
    return found
