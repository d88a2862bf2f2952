"""How a program is started in a container: its environment, its folder, the files it sees."""

from collections.abc import Iterable, Mapping
from functools import partial

from harness.fake.files.container_files import read_file, tree_of, write_file
from harness.fake.programs.known import find_program
from harness.fake.programs.processes import Invocation
from harness.fake.values import Container, Tree
from harness.fake.world import World

_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_BESIDE = 7  # the number that a process has beside the first, as any
_ROOT = frozenset({"", "0", "root"})
_USER_NAME, _USER_ID, _USER_HOME = 0, 2, 5  # the fields of a line of /etc/passwd


def invocation_of(  # noqa: PLR0913 - what an exec says otherwise than its container, all by name
    world: World,
    container: Container,
    arguments: Iterable[str],
    *,
    terminal: bool,
    environment: Iterable[str] = (),
    directory: str = "",
    user: str = "",
    inner: bool = False,
) -> Invocation:
    """Return how a command is started in a container; what is not given is the container's.

    An `inner` one runs beside the first process of the container.
    """
    config = container.config
    user = user or config.text("User")
    variables = _with(_environment(container, terminal=terminal), environment)
    if "HOME" not in variables:
        variables["HOME"] = _home(world, container, user)
    return Invocation(
        arguments=tuple(arguments),
        environment=variables,
        directory=directory or config.text("WorkingDir") or "/",
        user=user,
        hostname=_hostname(container),
        terminal=terminal,
        read=partial(read_file, world, container.id),
        write=partial(write_file, world, container.id),
        files=partial(_files, world, container.id),
        lookup=partial(find_program, world),
        signal=partial(_signal, world, container.id),
        now=world.now,
        pid=_BESIDE if inner else 1,
    )


def _signal(world: World, container_id: str, number: int) -> None:
    # Not at once: the program that asks for it may be among those that it ends.
    world.at(world.now(), partial(world.processes.signal, container_id, number))


def _hostname(container: Container) -> str:
    return container.config.text("Hostname") or container.id[:12]


def _environment(container: Container, *, terminal: bool) -> dict[str, str]:
    variables = {"PATH": _PATH, "HOSTNAME": _hostname(container)}
    if terminal:
        variables["TERM"] = "xterm"
    return _with(variables, container.config.texts("Env"))


def _with(variables: Mapping[str, str], changes: Iterable[str]) -> dict[str, str]:
    """Return an environment after NAME=value has set, and NAME alone has removed, variables."""
    changed = dict(variables)
    for each in changes:
        name, equals, value = each.partition("=")
        if equals:
            changed[name] = value
        else:
            changed.pop(name, None)
    return changed


def _home(world: World, container: Container, user: str) -> str:
    name = user.partition(":")[0]
    if name in _ROOT:
        return "/root"
    file = read_file(world, container.id, "/etc/passwd")
    for line in file.content.decode(errors="replace").splitlines() if file else ():
        fields = line.split(":")
        if len(fields) > _USER_HOME and name in {fields[_USER_NAME], fields[_USER_ID]}:
            return fields[_USER_HOME] or "/"
    return "/"


def _files(world: World, container_id: str) -> Tree:
    container = world.containers.get(container_id)
    return tree_of(world, container) if container else {}
