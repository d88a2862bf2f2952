import pytest
from tiny_specs import number, tiny

from harness.diff.selecting import selection
from harness.model.announcement import Announcement, Kind
from harness.model.change import Change, Level, Part, Reach
from harness.model.errors import UsageError
from harness.model.version_diff import Document, Observed, Row, Standing, VersionDiff
from harness.model.wire import Aspect, WireChange

LIST, INSPECT, REMOVE = "GET /things/json", "GET /things/{id}", "DELETE /things/{name}"
REPLY = {"responses": {"200": {"description": "OK"}}}
OLD = tiny("1.29", {"/things/{name}": {"delete": {"operationId": "ThingDelete", **REPLY}}})
NEW = tiny(
    "1.30",
    {
        "/things/json": {"get": {"operationId": "ThingList", **REPLY}},
        "/things/{id}": {"get": {"operationId": "ThingInspect", **REPLY}},
    },
)


def chosen(*patterns):
    return selection(patterns, (OLD, NEW))


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        ("ThingList", [LIST]),
        ("thinglist", [LIST]),
        ("Thing*", [LIST, INSPECT, REMOVE]),
        ("GET /things/json", [LIST]),
        ("get /things/*", [LIST, INSPECT]),
        ("GET /things/{anything}", [INSPECT]),
        ("* /things/{}", [INSPECT, REMOVE]),
        ("DELETE *", [REMOVE]),
        ("ThingDelet?", [REMOVE]),
    ],
)
def test_operations_of_both_documents_are_named_by_id_or_route(pattern, names):
    found = chosen(pattern)
    assert [each for each in (LIST, INSPECT, REMOVE) if found.names(each)] == names


@pytest.mark.parametrize(
    ("pattern", "told"),
    [
        ("ThingLst", "--only 'ThingLst' matches no operation of these documents; is it ThingList?"),
        ("/things/json", "is it GET /things/json?"),
        ("ThingList,ThingInspect", "; give --only once for each"),
        ("qqq", "--only 'qqq' matches no operation of these documents"),
        ("[", "--only '[' matches no operation of these documents"),
    ],
)
def test_a_pattern_of_no_operation_is_refused_with_the_nearest(pattern, told):
    with pytest.raises(UsageError) as refusal:
        chosen("ThingList", pattern)
    assert str(refusal.value).endswith(told)


def row(**parts):
    return Row(Standing.UNANNOUNCED, Observed.UNKNOWN, **parts)


def change(*operations):
    reaches = tuple(Reach(operation, "200") for operation in operations)
    return Change("r", Level.RISKY, Part.REPLY, reaches)


def announced(*operations):
    return Announcement("1.30/1.1", number("1.30"), Kind.BEHAVIOUR, operations, "it")


def wire(operation):
    return WireChange(Aspect.STATUS, operation, "", "200", "404", ("a/1",))


def selected(each, *patterns):
    documents = (Document("1.29", None, 1), Document("1.30", None, 2))
    return chosen(*patterns).select(VersionDiff(*documents, rows=(each,)))


@pytest.mark.parametrize(
    ("each", "kept"),
    [
        (row(change=change(LIST)), True),
        (row(change=change(INSPECT)), False),
        (row(announcements=(announced(LIST, INSPECT),)), True),
        (row(announcements=(announced("*"),)), True),
        (row(announcements=(announced(INSPECT),)), False),
        (row(wire=(wire(LIST),)), True),
        (row(wire=(wire(INSPECT),)), False),
    ],
)
def test_rows_are_kept_where_they_are_of_a_selected_operation(each, kept):
    assert bool(selected(each, "ThingList").rows) is kept


def test_of_what_reaches_several_operations_the_selected_ones_are_kept():
    (kept,) = selected(row(change=change(INSPECT, LIST)), "ThingList").rows
    assert kept.change == change(LIST)
    (kept,) = selected(row(wire=(wire(INSPECT), wire(LIST))), "ThingList").rows
    assert kept.wire == (wire(LIST),)


def test_the_diff_tells_what_it_was_narrowed_to():
    once = selected(row(change=change(LIST)), "ThingList", "GET *")
    assert once.narrowed == "ThingList, GET *"
    assert chosen("Thing*").select(once).narrowed == "ThingList, GET *, Thing*"
