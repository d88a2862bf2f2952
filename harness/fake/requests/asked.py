"""A request as a handler sees it: read by the document of the version that it was sent at."""

import base64
import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from harness.fake.requests.answer import RefusedError, bad_request
from harness.fake.requests.bodies import decode, decode_fields
from harness.fake.requests.fields import Fields
from harness.fake.requests.filters import Filters, read_filters
from harness.fake.requests.gates import gates
from harness.model.spec import Json, Operation, Schema
from harness.model.version import ApiVersion

# As dockerd reads them: everything else is true.
_FALSE = frozenset({"", "0", "no", "false", "none"})
_ANY = Schema(pointer="")
_WHOLE_NUMBER = re.compile(r"[+-]?[0-9]+", re.ASCII)
_RANGE = range(-(2**63), 2**63)
_DIGITS = 19  # of the greatest number, without a sign
_NANOSECONDS = 10**9
_OTHER_ALPHABET = frozenset("+/")  # that of base64 elsewhere, which Python takes too


@dataclass(frozen=True, slots=True)
class Asked:
    """One request for an operation of a version.

    `path` holds the variables of the path, decoded. `query` holds only what a daemon of the version
    reads: what is unknown changes nothing. Names of headers are lower case.
    """

    operation: Operation
    version: ApiVersion
    path: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    raw: bytes = b""
    method: str = "GET"

    @property
    def name(self) -> str:
        """Return the variable of the path, where it has one."""
        return next(iter(self.path.values()), "")

    def passed(self, gate: str) -> bool:
        """Tell whether the version is at or above a gate of contracts/gates.yaml."""
        return gates().passed(gate, self.version)

    def text(self, name: str, default: str = "") -> str:
        """Return a parameter of the query as text."""
        found = self.query.get(name)
        return found[0] if found else default

    def texts(self, name: str) -> tuple[str, ...]:
        """Return every value of a parameter that may come several times."""
        return self.query.get(name, ())

    def flag(self, name: str, *, default: bool = False) -> bool:
        """Return a parameter as a boolean, as dockerd reads it: 0, no, false, none are false."""
        found = self.query.get(name)
        return default if found is None else found[0].strip().lower() not in _FALSE

    def number(self, name: str, default: int = 0) -> int:
        """Return a parameter as a whole number; refuse with 400 what is none."""
        text = self.text(name)
        return _number(text, "Atoi") if text else default

    def needed_number(self, name: str) -> int:
        """Return a parameter as a whole number; refuse with 400 where it is absent."""
        return _number(self.text(name), "Atoi")

    def moment(self, name: str) -> int | None:
        """Return a time in nanoseconds since 1970, None where it is absent.

        It is written in seconds, with nanoseconds behind a dot; refuse with 400 what is not.
        """
        text = self.text(name)
        if not text:
            return None
        seconds, dot, fraction = text.partition(".")
        whole = _number(seconds, "ParseInt") * _NANOSECONDS
        if not dot:
            return whole
        return whole + int(_number(fraction, "ParseInt") * 10.0 ** (9 - len(fraction)))

    def filters(self, *accepted: str) -> Filters:
        """Return the parameter `filters`; refuse with 400 keys that are not accepted."""
        return read_filters(self.text("filters"), accepted)

    def any_filters(self) -> Filters:
        """Return the parameter `filters`, whatever its keys."""
        return read_filters(self.text("filters"))

    def needs_json(self) -> None:
        """Refuse with 400 a body of another media type than JSON."""
        media_type = self.headers.get("content-type", "")
        if not self.raw and not media_type:
            return
        if media_type.split(";")[0].strip().lower() != "application/json":
            raise bad_request(f"Content-Type specified ({media_type}) must be 'application/json'")

    def body(self) -> Fields:
        """Return the JSON object of the body, by the document's names and types; refuse others."""
        return decode_fields(self.raw, self._schema)

    def value(self) -> Json:
        """Return the JSON value of the body, whatever its type by the document."""
        return decode(self.raw, self._schema)

    def registry_auth(self) -> Fields:
        """Return the credentials of X-Registry-Auth; what cannot be decoded is as none."""
        return _decoded(self.headers.get("x-registry-auth", ""))

    def registry_config(self) -> Fields:
        """Return the credentials of X-Registry-Config by registry; undecodable is as none."""
        return _decoded(self.headers.get("x-registry-config", ""))

    @property
    def _schema(self) -> Schema:
        return self.operation.body.schema if self.operation.body else _ANY


def _number(text: str, function: str) -> int:
    if not _WHOLE_NUMBER.fullmatch(text):
        raise _no_number(text, function, "invalid syntax")
    if len(text.lstrip("+-0")) > _DIGITS or int(text) not in _RANGE:
        raise _no_number(text, function, "value out of range")
    return int(text)


def _no_number(text: str, function: str, why: str) -> RefusedError:
    return bad_request(f'strconv.{function}: parsing "{text}": {why}')


def _decoded(text: str) -> Fields:
    """Decode base64 of the URL-safe alphabet, padded, and the JSON object in it."""
    if not _OTHER_ALPHABET.isdisjoint(text):
        return Fields()
    try:
        value = json.loads(base64.b64decode(text, altchars=b"-_", validate=True))
    except (binascii.Error, ValueError, RecursionError):
        return Fields()
    return Fields(value) if isinstance(value, dict) else Fields()
