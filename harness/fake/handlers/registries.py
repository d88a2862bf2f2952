"""What asks a registry of the world, and changes no image: search, login, distribution."""

from http import HTTPStatus

from harness.fake.images.references import DOCKER_HUB, is_id, parse
from harness.fake.images.remote import (
    MANIFEST_TYPE,
    Reason,
    RemoteError,
    Visit,
    credentials_of,
    endpoint,
)
from harness.fake.requests.answer import Answer, RefusedError, bad_request
from harness.fake.requests.asked import Asked
from harness.fake.requests.service import Handler
from harness.fake.world import World
from harness.model.spec import Json

_USUAL_LIMIT = 25
_GREATEST_LIMIT = 100
_OLD_HUB = "index.docker.io"
_STATUSES = {
    Reason.OFFLINE: HTTPStatus.INTERNAL_SERVER_ERROR,
    Reason.UNKNOWN: HTTPStatus.NOT_FOUND,
}


def _search(world: World, asked: Asked) -> Answer:
    limit = asked.number("limit", _USUAL_LIMIT)
    filters = asked.filters("is-automated", "is-official", "stars")
    if not 1 <= limit <= _GREATEST_LIMIT:
        raise bad_request(f"Limit {limit} is outside the range of [1, {_GREATEST_LIMIT}]")
    wanted: dict[str, bool] = {}
    for key, member in (("is-automated", "is_automated"), ("is-official", "is_official")):
        texts = filters.values(key)
        if texts and texts[0] not in {"true", "false"}:
            raise bad_request(f"Invalid filter '{key}=[{' '.join(texts)}]'")
        if texts:
            wanted[member] = "true" in texts
    stars = _stars(filters.values("stars"))
    host, term = _host_and_term(asked.text("term"))
    _visit(world, Visit("search", host, term, credentials_of(asked.registry_auth())))
    found: list[Json] = []
    for result in world.remote.search(host, term):
        enough = isinstance(count := result["star_count"], int) and count >= stars
        if enough and all(result[member] is value for member, value in wanted.items()):
            found.append(result)
    return Answer(value=found[:limit])


def _stars(texts: tuple[str, ...]) -> int:
    for text in texts:
        if not (text.isascii() and text.removeprefix("-").isdecimal()):
            raise bad_request(f"Invalid filter 'stars={text}'")
    return max((int(text) for text in texts), default=0)


def _host_and_term(text: str) -> tuple[str, str]:
    first, slash, rest = text.partition("/")
    if slash and ("." in first or ":" in first or first == "localhost"):
        return (DOCKER_HUB if first in {_OLD_HUB, DOCKER_HUB} else first), rest
    return DOCKER_HUB, text


def _visit(world: World, visit: Visit) -> None:
    """Come to a registry that lets everybody search; refuse where it cannot be reached."""
    try:
        world.remote.visit(visit)
    except RemoteError as error:
        if error.reason is Reason.OFFLINE:
            raise RefusedError(HTTPStatus.INTERNAL_SERVER_ERROR, error.message) from error


def _log_in(world: World, asked: Asked) -> Answer:
    body = asked.body()
    credentials = credentials_of(body)
    address = body.text("serveraddress")
    if not credentials and not address:
        raise bad_request("neither credentials nor the address of a registry are given")
    host = _host_of(address)
    try:
        world.remote.visit(Visit("login", host, "", credentials))
    except RemoteError as error:
        if error.reason is Reason.OFFLINE:
            raise RefusedError(HTTPStatus.INTERNAL_SERVER_ERROR, error.message) from error
        message = f'Get "{endpoint(host)}": {error.message}'
        raise RefusedError(HTTPStatus.UNAUTHORIZED, message) from error
    return Answer(value={"Status": "Login Succeeded", "IdentityToken": ""})


def _host_of(address: str) -> str:
    """Return the host of a registry's address, which may be that of an API of old."""
    host = address.partition("://")[2] if "://" in address else address
    host = host.partition("/")[0]
    if address and not host:
        raise bad_request(f'Get "https://{host}/v2/": http: no Host in request URL')
    return DOCKER_HUB if host in {"", _OLD_HUB, DOCKER_HUB} else host


def _inspect(world: World, asked: Asked) -> Answer:
    if is_id(asked.name):
        raise bad_request("no manifest found for full image ID")
    reference = parse(asked.name).tagged
    credentials = credentials_of(asked.registry_auth())
    try:
        world.remote.visit(Visit("inspect", reference.host, reference.short, credentials))
        published = world.remote.find(reference)
    except RemoteError as error:
        # What one must not see and what is not there is 401 here, by the documents.
        status = _STATUSES.get(error.reason, HTTPStatus.UNAUTHORIZED)
        raise RefusedError(status, error.message) from error
    image = published.image
    return Answer(
        value={
            "Descriptor": {
                "mediaType": MANIFEST_TYPE,
                "digest": published.digest,
                "size": published.size,
            },
            "Platforms": [{"architecture": image.architecture, "os": image.os}],
        }
    )


HANDLERS: dict[str, Handler] = {
    "ImageSearch": _search,
    "SystemAuth": _log_in,
    "DistributionInspect": _inspect,
}
