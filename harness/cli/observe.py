"""Write what a private daemon shows at all versions: `python -m harness.cli.observe dockerd`.

Plays all scenarios at every version, which takes a while, and writes contracts/observed/. With
`--keep FILE` it also writes a recording (NDJSON) of all exchanges; in place of the engine, such a
file makes the same of what was played before.
"""

import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from contracts.scenarios import stories
from harness.cli.recordings import traces_of
from harness.cli.wire_run import traces
from harness.daemon.private import ENGINES
from harness.daemon.recording import read
from harness.model.errors import HarnessError, UsageError
from harness.model.events import Event, HarnessFailed, Leaked
from harness.model.settings import CertifySettings
from harness.model.tables import Tier
from harness.model.wire import Trace
from harness.specs.library import versions
from harness.specs.observed import observed_file, write

_KEEP = "--keep"
_USAGE = f"give an engine ({', '.join(ENGINES)}) or a recording, and {_KEEP} FILE if you like"


def main(arguments: Sequence[str]) -> None:
    """Play, or read what was played, and write the file; raises HarnessError where that fails."""
    match arguments:
        case [engine] if engine in ENGINES:
            found, when = _played(engine, None)
        case [engine, "--keep", kept] if engine in ENGINES:
            found, when = _played(engine, Path(kept))
        case [recording] if not recording.startswith("-"):
            path = Path(recording)
            found, when = tuple(traces_of(path).traces.values()), read(path)[0].started[:10]
        case _:
            raise UsageError(_USAGE)
    file = observed_file()
    file.parent.mkdir(exist_ok=True)
    file.write_text(write(found, when), encoding="utf-8")
    _say(f"wrote {file}")


def _played(engine: str, recording: Path | None) -> tuple[tuple[Trace, ...], str]:
    settings = CertifySettings(engine=engine, tier=Tier.DISRUPTIVE, recording=recording)
    failures: list[str] = []

    def hear(event: Event) -> None:
        match event:
            case Leaked():
                failures.append(f"left behind: {event.kind} {event.name}")
            case HarnessFailed():
                failures.append(event.message)
            case _:
                pass

    found, unfinished = traces(settings, versions(), stories(), hear)
    _say_all(unfinished)
    if failures or unfinished:
        raise HarnessError("; ".join((*failures, *unfinished)))
    return tuple(found.values()), datetime.now(tz=UTC).date().isoformat()


def _say_all(texts: Iterable[str]) -> None:
    for text in texts:
        _say(text)


def _say(text: str) -> None:
    print(text, file=sys.stderr)  # noqa: T201 - a command of this repository's own


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except HarnessError as error:
        _say(str(error))
        sys.exit(error.exit_status)
