"""Images that come and go: pulled, imported, committed, pushed, saved and loaded."""

from collections.abc import AsyncIterator
from http import HTTPStatus

from harness.fake.containers.lookup import container_of
from harness.fake.handlers import registries
from harness.fake.images.archives import chosen, save
from harness.fake.images.loading import load
from harness.fake.images.making import Making, commit, import_archive
from harness.fake.images.platforms import Platform, read_platform
from harness.fake.images.progress import status
from harness.fake.images.pulls import pull, push
from harness.fake.images.references import Reference, parse, with_tag
from harness.fake.images.remote import Credentials, credentials_of
from harness.fake.requests.answer import TAR_TYPE, Answer, RefusedError, bad_request, created
from harness.fake.requests.asked import Asked
from harness.fake.requests.fields import fields_of
from harness.fake.requests.service import Handler
from harness.fake.world import World
from harness.model.spec import Json

_FROM_BODY = "-"
_RESERVED = "scratch"
_FORM = "application/x-www-form-urlencoded"
_NO_AUTH = "Bad parameters and missing X-Registry-Auth"
_TEXTS = frozenset({"username", "password", "email", "serveraddress", "identitytoken"})
_PIECE = 64 * 1024


def _create(world: World, asked: Asked) -> Answer:
    platform = read_platform(asked.text("platform"))
    if asked.text("fromImage"):
        return _pull(world, asked, platform)
    return _import(world, asked, platform)


def _pull(world: World, asked: Asked, platform: Platform) -> Answer:
    reference = with_tag(asked.text("fromImage"), asked.text("tag"))
    if reference.short_name == _RESERVED:
        raise RefusedError(HTTPStatus.FORBIDDEN, f"'{_RESERVED}' is a reserved name")
    credentials = credentials_of(asked.registry_auth())
    return Answer(lines=pull(world, reference, credentials, platform.architecture))


def _import(world: World, asked: Asked, platform: Platform) -> Answer:
    source = asked.text("fromSrc")
    if not source:
        raise bad_request('Get "http:": http: no Host in request URL')
    if platform.system != "linux":
        raise bad_request("operating system is not supported")
    making = Making(
        reference=_reference(asked),
        changes=asked.texts("changes"),
        comment=asked.text("message") or f"Imported from {source}",
    )
    if source != _FROM_BODY:
        raise bad_request(f"cannot fetch {source}: this daemon reaches no network")
    return Answer(lines=[status(import_archive(world, asked.raw, making).id)])


def _commit(world: World, asked: Asked) -> Answer:
    asked.needs_json()
    config = asked.value() if asked.raw.strip() else None
    if config is not None and not isinstance(config, dict):
        raise bad_request("json: cannot unmarshal into Go value of type container.Config")
    if not asked.text("container"):
        raise bad_request('invalid name or ID supplied: ""')
    container = container_of(world, asked.text("container"))
    making = Making(
        reference=_reference(asked),
        changes=asked.texts("changes"),
        comment=asked.text("comment"),
        author=asked.text("author"),
        config=None if config is None else fields_of(config),
    )
    image = commit(world, container, making, paused=asked.flag("pause", default=True))
    return created({"Id": image.id})


def _reference(asked: Asked) -> Reference | None:
    """Return the name that an image is to have; None where it is to have none."""
    if not asked.text("repo"):
        return None
    return with_tag(asked.text("repo"), asked.text("tag"))


def _push(world: World, asked: Asked) -> Answer:
    credentials = _credentials(asked)
    reference = parse(asked.name)
    if asked.text("tag"):
        reference = with_tag(asked.name, asked.text("tag"))
    return Answer(lines=list(push(world, reference, credentials)))


def _credentials(asked: Asked) -> Credentials:
    """Return whom a push says to be, in a header or, as clients once did, in the body."""
    if asked.headers.get("x-registry-auth"):
        return credentials_of(asked.registry_auth())
    form = asked.headers.get("content-type", "").startswith(_FORM)
    if form or not asked.raw.strip():
        raise bad_request(f"{_NO_AUTH}: EOF")
    try:
        value = asked.value()
    except RefusedError as refused:
        raise bad_request(f"{_NO_AUTH}: {refused.message}") from refused
    if not isinstance(value, dict | None):
        raise bad_request(f"{_NO_AUTH}: json: cannot unmarshal {_kind(value)} into AuthConfig")
    for name, text in (value or {}).items():
        if name.lower() in _TEXTS and not isinstance(text, str | None):
            raise bad_request(
                f"{_NO_AUTH}: json: cannot unmarshal {_kind(text)} into Go struct field "
                f"AuthConfig.{name} of type string"
            )
    return credentials_of(fields_of(value))


def _kind(value: Json) -> str:
    kinds: dict[type, str] = {bool: "bool", str: "string", list: "array", dict: "object"}
    return kinds.get(type(value), "number")


def _save(world: World, asked: Asked) -> Answer:
    return _tar(save(world, chosen(world, [asked.name])))


def _save_all(world: World, asked: Asked) -> Answer:
    return _tar(save(world, chosen(world, list(asked.texts("names")))))


def _tar(content: bytes) -> Answer:
    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(content), _PIECE):
            yield content[start : start + _PIECE]

    return Answer(stream=pieces(), media_type=TAR_TYPE)


def _load(world: World, asked: Asked) -> Answer:
    quiet = asked.flag("quiet", default=True)
    return Answer(lines=list(load(world, asked.raw, quiet=quiet)))


HANDLERS: dict[str, Handler] = {
    "ImageCreate": _create,
    "ImageCommit": _commit,
    "ImagePush": _push,
    "ImageGet": _save,
    "ImageGetAll": _save_all,
    "ImageLoad": _load,
    **registries.HANDLERS,
}
