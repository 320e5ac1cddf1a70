"""Start the lab: an address to listen on, a key if it is shared, a browser."""

from __future__ import annotations

import errno
import os
import secrets
import socket
import subprocess
import sys
import threading
import webbrowser
from collections.abc import Callable
from importlib.util import find_spec
from typing import Final

from ..model.errors import InputError

LOOPBACK: Final = "127.0.0.1"
VIEWER: Final = ("solara", "altair", "ipyvuetify")
"""What Mesa's viewer needs, from the extra ``mesa-viz``."""
QUIET: Final = {
    "SOLARA_TELEMETRY_MIXPANEL_ENABLE": "False",
    "SOLARA_ASSETS_CDN": f"http://{LOOPBACK}:9/",
}
"""Solara tells nobody of its use, and asks nobody for what its assets lack: port 9 answers not."""
PORT: Final = 8722
"""First port that is tried if none is asked for; the nine after it are tried too."""


def listen(host: str, port: int | None) -> socket.socket:
    """Socket on a port, or on the first free one of ten.

    Raises
    ------
    InputError
        If none is free, or the asked one is taken or may not be used.
    """
    tried = [port] if port is not None else list(range(PORT, PORT + 10))
    for number in tried:
        found = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        if os.name != "nt":  # there it would let two servers share a port
            found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            found.bind((host, number))
            found.listen(256)
        except (OSError, OverflowError) as error:
            found.close()
            taken = isinstance(error, OSError) and error.errno == errno.EADDRINUSE
            if port is None and taken:
                continue
            raise InputError(
                "the port is in use" if taken else "the port cannot be used",
                field="--port",
                found=number,
                todo="name another, or leave --port out",
            ) from error
        return found
    raise InputError(
        "no port is free", field="--port", found=f"{tried[0]} to {tried[-1]}", todo="name another"
    )


def lan_address() -> str:
    """Address of this machine in its network; nothing is sent.

    Raises
    ------
    InputError
        If it has none.
    """
    probe = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        probe.connect(("192.0.2.1", 9))  # a documentation address: chooses the way out only
        found = str(probe.getsockname()[0])
    except OSError as error:
        raise InputError(
            "this machine is in no network", field="--share", todo="leave --share out"
        ) from error
    finally:
        probe.close()
    return found


def view(port: int | None, browser: bool, tell: Callable[[str], None]) -> None:
    """Show one future in Mesa's own viewer until it is interrupted.

    Raises
    ------
    InputError
        If what the viewer needs is not installed, or the port cannot be used.
    """
    if any(find_spec(name) is None for name in VIEWER):
        raise InputError(
            "Mesa's viewer is not installed",
            field="--mesa",
            todo="pip install -c constraints.txt -e '.[mesa-viz]'",
        )
    found = listen(LOOPBACK, port)
    number = found.getsockname()[1]
    found.close()
    tell(f"Mesa's viewer opens at http://{LOOPBACK}:{number}/ in some seconds.")
    tell("Stop it with Ctrl-C.")
    options = ["--host", LOOPBACK, "--port", str(number), "--production", "--no-check-version"]
    words = ["-m", "solara", "run", "steppe.lab.mesa_view", *options]
    quiet = {**os.environ, **QUIET}
    subprocess.run(
        [sys.executable, *words, "--open" if browser else "--no-open"], env=quiet, check=False
    )


def serve(
    port: int | None, share: bool, browser: bool, futures: int, tell: Callable[[str], None]
) -> None:
    """Serve the lab until it is interrupted.

    Parameters
    ----------
    port : int or None
        None for the first free one from :data:`PORT` on.
    share : bool
        Listen on the machine's address in its network, behind a key.
    browser : bool
        Open the page.
    futures : int
        Futures of a move at rest.
    tell : callable
        Prints a line.

    Raises
    ------
    InputError
        If the port or the number of futures cannot be used.
    """
    import uvicorn

    host = lan_address() if share else LOOPBACK
    found = listen(host, port)
    place = f"{host}:{found.getsockname()[1]}"
    key = secrets.token_urlsafe(12) if share else None
    address = f"http://{place}/" + (f"?key={key}" if key else "")
    from .answers import Answers
    from .app import build
    from .futures import Engine

    answers = Answers(Engine(), futures)
    hosts = [place] if share else [place, f"localhost:{found.getsockname()[1]}"]
    app = build(answers, hosts, key, answers.warm_up, address if share else None)
    settings = uvicorn.Config(
        app, log_level="warning", access_log=False, server_header=False, date_header=False,
        timeout_keep_alive=30, limit_concurrency=400, h11_max_incomplete_event_size=65_536,
        timeout_graceful_shutdown=2, lifespan="on",
    )  # fmt: skip
    tell(f"The lab is at {address}")
    if share:
        tell("Who has this address, key included, can use it while it runs. Nobody else can.")
    tell("Stop it with Ctrl-C.")
    if browser:
        threading.Timer(0.5, webbrowser.open, (address,)).start()
    uvicorn.Server(settings).run(sockets=[found])
