"""``steppe lab``: a local page on which a class moves levers and sees the futures answer."""

from __future__ import annotations

from typing import Annotated

import typer


def lab(
    port: Annotated[
        int | None,
        typer.Option(min=1, max=65535, help="Port; the first free one from 8722 by default."),
    ] = None,
    share: Annotated[
        bool,
        typer.Option("--share", help="Let others in this network in, with a key in the address."),
    ] = False,
    no_browser: Annotated[
        bool, typer.Option("--no-browser", help="Do not open the page in a browser.")
    ] = False,
    futures: Annotated[
        int, typer.Option(help="Futures of a move at rest: 200, 400, 600, 800 or 1000.")
    ] = 1000,
    mesa: Annotated[
        bool, typer.Option("--mesa", help="Mesa's own viewer of one future (extra mesa-viz).")
    ] = False,
) -> None:
    """Open the lab: levers, a thousand futures, and why. Works without the internet."""
    from ..lab.serve import serve, view
    from ..model.errors import InputError

    if mesa and share:
        raise InputError("Mesa's viewer is for this machine only", field="--share, --mesa")
    if mesa:
        view(port, not no_browser, typer.echo)
        return

    allowed = (200, 400, 600, 800, 1000)
    if futures not in allowed:
        raise InputError(
            "not a number of futures that the parameter draws divide",
            field="--futures",
            found=futures,
            allowed=", ".join(map(str, allowed)),
        )
    serve(port, share, not no_browser, futures, typer.echo)
