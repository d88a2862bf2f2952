"""What particular values look like on the wire, where a document only says string or number."""

import ipaddress
import re
from collections.abc import Iterator

from harness.checks.bodies import succeeded, values
from harness.model.judgement import Check, Complaint, Severity, Subject
from harness.model.spec import Json
from harness.model.version import ApiVersion
from harness.specs.node import escape

_ADDRESSES = frozenset(
    {"Gateway", "GlobalIPv6Address", "IPAddress", "IPv6Gateway", "LinkLocalIPv6Address"}
)
# Maps in which people choose the keys.
_FREE_MAPS = frozenset({"Labels", "Options", "DriverOpts", "Annotations"})

# Images are named by the digest of their content from this version's daemons on.
_DIGESTS_SINCE = ApiVersion(1, 22)
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_IMAGE_IDS = {"ImageList": "/*/Id", "ImageHistory": "/*/Id", "ImageInspect": "/Id"}
# A layer that came from elsewhere has no image of its own.
_NO_IMAGE = "<missing>"

_CPUS_SINCE = ApiVersion(1, 27)


def _told(subject: Subject) -> bool:
    return succeeded(subject) and bool(values(subject))


def _addresses(subject: Subject) -> Iterator[Complaint]:
    found = {
        pointer: text
        for value in values(subject)
        for pointer, text in _address_texts(value, "")
        if text and not _is_address(text)
    }
    for pointer, text in sorted(found.items()):
        promised = "an IP address or an empty string"
        message = f"holds a text that is no address; Docker promises {promised}"
        yield Complaint(pointer, message, promised, text)


def _address_texts(value: Json, pointer: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, list):
        for element in value:
            yield from _address_texts(element, f"{pointer}/*")
    elif isinstance(value, dict):
        for key, member in value.items():
            if key in _ADDRESSES and isinstance(member, str):
                yield f"{pointer}/{escape(key)}", member
            elif key not in _FREE_MAPS:
                yield from _address_texts(member, f"{pointer}/{_general(key)}")


def _general(key: str) -> str:
    """Return a key as a segment; one that names a resource or a network is any of them."""
    return escape(key) if key[:1].isupper() and key.isalnum() else "*"


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_interface(text)
    except ValueError:
        return False
    return True


def _elements(subject: Subject, pointer: str) -> Iterator[Json]:
    """Yield the values at "/*/Name" or "/Name" in a reply."""
    for value in values(subject):
        many = pointer.startswith("/*/")
        holders = value if many and isinstance(value, list) else [value]
        name = pointer.rpartition("/")[2]
        yield from (
            holder[name] for holder in holders if isinstance(holder, dict) and name in holder
        )


def _image_ids(subject: Subject) -> Iterator[Complaint]:
    pointer = _IMAGE_IDS[subject.operation.id]
    for found in _elements(subject, pointer):
        if isinstance(found, str) and found != _NO_IMAGE and not _DIGEST.fullmatch(found):
            promised = "sha256: and 64 hexadecimal digits"
            message = f"is no digest; Docker promises {promised}"
            yield Complaint(pointer, message, promised, found)
            return


def _columns(subject: Subject) -> Iterator[Complaint]:
    for value in values(subject):
        titles, rows = _table(value)
        for row in rows:
            if isinstance(row, list) and len(row) != len(titles):
                promised = "as many columns as there are titles"
                message = f"has rows of another width than the titles; Docker promises {promised}"
                seen = f"{len(row)} columns, {len(titles)} titles"
                yield Complaint("/Processes/*", message, promised, seen)
                return


def _table(value: Json) -> tuple[list[Json], list[Json]]:
    titles = value.get("Titles") if isinstance(value, dict) else None
    rows = value.get("Processes") if isinstance(value, dict) else None
    if isinstance(titles, list) and isinstance(rows, list):
        return titles, rows
    return [], []


def _online_cpus(subject: Subject) -> Iterator[Complaint]:
    for value in values(subject):
        cpu = value.get("cpu_stats") if isinstance(value, dict) else None
        if not isinstance(cpu, dict) or not _is_running(cpu):
            continue
        online = cpu.get("online_cpus")
        if not isinstance(online, int) or online < 1:
            promised = "the number of processors"
            message = f"is not counted for a running container; Docker promises {promised}"
            yield Complaint("/cpu_stats/online_cpus", message, promised, repr(online))
            return


def _is_running(cpu: dict[str, Json]) -> bool:
    usage = cpu.get("cpu_usage")
    total = usage.get("total_usage") if isinstance(usage, dict) else None
    return isinstance(total, int) and total > 0


ADDRESSES = Check(
    id="address-or-empty",
    summary="An address that a reply gives is an IP address, and an empty string where unset.",
    severity=Severity.ERROR,
    applies=lambda subject: (
        _told(subject) and any(any(_address_texts(value, "")) for value in values(subject))
    ),
    judge=_addresses,
)
IMAGE_IDS = Check(
    id="image-id-digest",
    summary="From API 1.22 on the id of an image is a sha256 digest, with its prefix.",
    severity=Severity.ERROR,
    applies=lambda subject: (
        subject.operation.id in _IMAGE_IDS
        and subject.exchange.version >= _DIGESTS_SINCE
        and _told(subject)
    ),
    judge=_image_ids,
)
COLUMNS = Check(
    id="top-columns",
    summary="Every process of a container's process list has as many columns as there are titles.",
    severity=Severity.ERROR,
    applies=lambda subject: subject.operation.id == "ContainerTop" and _told(subject),
    judge=_columns,
)
ONLINE_CPUS = Check(
    id="stats-online-cpus",
    summary="From API 1.27 on the statistics of a running container count the processors.",
    severity=Severity.ERROR,
    applies=lambda subject: (
        subject.operation.id == "ContainerStats"
        and subject.exchange.version >= _CPUS_SINCE
        and _told(subject)
    ),
    judge=_online_cpus,
)
