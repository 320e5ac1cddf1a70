"""A lab that runs: its engine, and its server on loopback, for tests."""

from __future__ import annotations

import contextlib
import http.client
import json
import threading
import time
from collections.abc import Iterator
from typing import NamedTuple

import uvicorn

from steppe.lab.answers import Answers
from steppe.lab.app import build
from steppe.lab.futures import Engine, Pair
from steppe.lab.moves import Move
from steppe.lab.serve import listen


def waited(engine: Engine, move: Move) -> Pair:
    """Both sides of a move, once its start is ready."""
    past = engine.pasts.get(engine.grounds.get(move.start), move.seed)
    assert past.wait(move.n, 300.0)
    return engine.pair(move)


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self):
        return json.loads(self.body)


class Running:
    """A server, and a client of it that opens a connection for each request."""

    def __init__(self, answers: Answers, place: str) -> None:
        self.answers = answers
        self.place = place

    def connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection(self.place, timeout=120)

    def ask(self, path, method="GET", body=None, **headers) -> Answer:
        connection = self.connect()
        try:
            sent = {name.replace("_", "-"): value for name, value in headers.items()}
            content = None
            if body is not None:
                content = body if isinstance(body, bytes) else json.dumps(body).encode()
                sent.setdefault("content-type", "application/json")
            connection.request(method, path, content, sent)
            got = connection.getresponse()
            names = {name.lower(): value for name, value in got.getheaders()}
            return Answer(got.status, names, got.read())
        finally:
            connection.close()

    def settled(self, path) -> Answer:
        """Answer once it is no longer being prepared."""
        while (got := self.ask(path)).status == 202:
            time.sleep(0.2)
        return got


@contextlib.contextmanager
def running(key: str | None = None, engine: Engine | None = None) -> Iterator[Running]:
    """A lab's server on a free port of loopback."""
    opened = listen("127.0.0.1", 0)
    port = opened.getsockname()[1]
    place = f"127.0.0.1:{port}"
    answers = Answers(engine or Engine())
    shared = f"http://{place}/?key={key}" if key else None
    app = build(answers, [place, f"localhost:{port}"], key, shared=shared)
    server = uvicorn.Server(
        uvicorn.Config(app, log_level="warning", access_log=False, timeout_graceful_shutdown=2)
    )
    thread = threading.Thread(target=server.run, kwargs={"sockets": [opened]}, daemon=True)
    thread.start()
    try:
        while not server.started:
            time.sleep(0.02)
        yield Running(answers, place)
    finally:
        server.should_exit = True
        thread.join(20.0)
        assert not thread.is_alive()
