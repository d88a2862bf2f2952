import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tiny_specs import number, tiny

from harness.diff.usage import Usage, Used, lowest, narrow, usage
from harness.model.announcement import Announcement, Kind
from harness.model.call import Call, Exchange, Manner, Reply
from harness.model.change import Change, Level, Part, Reach
from harness.model.version_diff import Document, Observed, Row, Standing, VersionDiff
from harness.model.wire import Aspect, WireChange
from harness.specs.library import load, versions
from harness.specs.routing import routes_of

LIST = "GET /containers/json"
CREATE = "POST /containers/create"


def exchange(method="GET", path="/containers/json", *, query=(), body=None, answer=None):
    return Exchange(
        version=number("1.30"),
        call=Call(
            operation="",
            method=method,
            path=path,
            query=query,
            headers=(("X-Custom", "1"),),
            body=None if body is None else json.dumps(body).encode(),
        ),
        reply=Reply(
            200,
            (("api-version", "1.41"),),
            b"" if answer is None else json.dumps(answer).encode(),
        ),
    )


def used_of(*exchanges):
    return usage(exchanges, [routes_of(load(version)) for version in versions()])


def test_what_was_asked_and_answered_is_gathered_by_operation():
    used = used_of(
        exchange(query=(("all", "1"),), answer=[{"Id": "a", "Labels": {"x": "y"}}]),
        exchange(query=(("limit", "2"),), answer=[]),
    )
    assert used.operations[LIST] == Used(
        calls=2,
        asked=frozenset({"query/all", "query/limit", "headers/X-Custom"}),
        meant=frozenset({"query/all", "query/limit", "headers/X-Custom"}),
        answered=frozenset(
            {
                "200",
                "200/headers/Api-Version",
                "200/body",
                "200/body/*",
                "200/body/*/Id",
                "200/body/*/Labels",
                "200/body/*/Labels/*",
            }
        ),
    )


def test_bodies_are_told_by_the_documents_letter_case_and_unknown_members_as_they_are():
    used = used_of(
        exchange(
            "POST", "/containers/create", body={"image": "b", "HostConfig": {"Odd": {"In": 1}}}
        )
    )
    assert {place for place in used.operations[CREATE].asked if place.startswith("body")} == {
        "body",
        "body/Image",
        "body/HostConfig",
        "body/HostConfig/Odd",
        "body/HostConfig/Odd/In",
    }


def test_what_is_null_zero_or_empty_is_asked_and_not_meant():
    used = used_of(
        exchange(
            "POST",
            "/containers/create",
            query=(("name", ""), ("platform", "x")),
            body={
                "Image": "b",
                "Tty": False,
                "Cmd": None,
                "User": "",
                "Labels": {},
                "ExposedPorts": {"80/tcp": {}},
                "HostConfig": {"CpuCount": 0, "Memory": 1},
            },
        )
    ).operations[CREATE]
    assert used.meant == {
        "query/platform",
        "headers/X-Custom",
        "body",
        "body/Image",
        "body/ExposedPorts",
        "body/HostConfig",
        "body/HostConfig/Memory",
    }
    assert used.asked - used.meant == {
        "query/name",
        "body/Tty",
        "body/Cmd",
        "body/User",
        "body/Labels",
        "body/ExposedPorts/*",
        "body/HostConfig/CpuCount",
    }


def test_the_keys_of_filters_are_gathered_whatever_form_they_have():
    used = used_of(
        exchange(query=(("filters", '{"label": ["a"]}'),)),
        exchange(query=(("filters", '{"status": {"exited": true}}'),)),
        exchange(query=(("filters", "["),)),
    )
    assert used.operations[LIST].filters == {"label", "status"}


@pytest.mark.parametrize("manner", [Manner.RUDE, Manner.OPEN])
def test_calls_that_are_meant_to_be_wrong_are_no_use(manner):
    wrong = exchange()
    wrong = replace(wrong, call=replace(wrong.call, manner=manner))
    assert used_of(wrong) == Usage({}, {})
    assert used_of(wrong, exchange()).calls == 1


@pytest.mark.parametrize(
    ("method", "path", "operation"),
    [
        ("GET", "/images/a/b/json", "GET /images/{}/json"),
        ("DELETE", "/images/host:5000/a", "DELETE /images/{}"),
        ("POST", "/containers/x/copy", "POST /containers/{}/copy"),
        ("GET", "/plugins/x", "GET /plugins/{}"),
    ],
)
def test_operations_of_any_version_are_found(method, path, operation):
    assert list(used_of(exchange(method, path)).operations) == [operation]


def test_what_no_document_has_is_counted():
    used = used_of(exchange(path="/grpc"), exchange(path="/grpc"))
    assert used == Usage({}, {"GET /grpc": 2})


def change(
    place,
    *,
    part=Part.REPLY,
    rule="reply-property-removed",
    operation=LIST,
    level=Level.BREAKING,
):
    return Change(rule, level, part, (Reach(operation, place),))


def diff_of(*rows):
    document = Document("1.24", number("1.24"), 3)
    return VersionDiff(document, document, tuple(rows))


def row(**parts):
    return Row(Standing.UNANNOUNCED, Observed.UNKNOWN, **parts)


MEANT = frozenset({"query/all", "body", "body/HostConfig", "body/HostConfig/Memory"})
USED = Usage(
    {
        LIST: Used(
            1,
            asked=MEANT | {"body/HostConfig/Zero"},
            meant=MEANT,
            answered=frozenset({"200", "200/body", "200/body/*", "200/body/*/Id"}),
            filters=frozenset({"label"}),
        )
    },
    {},
)


@pytest.mark.parametrize(
    ("concern", "kept"),
    [
        (change(""), True),
        (change("operationId"), False),
        (change("409"), True),
        (change("path/id", part=Part.REQUEST), True),
        (change("query/all", part=Part.REQUEST, rule="request-parameter-removed"), True),
        (change("query/limit", part=Part.REQUEST, rule="request-parameter-removed"), False),
        (change("query/limit", part=Part.REQUEST, rule="required-parameter-added"), True),
        (change("body/HostConfig/Memory", part=Part.REQUEST), True),
        (change("body/HostConfig", part=Part.REQUEST), True),
        (change("body/HostConfig/Swap", part=Part.REQUEST), False),
        (change("body/HostConfig/Zero", part=Part.REQUEST), True),
        (change("body/HostConfig/Zero", part=Part.REQUEST, level=Level.COMPATIBLE), False),
        (change("body/HostConfig/Swap", part=Part.REQUEST, rule="x-required-added"), True),
        (change("body/Other/Swap", part=Part.REQUEST, rule="x-required-added"), False),
        (change("200/body/*/Id"), True),
        (change("200/body/*/Names"), False),
        (change("200/body/*"), True),
        (change("200/headers/Ostype"), False),
        (change("200/body/*/Id", operation="GET /info"), False),
    ],
)
def test_a_change_is_kept_where_it_concerns_what_is_used(concern, kept):
    assert bool(narrow(diff_of(row(change=concern)), USED, "a client").rows) is kept


def announced(kind, *places, subject="it", operation=LIST):
    return Announcement("1.25/1.1", number("1.25"), kind, (operation,), subject, places)


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        (announced(Kind.BEHAVIOUR), True),
        (announced(Kind.BEHAVIOUR, operation="*"), True),
        (announced(Kind.BEHAVIOUR, operation="GET /info"), False),
        (announced(Kind.STATUS, "400"), True),
        (announced(Kind.VALUES, "200/body/*/Id"), True),
        (announced(Kind.VALUES, "200/body/*/State"), False),
        (announced(Kind.VALUES, "*/Id", operation="*"), True),
        (announced(Kind.REQUEST_PROPERTY_ADDED, "*/HostConfig/Memory"), True),
        (announced(Kind.REQUEST_PROPERTY_ADDED, "*/HostConfig/Zero"), False),
        (announced(Kind.FILTER_ADDED, "query/filters", subject="label"), True),
        (announced(Kind.FILTER_ADDED, "query/filters", subject="health"), False),
        (announced(Kind.FILTER_ADDED, subject="health"), True),
    ],
    ids=str,
)
def test_what_no_document_shows_is_kept_where_its_places_are_used(told, kept):
    assert bool(narrow(diff_of(row(announcements=(told,))), USED, "a client").rows) is kept


def test_narrowing_twice_tells_of_both():
    once = narrow(diff_of(), USED, "a client")
    assert narrow(once, USED, "another").narrowed == "a client, another"


def test_a_change_that_reaches_much_keeps_what_is_used_of_it():
    both = Change(
        "r",
        Level.RISKY,
        Part.REPLY,
        (Reach("GET /info", "200/body/*/Id"), Reach(LIST, "200/body/*/Id")),
    )
    (kept,) = narrow(diff_of(row(change=both)), USED, "a client").rows
    assert kept.change
    assert kept.change.reaches == (Reach(LIST, "200/body/*/Id"),)


@pytest.mark.parametrize(
    ("operation", "place", "asked", "kept"),
    [
        (LIST, "", (), True),
        (LIST, "200/body/*/Id", (), True),
        (LIST, "200/body/*/Mounts", (), False),
        ("GET /info", "", (), False),
        (LIST, "", ("query/all", "query/limit"), True),
        (LIST, "", ("query/limit",), False),
        (LIST, "", ("body/HostConfig/Zero",), False),
    ],
)
def test_what_was_seen_is_kept_where_it_concerns_what_is_used(operation, place, asked, kept):
    seen = WireChange(Aspect.STATUS, operation, place, "200", "404", ("a/1",), asked)
    assert bool(narrow(diff_of(row(wire=(seen,))), USED, "a client").rows) is kept


@given(
    st.sets(st.sampled_from([LIST, "GET /info"])), st.sets(st.sampled_from(["query/all", "200"]))
)
def test_narrowing_adds_nothing(operations, places):
    diff = diff_of(row(change=change("query/all", part=Part.REQUEST)), row(change=change("200")))
    used = Usage(
        {each: Used(1, asked=frozenset(places), answered=frozenset(places)) for each in operations},
        {},
    )
    assert set(narrow(diff, used, "").rows) <= set(diff.rows)


def test_the_lowest_version_is_the_first_that_documents_all_that_is_asked():
    used = used_of(
        exchange(query=(("all", "1"),)),
        exchange("POST", "/containers/x/wait", query=(("condition", "removed"),)),
        exchange("GET", "/volumes", query=(("odd", "1"),)),
    )
    found = lowest(used, {version: load(version) for version in versions()})
    assert str(found.version) == "1.30"
    assert [(need.operation, need.place) for need in found.needs] == [
        ("POST /containers/{id}/wait", "query/condition")
    ]
    assert [(need.operation, need.place) for need in found.unknown] == [
        ("GET /volumes", "query/odd")
    ]


def test_what_comes_with_another_need_is_not_told_again():
    used = used_of(
        exchange(
            "POST",
            "/services/create",
            body={"TaskTemplate": {"Placement": {"Platforms": [{"OS": "x"}]}}},
        )
    )
    found = lowest(used, {version: load(version) for version in versions()})
    assert [need.place for need in found.needs] == ["body/TaskTemplate/Placement/Platforms"]


def test_what_was_always_empty_keeps_no_version_out():
    create = exchange("POST", "/containers/create", body={"HostConfig": {"CpuCount": 0}})
    found = lowest(used_of(create), {version: load(version) for version in versions()})
    assert (str(found.version), found.unknown) == ("1.18", ())


def test_what_later_documents_lack_stops_no_client():
    stdout = exchange("GET", "/containers/x/attach/ws", query=(("stdout", "1"),))
    used = used_of(stdout, exchange("GET", "/volumes"))
    found = lowest(used, {version: load(version) for version in versions()})
    assert str(found.version) == "1.21"
    assert [(need.operation, need.place) for need in found.needs] == [("GET /volumes", "")]


def test_no_version_is_the_lowest_where_what_is_used_never_was_together():
    used = used_of(exchange("POST", "/containers/x/copy"), exchange("POST", "/session"))
    found = lowest(used, {version: load(version) for version in versions()})
    assert found.version is None
    assert {need.operation for need in found.needs} == {
        "POST /containers/{id}/copy",
        "POST /session",
    }


def test_a_client_that_asks_nothing_can_run_on_anything():
    found = lowest(Usage({}, {}), {number("1.30"): tiny("1.30")})
    assert (str(found.version), found.needs, found.unknown) == ("1.30", (), ())
