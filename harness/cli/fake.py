"""`docker-contract fake`: serve a daemon that runs nothing, until it is stopped."""

import os
import signal
import ssl
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer

from harness.model.errors import UsageError

_SIGNALLED = 128


def fake(  # noqa: PLR0913 - one parameter for each option
    *,
    host: Annotated[
        str,
        typer.Option(
            "--host",
            "-H",
            metavar="ADDRESS",
            help="Where to listen: unix:///path or tcp://127.0.0.1:port, with port 0 for any that "
            "is free. Otherwise a socket in a folder of its own.",
            show_default=False,
        ),
    ] = "",
    api: Annotated[
        str,
        typer.Option(
            "--api",
            metavar="VERSION",
            help="Serve this version alone; the same as --api-min and --api-max of it.",
            show_default=False,
        ),
    ] = "",
    api_min: Annotated[
        str, typer.Option("--api-min", metavar="VERSION", help="The lowest version to serve.")
    ] = "1.18",
    api_max: Annotated[
        str,
        typer.Option(
            "--api-max",
            metavar="VERSION",
            help="The highest version to serve; also the engine that it pretends to be.",
        ),
    ] = "1.33",
    image: Annotated[
        list[str] | None,
        typer.Option(
            "--image", metavar="NAME", help="An image to have from the start. Repeatable."
        ),
    ] = None,
    seed: Annotated[
        str,
        typer.Option(
            "--seed",
            metavar="TEXT",
            help="Make the same identities each time; otherwise random ones.",
            show_default=False,
        ),
    ] = "",
    tlscert: Annotated[
        Path | None,
        typer.Option("--tlscert", metavar="FILE", help="Speak TLS, with this certificate."),
    ] = None,
    tlskey: Annotated[
        Path | None, typer.Option("--tlskey", metavar="FILE", help="The certificate's key.")
    ] = None,
    tlscacert: Annotated[
        Path | None,
        typer.Option(
            "--tlscacert", metavar="FILE", help="Admit only clients with a certificate of this CA."
        ),
    ] = None,
    command: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[COMMAND]...",
            help="A command to run with DOCKER_HOST set; the fake ends with it.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Serve a daemon that runs nothing and answers like dockerd, at the version it is asked.

    Prints DOCKER_HOST=… on a line of its own, ready for a shell's eval, and serves until it is
    stopped with Ctrl-C or SIGTERM. With a command, it serves for as long as that runs, and ends
    with its exit status: docker-contract fake docker version.
    """
    # Loading the fake takes a moment, which other commands need not wait for.
    from harness.fake import FakeDaemon  # noqa: PLC0415

    if api and (api_min, api_max) != ("1.18", "1.33"):
        raise UsageError("--api serves one version; leave out --api-min and --api-max, or --api")
    tls = _tls(tlscert, tlskey, tlscacert)
    if tls is not None and not host.startswith("tcp://"):
        raise UsageError("TLS is spoken on tcp:// alone; give --host tcp://127.0.0.1:0")
    daemon = FakeDaemon(
        host=host,
        api_min=api or api_min,
        api_max=api or api_max,
        images=tuple(image or ()),
        seed=seed,
        tls=tls,
    )
    with daemon:
        if command:
            raise typer.Exit(_run(command, daemon.host, tls=tls is not None))
        _serve(daemon.host, tls=tls is not None)


def _serve(host: str, *, tls: bool) -> None:
    """Tell the address, and wait for Ctrl-C or SIGTERM, which are how a server is meant to end."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, stop)
    with suppress(KeyboardInterrupt):
        typer.echo(f"DOCKER_HOST={host}")
        if tls:
            typer.echo("DOCKER_TLS=1")
        sys.stdout.flush()
        signal.pause()


def _run(command: list[str], host: str, *, tls: bool) -> int:
    """Run a command with DOCKER_HOST set, and return its exit status as a shell tells it."""
    environment = {**os.environ, "DOCKER_HOST": host, **({"DOCKER_TLS": "1"} if tls else {})}
    # A context of the user's would win over DOCKER_HOST in some programs.
    environment.pop("DOCKER_CONTEXT", None)
    try:
        # The terminal sends Ctrl-C to the command too: it decides what that means.
        status = subprocess.run(command, env=environment, check=False).returncode  # noqa: S603 - the user's own
    except FileNotFoundError as error:
        raise UsageError(f"{command[0]}: there is no such program") from error
    except OSError as error:
        raise UsageError(f"{command[0]}: {error.strerror}") from error
    return status if status >= 0 else _SIGNALLED - status


def _tls(cert: Path | None, key: Path | None, ca: Path | None) -> ssl.SSLContext | None:
    if cert is None and key is None and ca is None:
        return None
    if cert is None or key is None:
        raise UsageError("TLS needs --tlscert and --tlskey together")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        context.load_cert_chain(cert, key)
    except OSError as error:
        raise UsageError(f"{cert} and {key}: not a usable certificate: {_reason(error)}") from error
    if ca is not None:
        try:
            context.load_verify_locations(ca)
        except OSError as error:
            raise UsageError(f"{ca}: not a usable CA certificate: {_reason(error)}") from error
        context.verify_mode = ssl.CERT_REQUIRED
    return context


def _reason(error: OSError) -> str:
    return error.strerror or str(error)
