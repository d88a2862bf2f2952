"""What a command line amounts to, and how a wrong one is refused."""

from pathlib import Path

import pytest

from harness.cli import main
from harness.model.settings import CertifySettings, FailOn, TlsFiles
from harness.model.spec import Operation
from harness.model.tables import Tier

CERTIFICATE = str(Path(__file__))


@pytest.fixture(autouse=True)
def somewhere(monkeypatch):
    """Have a daemon at the default socket, whatever machine this is."""
    monkeypatch.setattr("harness.cli.options.is_named", lambda _env: True)


@pytest.fixture
def settings_of(monkeypatch):
    """Run the program up to where it would start a session; return the settings it has then."""
    seen = []

    def fake(settings, files, *, silent, fail_on, session):
        seen.append((settings, tuple(files), silent, fail_on))
        return 0

    monkeypatch.setattr("harness.cli.certify.hold", fake)

    def run(*arguments):
        assert main.run(["certify", *arguments]) == 0
        return seen[-1]

    return run


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ((), CertifySettings()),
        (("--host", "tcp://localhost:1"), CertifySettings(host="tcp://localhost:1")),
        (("-H", "unix:///d.sock"), CertifySettings(host="unix:///d.sock")),
        (("--context", "far"), CertifySettings(context="far")),
        (("--engine", "dockerd"), CertifySettings(engine="dockerd", tier=Tier.DISRUPTIVE)),
        (
            ("--engine", "podman", "--tier", "read"),
            CertifySettings(engine="podman", tier=Tier.READ),
        ),
        (("--tier", "disruptive"), CertifySettings(tier=Tier.DISRUPTIVE)),
        (("--api", "1.25..1.33"), CertifySettings(versions="1.25..1.33")),
        (("--api", "1.25, 1.30"), CertifySettings(versions="1.25,1.30")),
        (("--spec", CERTIFICATE), CertifySettings(spec_file=Path(CERTIFICATE))),
        (("--image", "busybox"), CertifySettings(image="busybox")),
        (("--seed", "0"), CertifySettings(seed=0)),
        (("--max-examples", "3"), CertifySettings(examples=3)),
        (
            ("--only", "ContainerList", "--only", " GET  /info "),
            CertifySettings(only=("ContainerList", "GET /info")),
        ),
        (("--no-tlsverify",), CertifySettings(tls=TlsFiles(verify=False))),
        (
            ("--tlsverify", "--tlscert", CERTIFICATE, "--tlskey", CERTIFICATE),
            CertifySettings(
                tls=TlsFiles(verify=True, certificate=Path(CERTIFICATE), key=Path(CERTIFICATE))
            ),
        ),
    ],
)
def test_a_command_line_amounts_to_settings(settings_of, arguments, expected):
    settings, files, silent, _ = settings_of(*arguments)
    assert settings == expected
    assert files == ()
    assert not silent


def test_the_recording_is_left_to_the_session(settings_of, tmp_path):
    recording = tmp_path / "run.ndjson"
    settings, files, silent, _ = settings_of("--report", f"ndjson={recording}", "--no-progress")
    assert settings.recording == recording
    assert [file.kind for file in files] == ["ndjson"]
    assert silent
    assert not recording.exists()


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ((), FailOn.BROKEN),
        (("--fail-on", "broken"), FailOn.BROKEN),
        (("--fail-on", "unexplained"), FailOn.UNEXPLAINED),
    ],
)
def test_every_fault_fails_a_run_unless_only_unexplained_ones_are_to(
    settings_of, arguments, expected
):
    *_, fail_on = settings_of(*arguments)
    assert fail_on is expected


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (("--api", "1.x"), "--api: '1.x' is not an API version; write it like 1.30"),
        (("--api", "1.30..1.25"), "--api: '1.30..1.25' is empty: 1.30 comes after 1.25"),
        (("--api", "1.30,"), "--api: '' is not an API version"),
        (("--engine", "moby"), "--engine 'moby' is not known; there are fake, dockerd and podman"),
        (("--engine", "dockerd", "--host", "unix:///x"), "leave out --host or --engine"),
        (("--engine", "dockerd", "--context", "x"), "leave out --context or --engine"),
        (("--engine", "dockerd", "--tlsverify"), "leave out TLS or --engine"),
        (("--host", "unix:///x", "--context", "x"), "--host and --context both name a daemon"),
        (("--tier", "gentle"), "--tier 'gentle' is not known; there are read, scoped, disruptive"),
        (("--spec", "/nowhere.yaml"), "--spec /nowhere.yaml: there is no such file"),
        (("--spec", CERTIFICATE, "--api", "1.30"), "leave out --api"),
        (("--tlscacert", "/nowhere"), "--tlscacert /nowhere: there is no such file"),
        (("--tlscert", CERTIFICATE), "--tlscert needs --tlskey"),
        (("--tlskey", CERTIFICATE), "--tlskey needs --tlscert"),
        (("--only", " "), "--only is empty"),
        (("--seed", "x"), "--seed"),
        (("--seed", "-1"), "--seed"),
        (("--max-examples", "0"), "--max-examples"),
        (("--report", "yaml=x"), "formats: json, junit, ndjson"),
        (("--report", "json"), "write it as FORMAT=FILE"),
        (("--report", "json=/nowhere/x.json"), "cannot be written: No such file or directory"),
        (("--fail-on", "x"), "--fail-on 'x' is not known; there are broken and unexplained"),
        (("--frobnicate",), "--frobnicate"),
        (("surplus",), "surplus"),
    ],
)
def test_a_wrong_command_line_gets_one_line(capsys, arguments, line):
    assert main.run(["certify", *arguments]) == 2
    output = capsys.readouterr()
    assert output.out == ""
    assert output.err.startswith("docker-contract: ")
    assert output.err.count("\n") == 1
    assert line in output.err


def test_without_any_daemon_the_fake_is_certified_and_that_is_said(
    settings_of, monkeypatch, capsys
):
    monkeypatch.setattr("harness.cli.options.is_named", lambda _env: False)
    settings, *_ = settings_of()
    assert settings == CertifySettings(engine="fake", tier=Tier.DISRUPTIVE)
    assert "certifying the embedded fake" in capsys.readouterr().err


LIST = Operation("ContainerList", "GET", "/containers/json", (), {})
INSPECT = Operation("ContainerInspect", "GET", "/containers/{id}/json", (), {})


@pytest.mark.parametrize(
    ("only", "wanted"),
    [
        ((), [LIST, INSPECT]),
        (("ContainerList",), [LIST]),
        (("containerlist",), [LIST]),
        (("Container*",), [LIST, INSPECT]),
        (("GET /containers/{id}/json",), [INSPECT]),
        (("get /containers/*",), [LIST, INSPECT]),
        (("ContainerList", "GET /containers/{id}/*"), [LIST, INSPECT]),
        (("Image*",), []),
    ],
)
def test_patterns_choose_operations(only, wanted):
    settings = CertifySettings(only=only)
    assert [one for one in (LIST, INSPECT) if settings.wants(one)] == wanted
