"""The docker command on the fake, as people use it; it needs the program, and no daemon."""

import os
import shutil
import subprocess
import time

import pytest

from harness.fake import FakeDaemon

pytestmark = pytest.mark.live

# Debian's own, whatever else is on the path; another will do where that is not there.
PROGRAM = "/usr/bin/docker" if os.path.exists("/usr/bin/docker") else shutil.which("docker")  # noqa: PTH110
DOCKERFILE = """\
FROM busybox
ENV A=1
RUN echo built > /built
COPY file /file
CMD ["cat", "/built", "/file"]
"""


@pytest.fixture(params=["1.24", "1.30", "1.33"])
def docker(request, tmp_path):
    """Run the docker command at an API version; return its exit status and all that it said."""
    with FakeDaemon(images=["busybox:latest"]) as daemon:
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(tmp_path),
            "DOCKER_BUILDKIT": "0",
            "DOCKER_HOST": daemon.host,
            "DOCKER_API_VERSION": request.param,
        }

        def run(*words, said=None):
            done = subprocess.run(
                [PROGRAM, *words],
                env=environment,
                cwd=tmp_path,
                input=said,
                capture_output=True,
                text=True,
                check=False,
                timeout=30,
            )
            return done.returncode, done.stdout + done.stderr

        run.version = tuple(map(int, request.param.split(".")))
        run.folder = tmp_path
        yield run


def test_containers_live_as_people_expect(docker):
    assert docker("run", "--rm", "busybox", "echo", "hello") == (0, "hello\n")
    assert docker("run", "--rm", "busybox", "sh", "-c", "exit 3") == (3, "")
    assert docker("run", "-i", "--rm", "busybox", "cat", said="typed\n") == (0, "typed\n")
    assert (
        docker("run", "-d", "--name", "one", "busybox", "sh", "-c", "echo out; sleep 1000")[0] == 0
    )
    assert "one" in docker("ps")[1]
    assert docker("logs", "one") == (0, "out\n")
    assert docker("exec", "one", "echo", "inside") == (0, "inside\n")
    assert docker("exec", "-i", "one", "cat", said="x") == (0, "x")
    assert docker("exec", "one", "sh", "-c", "exit 4")[0] == 4
    assert "sleep 1000" in docker("top", "one")[1]
    assert docker("stats", "--no-stream", "--format", "{{.Name}}", "one") == (0, "one\n")
    assert docker("pause", "one")[0] == docker("unpause", "one")[0] == 0
    assert docker("rename", "one", "two")[0] == 0
    assert docker("update", "--cpu-shares", "512", "two")[0] == 0
    assert docker("inspect", "-f", "{{.HostConfig.CpuShares}}", "two") == (0, "512\n")
    assert docker("stop", "-t", "1", "two")[0] == docker("start", "two")[0] == 0
    assert docker("kill", "two")[0] == 0
    assert docker("wait", "two") == (0, "137\n")
    assert "two" in docker("ps", "-a", "--filter", "status=exited")[1]
    assert docker("rm", "two") == (0, "two\n")
    assert docker("inspect", "two")[0] == 1


def test_files_go_in_and_out(docker):
    (docker.folder / "file").write_text("content\n")
    assert docker("create", "--name", "one", "busybox", "cat", "/tmp/file")[0] == 0
    assert docker("cp", "file", "one:/tmp/file")[0] == 0
    assert docker("start", "-a", "one") == (0, "content\n")
    assert "A /tmp/file" in docker("diff", "one")[1]
    assert docker("cp", "one:/tmp/file", "back")[0] == 0
    assert (docker.folder / "back").read_text() == "content\n"
    assert docker("commit", "one", "kept:1")[0] == 0
    assert docker("run", "--rm", "kept:1", "cat", "/tmp/file") == (0, "content\n")
    assert (
        docker("export", "-o", "all.tar", "one")[0] == docker("import", "all.tar", "flat")[0] == 0
    )
    assert docker("run", "--rm", "flat", "cat", "/tmp/file") == (0, "content\n")


def test_images_are_built_moved_and_removed(docker):
    (docker.folder / "file").write_text("sent\n")
    (docker.folder / "Dockerfile").write_text(DOCKERFILE)
    status, said = docker("build", "-t", "mine", ".")
    assert status == 0, said
    assert "Successfully tagged mine:latest" in said
    assert docker("run", "--rm", "mine") == (0, "built\nsent\n")
    assert docker("save", "-o", "mine.tar", "mine")[0] == 0
    assert docker("rmi", "mine")[0] == 0
    assert docker("run", "--rm", "--pull", "never", "mine")[0] in {1, 125}
    assert "Loaded image: mine:latest" in docker("load", "-i", "mine.tar")[1]
    assert "echo built" in docker("history", "--no-trunc", "mine")[1]
    assert docker("tag", "mine", "127.0.0.1:5000/mine:1")[0] == 0
    assert "digest: sha256:" in docker("push", "127.0.0.1:5000/mine:1")[1]
    assert docker("rmi", "127.0.0.1:5000/mine:1")[0] == 0
    assert "Downloaded newer image" in docker("pull", "127.0.0.1:5000/mine:1")[1]
    assert "busybox" in docker("search", "busybox")[1]


def test_volumes_and_networks_are_used(docker):
    assert docker("volume", "create", "kept") == (0, "kept\n")
    assert (
        docker("run", "--rm", "-v", "kept:/data", "busybox", "sh", "-c", "echo x > /data/f")[0] == 0
    )
    assert docker("run", "--rm", "-v", "kept:/data", "busybox", "cat", "/data/f") == (0, "x\n")
    assert docker("network", "create", "net")[0] == 0
    assert (
        docker("run", "-d", "--name", "one", "--network", "net", "busybox", "sleep", "100")[0] == 0
    )
    assert docker("network", "inspect", "-f", "{{len .Containers}}", "net") == (0, "1\n")
    assert docker("network", "rm", "net")[0] == 1
    assert docker("rm", "-f", "one")[0] == docker("network", "rm", "net")[0] == 0
    assert docker("volume", "rm", "kept") == (0, "kept\n")


def test_a_swarm_runs_services(docker):
    assert docker("swarm", "init", "--advertise-addr", "127.0.0.1")[0] == 0
    assert "Ready" in docker("node", "ls")[1]
    # The command knows no other way where the API is older.
    apart = ["-d"] if docker.version >= (1, 29) else []
    command = ["--name", "web", "busybox", "sleep", "1000"]
    assert docker("service", "create", *apart, *command)[0] == 0
    assert docker("service", "scale", *apart, "web=2")[0] == 0
    assert "web" in docker("service", "ls")[1]
    assert "web.2" in docker("service", "ps", "web")[1]
    if docker.version >= (1, 25):
        assert docker("secret", "create", "hidden", "-", said="x")[0] == 0
        assert "hidden" in docker("secret", "ls")[1]
    if docker.version >= (1, 30):
        assert docker("config", "create", "shown", "-", said="x")[0] == 0
        assert "shown" in docker("config", "ls")[1]
    assert docker("service", "rm", "web") == (0, "web\n")
    assert docker("swarm", "leave")[0] == 1
    assert docker("swarm", "leave", "--force")[0] == 0


def test_what_happens_is_told(docker):
    assert docker("run", "--rm", "busybox", "true")[0] == 0
    bounds = ["--since", "1h", "--until", str(int(time.time()) + 1)]
    status, said = docker("events", *bounds, "--format", "{{.Action}}")
    assert status == 0
    actions = said.split()
    assert [each for each in actions if each in {"create", "start", "die", "destroy"}] == [
        "create",
        "start",
        "die",
        "destroy",
    ]
