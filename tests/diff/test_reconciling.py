"""What changes amount to, on tiny documents: where each standing begins, and where it ends."""

import json
from dataclasses import replace

import pytest

from harness.diff.paper import compare
from harness.diff.reconciling import (
    NOT_FOUND,
    UNTRACED,
    Figures,
    catches_up,
    covers,
    figures,
    reconcile,
    tells_of,
)
from harness.model.announcement import Announcement, Drift, Kind
from harness.model.change import Change, Level, Part, Reach
from harness.model.spec import Erratum
from harness.model.version import ApiVersion, VersionRange
from harness.model.version_diff import Observed
from harness.specs.reader import read_spec

OLD, MIDDLE, NEW = (ApiVersion(1, minor) for minor in (24, 25, 26))
WIDE = {"name": "wide", "in": "query", "type": "boolean"}
TALL = {"name": "tall", "in": "query", "type": "boolean"}
TEXT = {"type": "string"}
BOX_LIST = "/paths/~1boxes/get"


def listing(*parameters, reply=None, statuses=(200,)):
    """Return the paths of a document with one list of boxes."""
    body = {"type": "object", "properties": reply or {"Id": TEXT}}
    return {
        "/boxes": {
            "get": {
                "operationId": "BoxList",
                "tags": ["Container"],
                "parameters": list(parameters),
                "responses": {
                    str(status): {"description": "", "schema": body} for status in statuses
                },
            }
        }
    }


def spec(paths, version=OLD, *, errata=(), source=""):
    document = {
        "swagger": "2.0",
        "info": {"title": "boxes", "version": str(version)},
        "produces": ["application/json"],
        "paths": paths,
    }
    return read_spec(document, source or f"v{version}.yaml", tuple(errata))


def erratum(pointer, *, says=None, sends=None, name="odd", operation="BoxList"):
    texts = (None if value is None else json.dumps(value) for value in (says, sends))
    versions = VersionRange(OLD, NEW)
    return Erratum(name, versions, operation, pointer, *texts, evidence="It was seen.")


def announced(**differences):
    default = {
        "id": "1.25/1.1",
        "version": MIDDLE,
        "kind": Kind.PARAMETER_ADDED,
        "operations": ("GET /boxes",),
        "subject": "wide",
        "places": ("query/wide",),
    }
    return Announcement(**{**default, **differences})


def drift(**differences):
    default = {
        "id": "prose",
        "pair": (OLD, MIDDLE),
        "operations": ("GET /boxes",),
        "rules": ("request-parameter-added",),
        "places": ("query/*",),
        "why": "Prose is short.",
    }
    return Drift(**{**default, **differences})


def rows(old, new, *, corrected=None, announcements=(), drifts=(), errata=(), version=MIDDLE):  # noqa: PLR0913 - a default that is right, and one difference a row
    """Reconcile two documents, of which `corrected` are the paths after errata."""
    raw = compare(spec(old), spec(new, version))
    right = corrected or (old, new)
    after = (spec(right[0], errata=errata), spec(right[1], version, errata=errata))
    return reconcile(raw, compare(*after), *after, announcements, drifts)


def told(found):
    """Return of rows what they are about, in short."""
    return [
        (
            str(row.standing),
            " ".join(f"{r.place}" for r in row.change.reaches) if row.change else "",
            *(each.id for each in row.announcements),
            *row.reasons,
        )
        for row in found
    ]


@pytest.mark.parametrize(
    ("tables", "expected"),
    [
        ({}, ("unannounced", "query/wide")),
        ({"announcements": [announced()]}, ("announced", "query/wide", "1.25/1.1")),
        ({"drifts": [drift()]}, ("drift", "query/wide", "Prose is short.")),
        (
            {"drifts": [drift()], "announcements": [announced()]},
            ("announced", "query/wide", "1.25/1.1"),
        ),
        ({"drifts": [drift(places=("200/*",))]}, ("unannounced", "query/wide")),
        ({"drifts": [drift(rules=("reply-*",))]}, ("unannounced", "query/wide")),
        ({"drifts": [drift(operations=("POST *",))]}, ("unannounced", "query/wide")),
        ({"drifts": [drift(pair=(MIDDLE, NEW))]}, ("unannounced", "query/wide")),
        ({"announcements": [announced(version=OLD)]}, ("unannounced", "query/wide")),
        ({"announcements": [announced(version=NEW)]}, ("unannounced", "query/wide")),
    ],
    ids=[
        *("neither", "announced", "drift", "announced-first", "place", "rule", "operation"),
        *("other-pair", "version-before", "version-after"),
    ],
)
def test_a_change_is_announced_or_drift_or_neither(tables, expected):
    found = rows(listing(), listing(WIDE), **tables)
    assert told(found) == [expected]
    assert all(row.observed is Observed.UNKNOWN for row in found)


def test_what_errata_undo_is_a_correction_with_its_evidence():
    odd = erratum(f"{BOX_LIST}/parameters/-", sends=WIDE)
    other = erratum(f"{BOX_LIST}/parameters/-", sends=TALL, name="other")
    found = rows(
        listing(),
        listing(WIDE),
        corrected=(listing(WIDE), listing(WIDE)),
        errata=[other, odd],
        announcements=[announced()],
        drifts=[drift()],
    )
    assert told(found) == [
        ("correction", "query/wide", "1.25/1.1", "Erratum odd: It was seen."),
    ]
    assert found[0].level is Level.COMPATIBLE


def test_what_only_corrected_documents_show_is_unstated():
    found = rows(
        listing(),
        listing(),
        corrected=(listing(), listing(WIDE)),
        errata=[erratum(f"{BOX_LIST}/parameters/-", sends=WIDE)],
    )
    assert told(found) == [
        ("unstated", "query/wide", "The documents hide it. Erratum odd: It was seen."),
    ]


def test_what_only_corrected_documents_show_may_be_announced():
    found = rows(
        listing(),
        listing(),
        corrected=(listing(), listing(WIDE)),
        announcements=[announced(absent="Neither document has it.")],
    )
    assert told(found) == [
        ("unstated", "query/wide", "1.25/1.1", f"The documents hide it. {UNTRACED}"),
    ]


def test_what_errata_of_one_document_alone_say_is_no_change_where_it_is_drift():
    assert not rows(listing(), listing(), corrected=(listing(), listing(WIDE)), drifts=[drift()])


def test_a_type_that_changes_otherwise_after_errata_is_no_correction():
    old, new = listing(reply={"Id": {"type": "integer"}}), listing(reply={"Id": TEXT})
    both = listing(reply={"Id": {"type": ["integer", "string"]}})
    reply = announced(kind=Kind.TYPE, places=("200/body/Id",))
    assert told(rows(old, new, corrected=(both, new), announcements=[reply])) == [
        ("announced", "200/body/Id", "1.25/1.1"),
    ]


def change(*operations, place="query/wide", rule="request-parameter-added"):
    reaches = tuple(Reach(operation, place) for operation in operations)
    return Change(rule, Level.COMPATIBLE, Part.REQUEST, reaches, areas=("containers", "images"))


def test_a_change_of_which_a_part_is_corrected_is_told_in_parts():
    whole, part = change("GET /boxes", "GET /lids"), change("GET /lids")
    lone = spec(listing())
    found = reconcile([whole], [part], lone, lone, (), ())
    assert [(str(row.standing), row.operations, row.change.areas) for row in found] == [
        ("correction", ("GET /boxes",), ("containers",)),
        ("unannounced", ("GET /lids",), ()),
    ]


def test_a_change_of_which_a_part_is_drift_is_told_in_parts():
    whole = change("GET /boxes", "GET /lids")
    lone = spec(listing(), MIDDLE)
    found = reconcile([whole], [whole], spec(listing()), lone, (), [drift()])
    assert [(str(row.standing), row.operations) for row in found] == [
        ("drift", ("GET /boxes",)),
        ("unannounced", ("GET /lids",)),
    ]


def test_a_change_that_is_announced_at_one_place_is_announced():
    whole = change("GET /boxes", "GET /lids")
    found = reconcile([whole], [whole], spec(listing()), spec(listing(), MIDDLE), [announced()], ())
    assert [(str(row.standing), row.operations) for row in found] == [
        ("announced", ("GET /boxes", "GET /lids")),
    ]


@pytest.mark.parametrize(
    ("differences", "reason"),
    [
        ({"absent": "Both documents have it."}, "Both documents have it."),
        ({"behaviour": "No form tells.", "places": ()}, "No form tells."),
        ({}, NOT_FOUND),
    ],
    ids=["absent", "behaviour", "missing"],
)
def test_what_is_announced_and_not_on_paper_has_a_row_of_its_own(differences, reason):
    found = rows(listing(), listing(), announcements=[announced(**differences)])
    assert told(found) == [("unstated", "", "1.25/1.1", reason)]
    assert found[0].operations == ("GET /boxes",)


def test_what_is_absent_from_neighbours_may_show_where_versions_lie_between():
    late = announced(absent="The document of 1.25 leaves it out.")
    found = rows(
        listing(),
        listing(WIDE),
        version=NEW,
        announcements=[
            late,
            announced(id="1.26/1.1", version=NEW, behaviour="No form tells.", places=()),
        ],
    )
    assert ("announced", "query/wide", "1.25/1.1") in told(found)


def test_what_a_later_version_undid_is_told_so():
    other = announced(id="1.26/1.1", version=NEW, places=("query/tall",))
    found = rows(listing(), listing(TALL), version=NEW, announcements=[announced(), other])
    reason = (
        "Announced for 1.25; something later undid it, or hides it from the documents of 1.24 and "
        "1.26."
    )
    assert told(found) == [
        ("unstated", "", "1.25/1.1", reason),
        ("announced", "query/tall", "1.26/1.1"),
    ]


def test_what_is_announced_of_something_new_goes_with_it():
    new = announced(id="1.25/1.1", kind=Kind.OPERATION_ADDED, places=("",))
    part = announced(id="1.26/1.1", version=NEW)
    found = rows({}, listing(WIDE), version=NEW, announcements=[new, part])
    assert told(found) == [("announced", "", "1.25/1.1", "1.26/1.1")]


def test_what_is_announced_of_something_new_that_is_not_announced_is_told_so():
    part = announced(id="1.26/1.1", version=NEW)
    other = announced(behaviour="No form tells.", places=())
    found = rows({}, listing(WIDE), version=NEW, announcements=[part, other])
    whole = "Announced for 1.26, and part of what came or went whole: GET /boxes."
    assert ("unannounced", "") in told(found)
    assert ("unstated", "", "1.26/1.1", whole) in told(found)


def test_a_part_of_a_reply_goes_with_the_part_that_holds_it():
    lid = {"Lid": {"type": "object", "properties": {"Size": TEXT}}}
    outer = announced(kind=Kind.REPLY_PROPERTY_ADDED, places=("200/body/Lid",))
    inner = replace(outer, id="1.26/1.1", version=NEW, places=("*/Lid/Size",))
    found = rows(
        listing(), listing(reply={"Id": TEXT, **lid}), version=NEW, announcements=[outer, inner]
    )
    assert told(found) == [("announced", "200/body/Lid", "1.25/1.1", "1.26/1.1")]


@pytest.mark.parametrize("foreign", ["/somewhere/own.yaml", "own.yaml", "v1.30.yaml"])
def test_of_a_file_of_a_person_nothing_is_known(foreign):
    old, new = spec(listing()), spec(listing(WIDE), MIDDLE)
    for one, other in ((replace(old, source=foreign), new), (old, replace(new, source=foreign))):
        changes = compare(one, other)
        found = reconcile(changes, changes, one, other, [announced()], [drift()])
        assert told(found) == [("unknown", "query/wide")]


ERRATA = [
    (erratum(f"{BOX_LIST}/responses/409", sends={}), "409"),
    (erratum(f"{BOX_LIST}/responses/200/schema/properties/Id/type", says="string"), "200/body/Id"),
    (erratum(f"{BOX_LIST}/responses/200/schema/required", sends=["Id"]), "200/body/Id"),
    (erratum(f"{BOX_LIST}/responses/200/schema", sends={}), "200/body"),
    (erratum(f"{BOX_LIST}/responses/200/headers/Lid", sends={}), "200/headers/Lid"),
    (erratum(f"{BOX_LIST}/parameters/0/required", sends=True), "query/wide"),
    (erratum(f"{BOX_LIST}/parameters/0", says=WIDE, sends=TALL), "query/tall"),
    (erratum(f"{BOX_LIST}/produces", sends=[]), "produces"),
    (erratum(f"{BOX_LIST}/operationId", sends="BoxList"), "operationId"),
]


@pytest.mark.parametrize(("odd", "place"), ERRATA, ids=[place for _, place in ERRATA])
def test_an_erratum_is_found_by_its_place(odd, place):
    elsewhere = erratum(f"{BOX_LIST}/responses/500", sends={}, name="elsewhere")
    after = spec(listing(WIDE), errata=[elsewhere, odd])
    found = reconcile([change("GET /boxes", place=place)], [], after, after, (), ())
    assert told(found) == [("correction", place, "Erratum odd: It was seen.")]


def test_an_erratum_around_a_place_is_taken_where_none_is_at_it():
    odd = erratum(f"{BOX_LIST}/responses/200/schema", sends={})
    after = spec(listing(), errata=[odd, erratum(f"{BOX_LIST}/produces", name="elsewhere")])
    found = reconcile([change("GET /boxes", place="200/body/Id/Deep")], [], after, after, (), ())
    assert [row.reasons for row in found] == [("Erratum odd: It was seen.",)]


def test_an_erratum_is_found_where_a_schema_took_its_property_from():
    merged = {"allOf": [{"$ref": "#/definitions/Lid"}, {"type": "object"}]}
    document = {
        "swagger": "2.0",
        "info": {"title": "boxes", "version": "1.24"},
        "paths": listing(),
        "definitions": {"Lid": {"type": "object", "properties": {"Size": TEXT}}},
    }
    document["paths"]["/boxes"]["get"]["responses"]["200"]["schema"] = merged
    odd = erratum("/definitions/Lid/properties/Width", says=TEXT, operation="")
    after = read_spec(document, "v1.24.yaml", (erratum(f"{BOX_LIST}/produces", name="far"), odd))
    found = reconcile([change("GET /boxes", place="200/body/Width")], [], after, after, (), ())
    assert [row.reasons for row in found] == [("Erratum odd: It was seen.",)]


def test_an_erratum_of_the_operation_is_taken_where_none_is_near():
    after = spec(listing(), errata=[erratum(f"{BOX_LIST}/produces", sends=[])])
    found = reconcile([change("GET /boxes", place="409")], [], after, after, (), ())
    assert [row.reasons for row in found] == [("Erratum odd: It was seen.",)]


def test_a_correction_that_no_erratum_explains_says_so():
    lone = spec(listing())
    found = reconcile([change("GET /boxes")], [], lone, lone, (), ())
    assert [row.reasons for row in found] == [(UNTRACED,)]


@pytest.mark.parametrize(
    ("operation", "place", "rule", "expected"),
    [
        ("GET /boxes", "query/wide", "request-parameter-added", True),
        ("POST /boxes", "query/wide", "request-parameter-added", False),
        ("GET /boxes", "query/wider", "request-parameter-added", False),
        ("GET /boxes", "query/wide", "request-parameter-removed", False),
        ("GET /boxes", "query/wide", "request-parameter-required-added", True),
    ],
    ids=["told", "operation", "place", "rule", "required"],
)
def test_an_announcement_tells_of_its_operation_place_and_kind(operation, place, rule, expected):
    assert tells_of(announced(), rule, Reach(operation, place)) is expected


@pytest.mark.parametrize(
    ("operations", "operation", "expected"),
    [
        (("*",), "GET /lids", True),
        (("GET /boxes/{id}",), "GET /boxes/{name}", True),
        (("GET /boxes/{id}",), "GET /boxes/{name}/lid", False),
    ],
    ids=["all", "variable", "other"],
)
def test_operations_are_the_same_whatever_their_variables_are_called(
    operations, operation, expected
):
    reach = Reach(operation, "query/wide")
    told_of = tells_of(announced(operations=operations), "request-parameter-added", reach)
    assert told_of is expected


@pytest.mark.parametrize(
    ("differences", "rule", "expected"),
    [
        ({}, "request-parameter-added", True),
        ({}, "request-parameter-removed", False),
        ({"subject": "query.wide"}, "request-parameter-added", True),
        ({"subject": "a key of it"}, "request-parameter-added", False),
        ({"kind": Kind.FILTER_ADDED}, "request-parameter-added", False),
        ({"absent": ""}, "request-parameter-added", False),
        ({"places": ("query/*",)}, "request-parameter-added", True),
        ({"places": ("body/*",)}, "request-parameter-added", False),
    ],
    ids=["late", "removed", "dotted", "subject", "filter", "on-paper", "pattern", "place"],
)
def test_a_change_catches_up_with_what_it_adds_alone(differences, rule, expected):
    late = announced(**{"absent": "The document of 1.25 leaves it out.", **differences})
    assert catches_up(late, rule, Reach("GET /boxes", "query/wide")) is expected


def test_drift_is_matched_by_patterns():
    row = drift(operations=("* /boxes*",), places=("200/body/*/Id",))
    reach = Reach("POST /boxes/{id}/open", "200/body/*/Lid/Id")
    assert covers(row, "request-parameter-added", reach)
    assert not covers(row, "request-parameter-removed", reach)
    assert not covers(row, "request-parameter-added", replace(reach, operation="GET /lids"))
    assert not covers(row, "request-parameter-added", replace(reach, place="200/body/Id/Lid"))


def test_rows_are_counted():
    found = rows(
        listing(statuses=(200, 409)),
        listing(WIDE, TALL),
        corrected=(listing(TALL), listing(WIDE, TALL, reply={"Id": TEXT, "Lid": TEXT})),
        announcements=[
            announced(),
            announced(id="1.25/2.1", absent="Neither document has it.", places=()),
            announced(id="1.25/3.1", behaviour="No form tells.", places=()),
            announced(id="1.25/4.1", places=("query/deep",)),
        ],
    )
    counted = figures(found)
    assert counted == Figures(
        announced=1, corrections=2, hidden=1, found=1, absent=1, behaviour=1, missing=1
    )
    assert (counted.changes, counted.announcements) == (3, 4)
