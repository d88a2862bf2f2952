"""Images that nobody made: what a registry of a fake's world has under any other name."""

from collections.abc import Mapping
from functools import lru_cache

from harness.fake.files.trees import write_tar
from harness.fake.images.configs import digest_of, sealed
from harness.fake.images.references import Reference
from harness.fake.requests.fields import Fields
from harness.fake.values import File, Image, Layer

_MADE = 1483228800.0  # the first second of 2017
_ENGINE = "17.06.2-ce"
_FOLDERS = ("bin", "dev", "etc", "home", "proc", "root", "sys", "usr", "usr/bin", "var")
_FOR_ALL = ("tmp", "var/tmp")
_PROGRAMS = (
    *("cat", "chmod", "cp", "date", "dd", "df", "echo", "env", "false", "grep", "head", "hostname"),
    *("id", "ip", "kill", "ln", "ls", "mkdir", "mv", "nc", "printf", "ps", "pwd", "rm", "sh"),
    *("sleep", "tail", "tar", "test", "top", "touch", "true", "uname", "wc", "wget", "yes"),
)
_USERS = b"root:x:0:0:root:/root:/bin/sh\nuser:x:1000:1000::/home:/bin/sh\n"
_PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


@lru_cache(maxsize=64)
def made_up(reference: Reference, architecture: str = "amd64") -> Image:
    """Return an image like busybox, always the same one for a name."""
    name = reference.tagged.short
    files = _root(name)
    source = digest_of(name.encode()).partition(":")[2]
    first = Layer(
        id=digest_of(write_tar(files)),
        files=files,
        created=_MADE,
        created_by=f"/bin/sh -c #(nop) ADD file:{source} in / ",
    )
    last = Layer(id="", created=_MADE, created_by='/bin/sh -c #(nop)  CMD ["sh"]', empty=True)
    return sealed(
        Image(
            id="",
            config=Fields({"Env": [_PATH], "Cmd": ["sh"]}),
            layers=(first, last),
            created=_MADE,
            architecture=architecture,
            engine=_ENGINE,
        )
    )


def _root(name: str) -> Mapping[str, File]:
    files = {f"/{each}": File("dir", mode=0o755, changed=_MADE) for each in _FOLDERS}
    files |= {f"/{each}": File("dir", mode=0o1777, changed=_MADE) for each in _FOR_ALL}
    for path, content in (
        ("/etc/passwd", _USERS),
        ("/etc/group", b"root:x:0:\nuser:x:1000:\n"),
        ("/etc/os-release", f'NAME="{name}"\nID=fake\n'.encode()),
    ):
        files[path] = File(content=content, changed=_MADE)
    files["/bin/busybox"] = File(content=b"played, not run\n", mode=0o755, changed=_MADE)
    for program in _PROGRAMS:
        files[f"/bin/{program}"] = File("link", mode=0o777, target="busybox", changed=_MADE)
    return files
