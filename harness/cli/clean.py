"""`docker-contract clean`: remove what runs that were killed left behind."""

from rich.console import Console
from rich.text import Text

from harness.cli.options import (
    Context,
    Engine,
    Host,
    TlsCa,
    TlsCert,
    TlsKey,
    TlsVerify,
    reaching,
    tls_files,
)
from harness.report.wording import printable


def clean(  # noqa: PLR0913 - one parameter for each option
    *,
    host: Host = "",
    context: Context = "",
    tlsverify: TlsVerify = None,
    tlscacert: TlsCa = None,
    tlscert: TlsCert = None,
    tlskey: TlsKey = None,
    engine: Engine = "",
) -> None:
    """Remove what earlier runs left: private daemons, and resources on a daemon.

    Only what carries the label or the name of a run is touched. With --engine only the private
    daemons are removed, and no other daemon is asked.
    """
    # Loading the session takes a second, which other commands need not wait for.
    from harness.daemon.managed_folder import clean_stale  # noqa: PLC0415
    from harness.engine.session import clean as clean_daemon  # noqa: PLC0415

    tls = tls_files(tlsverify, tlscacert, tlscert, tlskey)
    settings = reaching(host, context, engine, tls)
    console = Console(highlight=False)
    folders = clean_stale()
    for folder in folders:
        _tell(console, f"private daemon in {folder}")
    removed = () if engine else clean_daemon(settings)
    for found in removed:
        _tell(console, f"{found.kind} {found.id}")
    if not folders and not removed:
        console.print("nothing was left behind")


def _tell(console: Console, name: str) -> None:
    console.print(Text(printable(f"removed {name}")), soft_wrap=True)
