"""What a diff of two versions costs beside a start of Python, and what all 120 pairs cost."""

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from itertools import combinations

from harness.diff.paper import compare
from harness.specs.library import load, versions

_RUNS = 10
_PROGRAM = "from harness.cli.main import main; main()"
_PAPER = """
from harness.diff.paper import compare
from harness.model.version import ApiVersion
from harness.specs.library import load
pair = [ApiVersion.parse(text) for text in ("{old}", "{new}")]
for errata in (False, True):
    compare(*(load(version, with_errata=errata) for version in pair))
"""


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure commands and comparisons in one run, and print how they compare."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--runs", type=int, default=_RUNS, metavar="N")
    parser.add_argument("--old", default="1.24", metavar="VERSION")
    parser.add_argument("--new", default="1.30", metavar="VERSION")
    chosen = parser.parse_args(arguments)
    pair = f"{chosen.old} {chosen.new}"
    commands = {
        "python -c pass": ["-c", "pass"],
        "docker-contract --version": ["-c", _PROGRAM, "--version"],
        f"on paper, {pair}": ["-c", _PAPER.format(old=chosen.old, new=chosen.new)],
        f"docker-contract diff {pair}": ["-c", _PROGRAM, "diff", chosen.old, chosen.new],
    }
    cold = {name: _first(words) for name, words in commands.items()}
    warm: dict[str, list[tuple[float, float]]] = {name: [] for name in commands}
    for _ in range(chosen.runs):
        # In turns, so that what else the machine does befalls them all.
        for name, words in commands.items():
            warm[name].append(_seconds(words, os.environ))
    _tell(cold, warm)
    _all_pairs()


def _first(words: Sequence[str]) -> float:
    """Return the seconds that a command takes where nothing is kept from earlier ones."""
    with tempfile.TemporaryDirectory() as cache:
        return _seconds(words, {**os.environ, "XDG_CACHE_HOME": cache})[0]


def _seconds(words: Sequence[str], environment: Mapping[str, str]) -> tuple[float, float]:
    """Run Python with arguments; return the seconds that passed, and those of the processor."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    command = [sys.executable, *words]
    subprocess.run(command, env=dict(environment), stdout=subprocess.DEVNULL, check=True)
    passed, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    worked = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return passed, worked


def _tell(cold: Mapping[str, float], warm: Mapping[str, Sequence[tuple[float, float]]]) -> None:
    bare, *_ = warm.values()
    start = statistics.median(worked for _, worked in bare)
    titles = f"{'median, s':>10} {'CPU, s':>7} {'beyond Python':>14} {'ratio':>6}"
    print(f"{'':34} {'first, s':>9} {titles}")
    for name, runs in warm.items():
        passed = statistics.median(each for each, _ in runs)
        worked = statistics.median(each for _, each in runs)
        figures = f"{cold[name]:9.2f} {passed:10.2f} {worked:7.2f} {worked - start:14.2f}"
        print(f"{name:34} {figures} {worked / start:6.1f}")


def _all_pairs() -> None:
    started = time.process_time()
    pairs = list(combinations(versions(), 2))
    documents = {each: load(each, with_errata=False) for each in versions()}
    loaded = time.process_time()
    found = [compare(documents[old], documents[new]) for old, new in pairs]
    ended = time.process_time()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{len(pairs)} pairs on paper: {sum(map(len, found)):,} changes in {ended - loaded:.1f} s,"
        f" after {loaded - started:.1f} s for {len(documents)} documents; at most {peak:.0f} MiB"
    )


if __name__ == "__main__":
    main()
