"""What every reply has, whatever was asked: versions, routes, headers and the forms of errors."""

import asyncio
import json

import pytest
from fake_asking import ask, post, service_of

from harness.fake.handlers import HANDLERS
from harness.fake.requests.answer import Answer, bad_request, conflict
from harness.fake.requests.service import Request

OLD = "client version {} is too old. Minimum supported API version is {}, please upgrade your client to a newer version"  # noqa: E501 - dockerd's words
NEW = "client version {} is too new. Maximum supported API version is {}"


def echo(record):
    """Return a handler that keeps what it was asked."""

    def handle(_world, asked):
        record.append(asked)
        return Answer(value={})

    return handle


def refuse(refusal):
    def handle(_world, _asked):
        raise refusal

    return handle


def asked_of(operation, target, method="GET", body=b"", headers=None):
    """Return what the handler of an operation is asked by a request."""
    record = []
    told = ask(service_of(handlers={operation: echo(record)}), target, method, body, headers)
    assert record, told
    return record[0]


@pytest.mark.parametrize(
    ("said", "status", "message"),
    [
        ("1.18", 200, ""),
        ("1.33", 200, ""),
        ("1.33.0", 200, ""),
        ("1.17", 400, OLD.format("1.17", "1.18")),
        ("1", 400, OLD.format("1", "1.18")),
        ("0.1", 400, OLD.format("0.1", "1.18")),
        ("1.34", 400, NEW.format("1.34", "1.33")),
        ("1.33.1", 400, NEW.format("1.33.1", "1.33")),
        ("2", 400, NEW.format("2", "1.33")),
        ("1.1000", 400, NEW.format("1.1000", "1.33")),
        ("9" * 5000, 400, NEW.format("9" * 5000, "1.33")),
    ],
)
def test_versions_outside_of_the_settings_are_refused(said, status, message):
    told = ask(service_of(), f"/v{said}/info")
    assert told.status == status
    if message:
        assert message in told.body.decode()


def test_the_settings_bound_the_versions():
    service = service_of(low="1.20", high="1.24")
    statuses = [ask(service, f"/v1.{minor}/_ping").status for minor in (19, 20, 24, 25)]
    assert statuses == [400, 200, 200, 400]


def test_a_path_without_a_version_is_answered_at_the_highest():
    service = service_of(high="1.24")
    assert ask(service, "/info").json == ask(service, "/v1.24/info").json


@pytest.mark.parametrize(("minor", "text"), [(18, True), (23, True), (24, False), (33, False)])
def test_errors_are_text_before_1_24(minor, text):
    service = service_of(handlers={"SystemInfo": refuse(conflict("no <way>"))})
    told = ask(service, f"/v1.{minor}/info")
    assert told.status == 409
    if text:
        assert told.body == b"no <way>\n"
        assert told.headers["Content-Type"] == "text/plain; charset=utf-8"
        assert told.headers["X-Content-Type-Options"] == "nosniff"
    else:
        assert told.body == b'{"message":"no <way>"}\n'
        assert told.headers["Content-Type"] == "application/json"
        assert "X-Content-Type-Options" not in told.headers


@pytest.mark.parametrize(
    ("method", "target"),
    [
        ("GET", "/v1.24/nope"),
        ("PUT", "/v1.24/info"),
        ("HEAD", "/v1.24/info"),
        ("GET", "/v1.24/containers/json/"),
        ("GET", "/v1.17/nope"),
        ("GET", "/v1.34/nope"),
        ("GET", "/vfoo/info"),
        ("GET", "/v1.24"),
        ("GET", "/"),
        ("POST", "/v1.24/secrets/create"),
        ("GET", "/v1.24/info%0A"),
    ],
)
def test_an_unknown_path_is_not_found_and_has_no_common_headers(method, target):
    told = ask(service_of(), target, method)
    assert told.status == 404
    assert b"page not found" in told.body
    assert set(told.headers) <= {"Content-Type", "X-Content-Type-Options"}


def test_an_operation_is_there_from_its_version_on():
    service = service_of()
    assert [ask(service, f"/v1.{minor}/system/df").status for minor in (24, 25)] == [404, 200]


@pytest.mark.parametrize(
    ("target", "location"),
    [
        ("//info", "/info"),
        ("/v1.24/containers//json", "/v1.24/containers/json"),
        ("/v1.24/../info?a=1&b=%2F", "/info?a=1&b=%2F"),
        ("/v1.24/./containers/a%20b/", "/v1.24/containers/a%20b/"),
        ("/v1.24/containers/a%2F%2Fb/json", "/v1.24/containers/a/b/json"),
    ],
)
def test_a_path_that_is_not_clean_is_moved(target, location):
    told = ask(service_of(), target)
    assert (told.status, told.headers, told.body) == (301, {"Location": location}, b"")


def test_a_target_may_name_the_host():
    assert ask(service_of(), "http://d/v1.24/_ping").body == b"OK"
    address = "http://d/v1.24/x"
    assert (
        asked_of("ImageCreate", f"/v1.24/images/create?fromSrc={address}", "POST").text("fromSrc")
        == address
    )


@pytest.mark.parametrize(
    ("high", "names"),
    [
        ("1.33", {"Api-Version", "Docker-Experimental", "Ostype", "Server"}),
        ("1.27", {"Api-Version", "Docker-Experimental", "Server"}),
        ("1.24", {"Server"}),
        ("1.19", set()),
    ],
)
def test_common_headers_are_those_of_the_daemon_of_the_highest_version(high, names):
    told = ask(service_of(high=high), "/v1.18/info")
    assert set(told.headers) == names | {"Content-Type"}


def test_a_version_error_says_nothing_of_experiments():
    told = ask(service_of(), "/v1.17/info")
    assert told.headers["Api-Version"] == "1.33"
    assert "Docker-Experimental" not in told.headers


def test_options_are_answered_on_every_path():
    service = service_of()
    for target in ("/v1.24/info", "/v1.24/nope", "/v1.24/containers/x/json"):
        told = ask(service, target, "OPTIONS")
        assert (told.status, told.body) == (200, b"")
        assert "Api-Version" in told.headers
    assert ask(service, "/v1.17/info", "OPTIONS").status == 400


def test_a_lacking_handler_says_its_name():
    told = ask(service_of(handlers={}), "/v1.24/info")
    assert (told.status, told.message) == (501, "this fake does not implement SystemInfo")


def test_a_handler_may_wait():
    async def slow(_world, _asked):
        await asyncio.sleep(0)
        return Answer(value={"ID": "x"})

    assert ask(service_of(handlers={"SystemInfo": slow}), "/info").json == {"ID": "x"}


def test_only_documented_parameters_are_read():
    target = "/v1.24/containers/json?all=1&bogus=2&size=&limit=3"
    assert asked_of("ContainerList", target).query == {
        "all": ("1",),
        "size": ("",),
        "limit": ("3",),
    }


def test_a_parameter_beside_the_document_is_read_from_its_gate_on():
    target = "/v1.{}/containers/x/logs?until=1"
    read = [asked_of("ContainerLogs", target.format(minor)).query for minor in (32, 33)]
    assert read == [{}, {"until": ("1",)}]


def test_parameters_may_come_as_a_form_which_is_then_no_body():
    form = {"content-type": "application/x-www-form-urlencoded; charset=utf-8"}
    asked = asked_of("ImageTag", "/v1.24/images/x/tag?repo=a", "POST", b"repo=b&tag=c", form)
    assert asked.query == {"repo": ("b", "a"), "tag": ("c",)}
    assert asked.text("repo") == "b"
    assert asked.raw == b""


def test_a_form_is_a_body_where_no_parameters_are_read():
    form = {"content-type": "application/x-www-form-urlencoded"}
    assert asked_of("PluginSet", "/plugins/x/set", "POST", b'["A=1;B"]', form).raw == b'["A=1;B"]'


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("all=1;size=1", "invalid semicolon separator in query"),
        ("all=%zz", 'invalid URL escape "%zz"'),
        ("all=%2", 'invalid URL escape "%2"'),
    ],
)
def test_a_query_that_is_none_is_refused(query, message):
    told = ask(service_of(), f"/v1.24/containers/json?{query}")
    assert (told.status, told.message) == (400, message)
    assert ask(service_of(), f"/v1.24/info?{query}").status == 200


@pytest.mark.parametrize(
    ("target", "name"),
    [
        ("/v1.24/containers/a/json", "a"),
        ("/v1.24/containers/a/b:c/json", "a/b:c"),
        ("/v1.24/containers/a%2Fb/json", "a/b"),
        ("/v1.24/containers/a%2520b/json", "a%20b"),
        ("/v1.24/containers/%ff%C3%A9/json", "\ufffdé"),
    ],
)
def test_names_come_decoded_and_may_have_slashes(target, name):
    assert asked_of("ContainerInspect", target).name == name


def test_the_first_of_equal_headers_counts():
    record = []
    service = service_of(handlers={"SystemInfo": echo(record)})
    headers = (("x-meta", "1"), ("x-meta", "2"))
    asyncio.run(service.respond(Request("GET", "/info", headers)))
    assert record[0].headers == {"x-meta": "1"}


def test_a_value_is_shown_as_the_version_has_it():
    def info(_world, _asked):
        return Answer(value={"ID": "x", "Swarm": {"NodeID": None, "Bogus": 1}, "Bogus": 2})

    service = service_of(handlers={"SystemInfo": info})
    assert ask(service, "/v1.18/info").json == {"ID": "x"}
    # Beside the document of 1.24, since clients rely on it; the document of 1.33 has it.
    assert ask(service, "/v1.24/info").json["Swarm"] == {"NodeID": None, "Bogus": 1}
    assert ask(service, "/v1.33/info").json == {"ID": "x", "Swarm": {"NodeID": ""}}


def test_text_is_sent_as_utf_8_and_halves_of_characters_do_no_harm():
    def info(_world, _asked):
        return Answer(value={"ID": "é\ud800<"})

    assert ask(service_of(handlers={"SystemInfo": info}), "/info").body == '{"ID":"é?<"}\n'.encode()


def test_lines_end_as_the_answer_says_and_each_is_shown_as_the_version_has_it():
    def events(_world, asked):
        return Answer(lines=[{"time": 1, "Bogus": 2}], line_end=asked.text("since") or "\r\n")

    service = service_of(handlers={"SystemEvents": events})
    assert ask(service, "/v1.33/events").body == b'{"time":1}\r\n'
    assert ask(service, "/v1.33/events?since=%0A").body == b'{"time":1}\n'


def test_a_stream_that_is_left_is_closed():
    ended = []

    async def lines():
        try:
            yield {"time": 1}
            yield {"time": 2}
        finally:
            ended.append(True)

    service = service_of(handlers={"SystemEvents": lambda _world, _asked: Answer(lines=lines())})

    async def leave():
        response = await service.respond(Request("GET", "/events"))
        await anext(response.stream)
        await response.stream.aclose()
        assert ended == [True]

    asyncio.run(leave())


def test_an_attach_is_refused_on_the_connection_that_it_took_over():
    service = service_of(handlers={"ContainerAttach": refuse(bad_request("no"))})
    request = Request("POST", "/v1.30/containers/x/attach")
    response = asyncio.run(service.respond(request))
    sent = []

    class Line:
        async def send(self, data):
            sent.append(data)

    asyncio.run(response.talk(Line()))
    assert response.status == 400
    assert response.headers == (("Content-Type", "application/vnd.docker.raw-stream"),)
    assert b"".join(sent) == b"no\r\n"


@pytest.mark.parametrize(("minor", "binary"), [(27, False), (28, True)])
def test_a_websocket_sends_binary_messages_from_1_28_on(minor, binary):
    async def talk(_line):
        pass

    answer = Answer(status=101, talk=talk, websocket=True)
    service = service_of(handlers={"ContainerAttachWebsocket": lambda _world, _asked: answer})
    request = Request("GET", f"/v1.{minor}/containers/x/attach/ws")
    assert asyncio.run(service.respond(request)).binary is binary


def test_calls_are_noted_with_what_they_were():
    seen = []
    service = service_of()
    service.note = seen.append
    ask(service, "/v1.24/info?a=1", headers={"x": "y"})
    ask(service, "/v1.24/nope")
    ask(service, "/info", "OPTIONS")
    post(service, "/v1.34/containers/create", b"{}")
    assert [(each.operation, each.version, each.status) for each in seen] == [
        ("SystemInfo", "1.24", 200),
        ("", "1.24", 404),
        ("", "", 200),
        ("ContainerCreate", "1.34", 400),
    ]
    assert seen[0].target == "/v1.24/info?a=1"
    assert (seen[0].headers, seen[3].body) == ((("x", "y"),), b"{}")


def test_what_is_due_happens_before_a_request_is_answered():
    service = service_of()
    happened = []
    service.world.at(service.world.now(), lambda: happened.append(True))
    ask(service, "/_ping")
    assert happened == [True]


def test_every_error_body_is_json_that_says_why():
    told = ask(service_of(handlers=HANDLERS), "/v1.24/containers/nope/json")
    assert json.loads(told.body) == {"message": "No such container: nope"}
