"""What a daemon says of an error, without what differs from call to call."""

import json
import re

from harness.model.call import Reply

_LONGEST = 120

# In this order: names and ids hold digits, and quoted texts hold anything.
_VARIABLE = (
    # Go's readers of JSON and of numbers say one thing in many ways.
    (re.compile(r"json: cannot unmarshal .*? into Go .*"), "json: cannot unmarshal …"),
    (
        re.compile(r"(invalid character .*|unexpected (end of JSON input|EOF)|\bEOF)$"),
        "… malformed …",
    ),
    (re.compile(r"strconv\.\w+: parsing .*"), "strconv: …"),
    (re.compile(r'"[^"]*"|\'[^\']*\'|“[^”]*”'), "…"),
    (re.compile(r"docker-contract-[\w./:-]*"), "…"),
    (re.compile(r"\b(?:sha256:)?[0-9a-f]{12,64}\b"), "…"),
    (re.compile(r"\b[0-9a-z]{25}\b"), "…"),
    (re.compile(r"(?:/[\w.+-]+){2,}"), "…"),
    (re.compile(r"-?\d[\d.:e+]*"), "N"),
    (re.compile(r"\[[^\]]*\]"), "[…]"),
    (re.compile(r"map\[.*"), "map…"),
)


def told(reply: Reply) -> str:
    """Return the error's message in one line, the same for all calls that fail for one cause."""
    return general(_message(reply))


def general(message: str) -> str:
    """Return a message in one line, without the names and numbers that differ from run to run."""
    text = " ".join(message.split())
    for pattern, word in _VARIABLE:
        text = pattern.sub(word, text)
    return text[:_LONGEST].strip()


def _message(reply: Reply) -> str:
    plain = reply.body[:2000].decode(errors="replace")
    try:
        value = json.loads(plain)
    except ValueError:
        return plain
    message = value.get("message") if isinstance(value, dict) else None
    return message if isinstance(message, str) else ""
