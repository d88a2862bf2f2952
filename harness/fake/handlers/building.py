"""Images built of a Dockerfile and its context."""

from collections.abc import Mapping
from http import HTTPStatus

from harness.fake.building.bases import check_platform
from harness.fake.building.builder import Build, Options
from harness.fake.building.config_steps import StepError
from harness.fake.building.context import read_context
from harness.fake.building.dockerfile import parse_dockerfile
from harness.fake.images.references import parse
from harness.fake.requests.answer import Answer, RefusedError, bad_request
from harness.fake.requests.asked import Asked
from harness.fake.requests.bodies import parse_json
from harness.fake.requests.fields import Fields
from harness.fake.requests.service import Handler
from harness.fake.world import World
from harness.model.spec import Json

_NUMBERS = {
    "memory": "Memory",
    "memswap": "MemorySwap",
    "cpushares": "CpuShares",
    "cpuperiod": "CpuPeriod",
    "cpuquota": "CpuQuota",
}
_TEXTS = {
    "cpusetcpus": "CpusetCpus",
    "cpusetmems": "CpusetMems",
    "cgroupparent": "CgroupParent",
    "networkmode": "NetworkMode",
}
_ISOLATIONS = frozenset({"", "default"})
_GREATEST = 2**63 - 1


def _build(world: World, asked: Asked) -> Answer:
    options = _options(asked)
    if remote := asked.text("remote"):
        raise _unreachable(remote)
    context = read_context(asked.raw, asked.text("dockerfile"))
    build = Build(world, context, parse_dockerfile(context.dockerfile), options)
    build.prepare()
    return Answer(lines=build.lines())


def _options(asked: Asked) -> Options:
    """Read the query; refuse with 400 what dockerd refuses before it reads the context."""
    _check_isolation(asked.text("isolation"))
    host = _host(asked)
    arguments = _json_map(asked, "buildargs", "build args", nullable=True)
    labels = _json_map(asked, "labels", "labels", nullable=False)
    _json_list(asked, "cachefrom", "")
    if platform := asked.text("platform"):
        try:
            check_platform(platform)
        except StepError as error:
            raise bad_request(str(error).partition(": ")[2]) from error
    if "securityopt" in asked.query:
        raise bad_request(
            "The daemon on this platform does not support setting security options on build"
        )
    if asked.flag("squash"):
        raise bad_request("squash is only supported with experimental mode")
    return Options(
        version=asked.version,
        tags=_tags(asked),
        quiet=asked.flag("q"),
        cached=not asked.flag("nocache"),
        pull=asked.flag("pull"),
        remove=asked.flag("rm", default=True),
        force_remove=asked.flag("forcerm"),
        labels={name: value or "" for name, value in labels.items()},
        arguments=arguments,
        target=asked.text("target"),
        host=host,
        credentials=asked.registry_config(),
        auxiliary=asked.passed("build-aux"),
    )


def _host(asked: Asked) -> Fields:
    """Return the HostConfig of the containers that commands run in."""
    host: dict[str, Json] = {}
    for name, member in _NUMBERS.items():
        if number := _lenient(asked.text(name)):
            host[member] = number
    for name, member in _TEXTS.items():
        if text := asked.text(name):
            host[member] = text
    if text := asked.text("shmsize"):
        host["ShmSize"] = _strict(text)
    if hosts := [each for each in asked.text("extrahosts").split(",") if each]:
        host["ExtraHosts"] = list(hosts)
    if ulimits := _json_list(asked, "ulimits", "error reading ulimit settings: "):
        host["Ulimits"] = ulimits
    return Fields(host)


def _tags(asked: Asked) -> tuple[str, ...]:
    tags: list[str] = []
    for text in asked.texts("t"):
        if not text:
            continue
        reference = parse(text)
        if reference.digest:
            raise bad_request("build tag cannot contain a digest")
        name = reference.tagged.short
        if name not in tags:
            tags.append(name)
    return tuple(tags)


def _json_map(asked: Asked, name: str, what: str, *, nullable: bool) -> Mapping[str, str | None]:
    text = asked.text(name)
    if not text:
        return {}
    kind = "*string" if nullable else "string"
    value = _parsed(text, f"error reading {what}: ")
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise _mismatch(value, f"map[string]{kind}", f"error reading {what}: ")
    for member in value.values():
        if not isinstance(member, str) and member is not None:
            raise _mismatch(member, "string", f"error reading {what}: ")
    return {key: member if isinstance(member, str) else None for key, member in value.items()}


def _json_list(asked: Asked, name: str, before: str) -> list[Json]:
    text = asked.text(name)
    value = _parsed(text, before) if text else None
    if value is None:
        return []
    wanted, kind = ("[]string", str) if name == "cachefrom" else ("[]*units.Ulimit", dict)
    if not isinstance(value, list):
        raise _mismatch(value, wanted, before)
    for member in value:
        if not isinstance(member, kind):
            raise _mismatch(member, wanted.removeprefix("[]").removeprefix("*"), before)
    return value


def _parsed(text: str, before: str) -> Json:
    try:
        return parse_json(text)
    except RefusedError as refused:
        message = refused.message.replace("unexpected EOF", "unexpected end of JSON input")
        raise bad_request(before + message) from refused


def _mismatch(value: Json, wanted: str, before: str) -> RefusedError:
    kinds = {bool: "bool", str: "string", list: "array", dict: "object"}
    kind = next((word for type_, word in kinds.items() if isinstance(value, type_)), "number")
    return bad_request(f"{before}json: cannot unmarshal {kind} into Go value of type {wanted}")


def _lenient(text: str) -> int:
    """Return a number; 0 for what is none, as dockerd reads it."""
    try:
        number = int(text)
    except ValueError:
        return 0
    return number if abs(number) <= _GREATEST else 0


def _strict(text: str) -> int:
    try:
        return int(text)
    except ValueError as error:
        raise bad_request(f'strconv.ParseInt: parsing "{text}": invalid syntax') from error


def _check_isolation(text: str) -> None:
    if text not in _ISOLATIONS:
        raise bad_request(f'Unsupported isolation: "{text}"')


def _unreachable(remote: str) -> RefusedError:
    """Return the refusal of a context that is elsewhere, which a fake never reaches."""
    if remote.startswith(("git://", "git@", "github.com/")) or ".git" in remote:
        return bad_request(f"error fetching: fatal: unable to access '{remote}'")
    if remote.startswith(("http://", "https://")):
        return RefusedError(
            HTTPStatus.BAD_REQUEST,
            f'error downloading remote context {remote}: Get "{remote}": dial tcp: '
            "connect: network is unreachable",
        )
    return bad_request(f"remoteURL ({remote}) could not be recognized as URL")


def _prune(_world: World, _asked: Asked) -> Answer:
    return Answer(value={"CachesDeleted": None, "SpaceReclaimed": 0})


HANDLERS: dict[str, Handler] = {
    "BuildPrune": _prune,
    "ImageBuild": _build,
}
