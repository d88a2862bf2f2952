"""Options that several commands take, and the settings that they amount to."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from harness.daemon.address import is_named
from harness.model.errors import UsageError
from harness.model.settings import CertifySettings, FailOn, TlsFiles
from harness.model.tables import Tier
from harness.model.version import VersionRange

ENGINES = ("fake", "dockerd", "podman")
_ENGINES_LISTED = f"{', '.join(ENGINES[:-1])} and {ENGINES[-1]}"

Host: TypeAlias = Annotated[
    str,
    typer.Option(
        "--host",
        "-H",
        metavar="ADDRESS",
        help="The daemon, as unix:///path or tcp://host:port. Otherwise DOCKER_HOST, the current "
        "docker context, or the default socket.",
        show_default=False,
    ),
]
Context: TypeAlias = Annotated[
    str,
    typer.Option(
        "--context",
        "-c",
        metavar="NAME",
        help="The docker context that names the daemon.",
        show_default=False,
    ),
]
Engine: TypeAlias = Annotated[
    str,
    typer.Option(
        "--engine",
        metavar="NAME",
        help="Start a private, disposable daemon and remove it afterwards: fake, which needs no "
        "program, or dockerd or podman of this machine.",
        show_default=False,
    ),
]
TlsVerify: TypeAlias = Annotated[
    bool | None,
    typer.Option(
        "--tlsverify/--no-tlsverify",
        help="Use TLS, and check or do not check the daemon's certificate. Otherwise "
        "DOCKER_TLS_VERIFY.",
        show_default=False,
    ),
]
TlsCa: TypeAlias = Annotated[
    Path | None,
    typer.Option("--tlscacert", metavar="FILE", help="Trust certificates signed by this CA."),
]
TlsCert: TypeAlias = Annotated[
    Path | None,
    typer.Option("--tlscert", metavar="FILE", help="The client's certificate."),
]
TlsKey: TypeAlias = Annotated[
    Path | None,
    typer.Option("--tlskey", metavar="FILE", help="The key of the client's certificate."),
]


def tls_files(
    verify: bool | None,  # noqa: FBT001 - an option's value, passed on
    ca: Path | None,
    certificate: Path | None,
    key: Path | None,
) -> TlsFiles:
    """Return the TLS files; raise UsageError where one is missing or stands alone."""
    named = (("--tlscacert", ca), ("--tlscert", certificate), ("--tlskey", key))
    for flag, path in named:
        if path is not None:
            _existing(flag, path)
    if (certificate is None) != (key is None):
        given, absent = ("--tlscert", "--tlskey") if certificate else ("--tlskey", "--tlscert")
        raise UsageError(f"{given} needs {absent}: a certificate and its key come together")
    return TlsFiles(verify=verify, ca=ca, certificate=certificate, key=key)


def reaching(host: str, context: str, engine: str, tls: TlsFiles) -> CertifySettings:
    """Return settings that say how to reach a daemon; raise UsageError where they contradict."""
    given = [flag for flag, value in (("--host", host), ("--context", context)) if value]
    if engine and engine not in ENGINES:
        raise UsageError(f"--engine {engine!r} is not known; there are {_ENGINES_LISTED}")
    if engine and (given or tls != TlsFiles()):
        flag = given[0] if given else "TLS"
        raise UsageError(f"--engine starts a daemon of its own; leave out {flag} or --engine")
    if host and context:
        raise UsageError("--host and --context both name a daemon; give one of them")
    return CertifySettings(host=host, context=context, engine=engine, tls=tls)


def or_fake(settings: CertifySettings, env: Mapping[str, str]) -> CertifySettings:
    """Return the settings as they are where a daemon is named, or else with the embedded fake.

    A daemon at the default socket counts as named; TLS only makes sense with one.
    """
    given = settings.host or settings.context or settings.engine
    if given or settings.tls != TlsFiles() or is_named(env):
        return settings
    return replace(settings, engine="fake")


def version_text(api: str, spec: Path | None) -> str:
    """Return which versions are asked for; raise UsageError where the text cannot be read."""
    if spec is not None:
        _existing("--spec", spec)
        if api:
            raise UsageError("--spec brings its own version; leave out --api")
    parts = [part.strip() for part in (api or "all").split(",")]
    for part in parts:
        if part != "all":
            try:
                VersionRange.parse(part)
            except UsageError as error:
                raise UsageError(f"--api: {error}") from error
    return ",".join(parts)


def tier_of(text: str, engine: str) -> Tier:
    """Return how much a run may disturb: by default all on a private daemon, else its own."""
    if not text:
        return Tier.DISRUPTIVE if engine else Tier.SCOPED
    try:
        return Tier(text)
    except ValueError as error:
        raise UsageError(f"--tier {text!r} is not known; there are {', '.join(Tier)}") from error


def fail_on_of(text: str) -> FailOn:
    """Return which faults make a run fail; raise UsageError for what is no such choice."""
    try:
        return FailOn(text)
    except ValueError as error:
        known = " and ".join(FailOn)
        raise UsageError(f"--fail-on {text!r} is not known; there are {known}") from error


def patterns(texts: Iterable[str]) -> tuple[str, ...]:
    """Return patterns of operations without blanks around them; raise UsageError for empty ones."""
    found = tuple(" ".join(text.split()) for text in texts)
    if not all(found):
        raise UsageError("--only is empty; give an operation's id, or METHOD /path")
    return found


def _existing(flag: str, path: Path) -> None:
    if not path.is_file():
        raise UsageError(f"{flag} {path}: there is no such file")
