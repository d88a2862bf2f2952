"""The configuration of an image: the JSON that its id is the digest of, written and read."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime

from harness.fake.clock import timestamp
from harness.fake.requests.answer import bad_request
from harness.fake.requests.bodies import parse_json
from harness.fake.requests.fields import Fields, fields_of
from harness.fake.values import Image, Layer
from harness.model.spec import Json

# What every Config says, and what it says only where it was set.
_ALWAYS: dict[str, Json] = {
    "Hostname": "",
    "Domainname": "",
    "User": "",
    "AttachStdin": False,
    "AttachStdout": False,
    "AttachStderr": False,
    "Tty": False,
    "OpenStdin": False,
    "StdinOnce": False,
    "Env": None,
    "Cmd": None,
    "Image": "",
    "Volumes": None,
    "WorkingDir": "",
    "Entrypoint": None,
    "OnBuild": None,
    "Labels": None,
}
_SOMETIMES = (
    *("ExposedPorts", "Healthcheck", "ArgsEscaped", "NetworkDisabled", "MacAddress"),
    *("StopSignal", "StopTimeout", "Shell"),
)


_LISTS = frozenset({"Env", "Cmd", "Entrypoint", "OnBuild", "Shell"})
_MAPS = frozenset({"Labels", "ExposedPorts", "Volumes", "Healthcheck"})


def whole(config: Fields) -> dict[str, Json]:
    """Return a Config with all that it always says, and nothing that is none of it."""
    shown = {name: config.values.get(name, usual) for name, usual in _ALWAYS.items()}
    for name in _SOMETIMES:
        if config.values.get(name) not in (None, "", False, [], {}):
            shown[name] = config.values[name]
    return shown


def digest_of(content: bytes) -> str:
    """Return the digest of some bytes, as sha256:…."""
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def sealed(image: Image) -> Image:
    """Return an image with its configuration written, and the id that follows from it."""
    written = json.dumps(_configuration(image), sort_keys=True, separators=(",", ":")).encode()
    return replace(image, id=digest_of(written), written=written)


def read_configuration(written: bytes, layers: Iterable[Layer]) -> Image:
    """Return the image of a configuration; `layers` are the contents that it counts on, in order.

    Refuses with 400 what is no configuration, or counts on other layers.
    """
    value = parse_json(written.decode(errors="replace"))
    if not isinstance(value, dict):
        raise bad_request("invalid image JSON, no RootFS key")
    config = Fields(value)
    root = config.raw("rootfs")
    if root is None:
        raise bad_request("invalid image JSON, no RootFS key")
    contents = list(layers)
    _compare(fields_of(root).texts("diff_ids"), contents)
    return Image(
        id=digest_of(written),
        config=_checked(config.fields("config")),
        layers=tuple(_steps(config, contents)),
        created=seconds_of(config.text("created")),
        author=config.text("author"),
        comment=config.text("comment"),
        container=config.text("container"),
        container_config=_checked(config.fields("container_config")),
        architecture=config.text("architecture"),
        os=config.text("os", "linux"),
        engine=config.text("docker_version"),
        written=written,
    )


def seconds_of(text: str) -> float:
    """Return a time of RFC 3339 in seconds since 1970; 0 for what is none."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return 0.0
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(moment.timestamp(), 0.0)


def _configuration(image: Image) -> dict[str, Json]:
    history: list[Json] = [_step(layer) for layer in image.layers]
    configuration: dict[str, Json] = {
        "architecture": image.architecture,
        "config": whole(image.config),
        "container_config": whole(image.container_config),
        "created": timestamp(image.created),
        "docker_version": image.engine,
        "history": history,
        "os": image.os,
        "rootfs": {
            "type": "layers",
            "diff_ids": [layer.id for layer in image.layers if not layer.empty],
        },
    }
    said = {"author": image.author, "comment": image.comment, "container": image.container}
    return configuration | {name: text for name, text in said.items() if text}


def _step(layer: Layer) -> dict[str, Json]:
    said = {"created_by": layer.created_by, "comment": layer.comment, "author": layer.author}
    return {
        "created": timestamp(layer.created),
        **{name: text for name, text in said.items() if text},
        **({"empty_layer": True} if layer.empty else {}),
    }


def _checked(config: Fields) -> Fields:
    """Return a Config whose members are of their types; refuse another with 400."""
    for name in (*_ALWAYS, *_SOMETIMES):
        value = config.raw(name)
        if value is not None and not _fits(name, value):
            raise bad_request(
                f"json: cannot unmarshal the value of Config.{name} into a Go value of its type"
            )
    return config


def _fits(name: str, value: Json) -> bool:
    if name in _LISTS:
        lone = isinstance(value, str) and name in {"Cmd", "Entrypoint"}
        listed = isinstance(value, list) and all(isinstance(each, str) for each in value)
        return lone or listed
    if name in _MAPS:
        kind = str if name == "Labels" else object
        return isinstance(value, dict) and all(isinstance(each, kind) for each in value.values())
    if name == "StopTimeout":
        return isinstance(value, int) and not isinstance(value, bool)
    usual = _ALWAYS.get(name, False if name in {"ArgsEscaped", "NetworkDisabled"} else "")
    return isinstance(value, bool) is isinstance(usual, bool) and isinstance(value, str | bool)


def _compare(expected: list[str], found: list[Layer]) -> None:
    if len(expected) != len(found):
        raise bad_request(
            f"invalid manifest, layers length mismatch: expected {len(expected)}, got {len(found)}"
        )
    for number, (wanted, layer) in enumerate(zip(expected, found, strict=True)):
        if wanted != layer.id:
            raise bad_request(
                f'invalid diffID for layer {number}: expected "{wanted}", got "{layer.id}"'
            )


def _steps(config: Fields, contents: list[Layer]) -> Iterable[Layer]:
    """Yield the steps of the history, each with its content; then contents without a step."""
    left = iter(contents)
    for step in config.each("history"):
        empty = step.flag("empty_layer")
        content = Layer(id="", empty=True) if empty else next(left, None)
        if content is None:
            break
        yield replace(
            content,
            created=seconds_of(step.text("created")),
            created_by=step.text("created_by"),
            comment=step.text("comment"),
            author=step.text("author"),
            empty=empty,
        )
    yield from left
