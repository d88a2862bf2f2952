"""How fast a certify run is, against a bare replay of the calls that it made."""

import argparse
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from harness.cli.session import run_session
from harness.daemon.managed import ManagedDaemon, start_dockerd, start_podman
from harness.daemon.recording import read
from harness.model.call import Exchange, Manner
from harness.model.events import CallJudged, Event, OperationJudged, RunFinished
from harness.model.settings import CertifySettings
from harness.model.tables import Recipe, Tier
from harness.specs.tables import tables

# Operations that need nothing that the run made, so that the replay finds what the run found.
_DEFAULT = ("*List", "SystemInfo", "SystemVersion", "SystemPing", "SystemDataUsage")
_STARTERS = {"dockerd": start_dockerd, "podman": start_podman}
_PASSES = 3
_PATIENCE = 30.0  # seconds


@dataclass
class Run:
    """What a certify run told of itself: of all of it, and of the operations that are compared."""

    finished: RunFinished = field(default_factory=RunFinished)
    calls: int = 0
    seconds: float = 0.0
    left_out: float = 0.0  # seconds

    def take(self, event: Event) -> None:
        """Keep what the figures are made of."""
        match event:
            case CallJudged() if _compared(event.operation):
                # An open call is sent after the plain one that it derives from.
                self.calls += 2 if event.judged.exchange.call.manner is Manner.OPEN else 1
            case OperationJudged() if _compared(event.operation):
                self.seconds += event.seconds
            case OperationJudged():
                self.left_out += event.seconds
            case RunFinished():
                self.finished = event
            case _:
                pass


@dataclass(frozen=True)
class Replayed:
    """A replay: how long it took, how many calls got no reply, how many another status."""

    seconds: float
    unanswered: int
    different: int


def main(arguments: Sequence[str] | None = None) -> None:
    """Certify a private daemon, replay the calls on it, and print how the two compare."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--engine", choices=_STARTERS, default="dockerd")
    parser.add_argument("--api", default="1.30", metavar="VERSIONS")
    parser.add_argument("--only", action="append", metavar="OPERATION", help="repeatable")
    parser.add_argument("--max-examples", type=int, default=10, metavar="N")
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder, _STARTERS[chosen.engine]() as daemon:
        recording = Path(folder) / "calls.ndjson"
        settings = CertifySettings(
            host=daemon.host,
            versions=chosen.api,
            tier=Tier.DISRUPTIVE,
            examples=chosen.max_examples,
            only=tuple(chosen.only or _DEFAULT),
            recording=recording,
        )
        run = Run()
        run_session(settings, run.take)
        _, exchanges = read(recording)
        kept = [exchange for exchange in exchanges if _compared(exchange.call.operation)]
        passes = [replay(daemon, kept) for _ in range(_PASSES)]
    show(run, len(kept), min(passes, key=lambda replayed: replayed.seconds))


def replay(daemon: ManagedDaemon, exchanges: Sequence[Exchange]) -> Replayed:
    """Send the calls of some exchanges again, one after the other over one connection."""
    transport = httpx.HTTPTransport(uds=str(daemon.socket), limits=httpx.Limits(max_connections=1))
    unanswered = different = 0
    with httpx.Client(
        transport=transport, base_url="http://daemon", timeout=_PATIENCE, trust_env=False
    ) as client:
        began = time.perf_counter()
        for exchange in exchanges:
            call = exchange.call
            headers = list(call.headers)
            if call.media_type:
                headers.append(("Content-Type", call.media_type))
            try:
                reply = client.request(
                    call.method,
                    call.target(exchange.version),
                    headers=headers,
                    content=call.body,
                )
            except httpx.TransportError:
                unanswered += 1
            else:
                different += reply.status_code != exchange.reply.status
        return Replayed(time.perf_counter() - began, unanswered, different)


def show(run: Run, calls: int, replayed: Replayed) -> None:
    """Print the figures; `calls` is how many of the run's calls were replayed."""
    whole = run.finished.seconds - run.left_out
    bare = calls / replayed.seconds
    print("                 calls  seconds  calls/s  ratio")
    for name, count, seconds in (
        ("bare replay", calls, replayed.seconds),
        ("the whole run", calls, whole),
        ("its operations", run.calls, run.seconds),
    ):
        rate = count / seconds
        print(f"{name:15} {count:6,} {seconds:8.2f} {rate:8,.0f} {rate / bare:6.2f}")
    print(f"replayed with another status: {replayed.different}, no reply: {replayed.unanswered}")
    finished = run.finished
    known = finished.generating + finished.waiting + finished.judging
    shares = {
        "generating": finished.generating,
        "waiting": finished.waiting,
        "judging": finished.judging,
        "world and rest": finished.seconds - known,
    }
    for name, part in shares.items():
        print(f"{name:15} {part / finished.seconds:6.0%} {part:8.2f}")


def _compared(operation: str) -> bool:
    """Tell whether replies end by themselves, on a connection that can be used again."""
    recipes: tuple[Recipe, ...] = tuple(tables().recipes.get(operation, ()))
    return not any(recipe.upgrade or recipe.endless for recipe in recipes)


if __name__ == "__main__":
    main()
