"""The fixture `fake_daemon` in the session of somebody who tests a client."""

import pytest

pytest_plugins = ["pytester"]

ASKING = """
    import json
    import socket

    import pytest

    def ask(daemon, target):
        with socket.socket(socket.AF_UNIX) as line:
            line.connect(daemon.host.removeprefix("unix://"))
            line.sendall(f"GET {target} HTTP/1.0\\r\\n\\r\\n".encode())
            head, _, body = line.makefile("rb").read().partition(b"\\r\\n\\r\\n")
        return int(head[9:12]), json.loads(body)
"""


@pytest.fixture
def session(pytester):
    def run(text):
        pytester.makepyfile(helper=ASKING, test_it="from helper import *\n" + text)
        return pytester.runpytest_inprocess("-p", "no:cacheprovider")

    return run


def test_each_test_has_a_daemon_of_its_own(session):
    done = session(
        """
hosts = []

@pytest.mark.parametrize("number", [1, 2])
def test_alone(fake_daemon, number):
    assert ask(fake_daemon, "/version")[1]["ApiVersion"] == "1.33"
    assert len(fake_daemon.calls) == 1
    hosts.append(fake_daemon.host)
    assert len(set(hosts)) == number
"""
    )
    done.assert_outcomes(passed=2)


def test_the_marker_says_how_the_daemon_is(session):
    done = session(
        """
@pytest.mark.fake_daemon(api_max="1.24")
def test_old(fake_daemon):
    assert ask(fake_daemon, "/version")[1]["ApiVersion"] == "1.24"
    assert ask(fake_daemon, "/v1.25/version")[0] == 400
"""
    )
    done.assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("marker", "told"),
    [
        ('fake_daemon("1.24")', "takes names"),
        ('fake_daemon(api_max="1.99")', "the fake serves API 1.18 to 1.33, not 1.99"),
    ],
)
def test_a_marker_that_cannot_be_is_told(session, marker, told):
    done = session(f"@pytest.mark.{marker}\ndef test_it(fake_daemon): pass\n")
    done.assert_outcomes(errors=1)
    done.stdout.fnmatch_lines([f"*{told}*"])
