import hashlib
import json
import ssl

import pytest

from harness.daemon.address import Address, parse, resolve
from harness.daemon.tls import TlsSettings
from harness.model.errors import UsageError


def configure(folder, *, current=None, contexts=None, pem=()):
    """Write a docker configuration, and return the environment that leads to it."""
    config = folder / "config"
    config.mkdir()
    if current is not None:
        (config / "config.json").write_text(json.dumps({"currentContext": current}))
    for name, docker in (contexts or {}).items():
        digest = hashlib.sha256(name.encode()).hexdigest()
        meta = config / "contexts" / "meta" / digest
        meta.mkdir(parents=True)
        (meta / "meta.json").write_text(json.dumps({"Name": name, "Endpoints": {"docker": docker}}))
        files = config / "contexts" / "tls" / digest / "docker"
        files.mkdir(parents=True)
        for file in pem:
            (files / file).touch()
    return {"DOCKER_CONFIG": str(config)}


CONTEXTS = {"a": {"Host": "unix:///a.sock"}, "b": {"Host": "unix:///b.sock"}}


@pytest.mark.parametrize(
    ("host", "context", "env", "found"),
    [
        ("unix:///h.sock", None, {"DOCKER_HOST": "unix:///e.sock"}, "unix:///h.sock"),
        (None, None, {"DOCKER_HOST": "unix:///e.sock", "DOCKER_CONTEXT": "b"}, "unix:///e.sock"),
        (None, "b", {"DOCKER_HOST": "unix:///e.sock"}, "unix:///b.sock"),
        (None, None, {"DOCKER_CONTEXT": "b"}, "unix:///b.sock"),
        (None, None, {}, "unix:///a.sock"),
        (None, None, {"DOCKER_HOST": "", "DOCKER_CONTEXT": ""}, "unix:///a.sock"),
        (None, "default", {}, "unix:///var/run/docker.sock"),
    ],
)
def test_the_nearest_word_on_the_daemon_wins(folder, host, context, env, found):
    env = configure(folder, current="a", contexts=CONTEXTS) | env
    assert str(resolve(host, env=env, context=context)) == found


@pytest.mark.parametrize("current", [None, "", "default"])
def test_without_any_word_it_is_the_default_socket(folder, current):
    env = configure(folder, current=current)
    assert str(resolve(None, env=env)) == "unix:///var/run/docker.sock"


def test_the_configuration_is_looked_for_at_home(folder):
    configure(folder, current="a", contexts=CONTEXTS)
    (folder / "config").rename(folder / ".docker")
    assert str(resolve(None, env={"HOME": str(folder)})) == "unix:///a.sock"


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("unix:///run/d.sock", Address(socket="/run/d.sock")),
        ("tcp://127.0.0.1", Address(host="127.0.0.1", port=2375)),
        ("tcp://127.0.0.1:99", Address(host="127.0.0.1", port=99)),
        ("127.0.0.1:99", Address(host="127.0.0.1", port=99)),
        ("tcp://:99", Address(host="127.0.0.1", port=99)),
        ("http://proxy:80/docker/", Address(host="proxy", port=80, prefix="/docker")),
        ("https://d", Address(host="d", port=2376, tls=TlsSettings())),
        ("tcp://[::1]:99", Address(host="::1", port=99)),
        (" tcp://d ", Address(host="d", port=2375)),
    ],
)
def test_an_address_is_read(text, address):
    assert parse(text) == address


@pytest.mark.parametrize(
    "text", ["unix:///run/d.sock", "tcp://127.0.0.1:99", "tcp://[::1]:99", "tcp://p:80/docker"]
)
def test_an_address_is_written_as_it_is_read(text):
    assert str(parse(text)) == text


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("ssh://me@there", "ssh is not spoken here; forward the socket"),
        ("npipe:////./pipe/docker_engine", "named pipes are not spoken here"),
        ("fd://", "is no address of a daemon; write it like unix:///var/run/docker.sock"),
        ("/run/docker.sock", "is no address of a daemon; write it like"),
        ("nonsense", "is no address of a daemon; write it like"),
        ("unix://run/docker.sock", "the path of a socket starts with a slash"),
        ("unix:///" + "x" * 107, "the path of a socket has at most 107 bytes"),
        ("tcp://d:99999", "tcp://d:99999: Port out of range"),
        ("tcp://me@d:99", "an address has a host, a port and at most a path"),
    ],
)
def test_what_is_no_address_is_told_with_what_to_do(text, message):
    with pytest.raises(UsageError) as caught:
        resolve(None, env={"DOCKER_HOST": text})
    assert message in str(caught.value)
    assert str(caught.value).startswith("DOCKER_HOST: ")


def test_a_host_and_a_context_contradict_each_other():
    with pytest.raises(UsageError, match="a host or a context, not both"):
        resolve("unix:///h.sock", env={}, context="a")


def test_a_context_that_does_not_exist_is_named(folder):
    with pytest.raises(UsageError, match=r"no docker context 'c' in .*docker context ls"):
        resolve(None, env=configure(folder), context="c")


@pytest.mark.parametrize(
    ("docker", "message"),
    [
        ({}, r"docker context a: .*meta\.json#/Endpoints/docker: Host is missing"),
        ({"Host": 1}, r"docker context a: .*/docker/Host: should be a string"),
        ({"Host": "ssh://me@there"}, r"docker context a: ssh://me@there: ssh is not spoken here"),
    ],
)
def test_a_context_that_cannot_be_used_says_why(folder, docker, message):
    with pytest.raises(UsageError, match=message):
        resolve(None, env=configure(folder, contexts={"a": docker}), context="a")


@pytest.mark.parametrize("text", ["{", "[]", '{"currentContext": 1}'])
def test_a_broken_configuration_is_named(folder, text):
    (folder / "config.json").write_text(text)
    with pytest.raises(UsageError, match=r"config\.json"):
        resolve(None, env={"DOCKER_CONFIG": str(folder)})


@pytest.mark.parametrize(
    ("env", "verify"),
    [
        ({}, None),
        ({"DOCKER_TLS_VERIFY": ""}, None),
        ({"DOCKER_TLS_VERIFY": "1"}, True),
        ({"DOCKER_TLS": "1"}, False),
        ({"DOCKER_TLS": "1", "DOCKER_TLS_VERIFY": "1"}, True),
    ],
)
def test_the_environment_says_whether_to_speak_tls(folder, env, verify):
    (folder / "ca.pem").touch()
    found = resolve("tcp://d", env={"DOCKER_CERT_PATH": str(folder), **env})
    if verify is None:
        assert found == Address(host="d", port=2375)
    else:
        wanted = TlsSettings(ca=folder / "ca.pem", verify=verify)
        assert found == Address(host="d", port=2376, tls=wanted)


def test_a_unix_socket_knows_no_tls(folder):
    assert resolve("unix:///d.sock", env={"DOCKER_TLS_VERIFY": "1"}).tls is None


@pytest.mark.parametrize(
    ("skip", "pem", "tls"),
    [
        (False, (), False),
        (True, (), True),
        (False, ("ca.pem", "cert.pem", "key.pem"), True),
    ],
)
def test_a_context_brings_its_tls(folder, skip, pem, tls):
    docker = {"Host": "tcp://d:2376", "SkipTLSVerify": skip}
    env = configure(folder, contexts={"a": docker}, pem=pem)
    found = resolve(None, env=env, context="a").tls
    assert (found is not None) == tls
    if found:
        assert found.verify != skip
        assert [path.name for path in (found.ca, found.cert, found.key) if path] == list(pem)


def test_explicit_tls_wins_over_the_environment():
    wanted = TlsSettings(verify=False)
    assert resolve("tcp://d", env={"DOCKER_TLS_VERIFY": "1"}, tls=wanted).tls == wanted


def test_tls_without_verification_trusts_anyone():
    context = TlsSettings(verify=False).context()
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_NONE, False)


def test_tls_verifies_by_default():
    context = TlsSettings().context()
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)


def test_tls_files_that_cannot_be_used_are_named(folder):
    (folder / "ca.pem").write_text("no certificate")
    with pytest.raises(UsageError, match=r"ca\.pem: not a usable CA certificate"):
        TlsSettings(ca=folder / "ca.pem").context()
    with pytest.raises(UsageError, match=r"cert\.pem .*: not a usable client certificate: No such"):
        TlsSettings(cert=folder / "cert.pem").context()
