"""Users and groups of a file system, as /etc/passwd and /etc/group name them."""

from collections.abc import Mapping

from harness.fake.values import File

_LONGEST_ID = 10
_GROUP_OF_USER = 3


class UnknownOwnerError(Exception):
    """A user or a group that the files know nothing of; the message is dockerd's."""


def owner_of(tree: Mapping[str, File], text: str) -> tuple[int, int]:
    """Return the ids of a user and of a group, written as user, user:group or by number.

    Without a group it is that of the same name or number. Raises UnknownOwnerError.
    """
    parts = text.split(":")
    user, group = parts[0], parts[-1]
    if len(parts) > len(("user", "group")) or not user:
        raise UnknownOwnerError(f"invalid chown string format: {text}")
    return (
        _found(tree, "/etc/passwd", user, "uid for user", "user"),
        _found(tree, "/etc/group", group, "gid for group", "group"),
    )


def user_of(tree: Mapping[str, File], text: str) -> tuple[int, int]:
    """Return the ids of the user that a process runs as; raise UnknownOwnerError."""
    name, colon, group = text.partition(":")
    for fields in _lines(tree, "/etc/passwd"):
        if len(fields) > _GROUP_OF_USER and name in {fields[0], fields[2]}:
            found = (_number(fields[2]), _number(fields[_GROUP_OF_USER]))
            break
    else:
        if not _is_number(name):
            raise UnknownOwnerError(
                f"unable to find user {name}: no matching entries in passwd file"
            )
        found = (int(name), 0)
    if not colon:
        return found
    return found[0], _group(tree, group)


def _group(tree: Mapping[str, File], text: str) -> int:
    for fields in _lines(tree, "/etc/group"):
        if len(fields) > len(("name", "password")) and text in {fields[0], fields[2]}:
            return _number(fields[2])
    if not _is_number(text):
        raise UnknownOwnerError(f"unable to find group {text}: no matching entries in group file")
    return int(text)


def _found(tree: Mapping[str, File], path: str, text: str, what: str, kind: str) -> int:
    if _is_number(text):
        return int(text)
    for fields in _lines(tree, path):
        if len(fields) > len(("name", "password")) and fields[0] == text:
            return _number(fields[2])
    raise UnknownOwnerError(f"can't find {what} {text}: no such {kind}: {text}")


def _lines(tree: Mapping[str, File], path: str) -> list[list[str]]:
    file = tree.get(path)
    text = file.content.decode(errors="replace") if file else ""
    return [line.split(":") for line in text.splitlines()]


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= _LONGEST_ID


def _number(text: str) -> int:
    return int(text) if _is_number(text) else 0
