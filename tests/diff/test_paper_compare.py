"""Whole documents compared: what is told once, where it is told of, and what is the same."""

from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from paper_documents import TEXT, body, one, replies, spec, told

from harness.diff.paper import RULES, compare
from harness.model.change import Level, Reach
from harness.model.version import ApiVersion
from harness.specs.library import load, versions

INTEGER = {"type": "integer"}
EACH = [(ApiVersion.parse(str(v)), errata) for v in versions() for errata in (False, True)]
each_pair = pytest.mark.parametrize(("old", "new"), list(pairwise(versions())), ids=str)
WAYS = {
    f"{what}-added": f"{what}-removed"
    for what in (
        *("operation", "operation-tag", "request-parameter", "request-body", "request-property"),
        *("request-media-type", "reply-media-type", "reply-success-status", "reply-header"),
        *("reply-error-status", "reply-body", "reply-property", "request-property-enum-value"),
        *("reply-property-enum-value", "request-parameter-default", "request-property-default"),
    )
}
# Operations that come and go from each version to the next.
COME = [0, 3, 10, 1, 0, 22, 17, 2, 0, 0, 1, 6, 2, 0, 0]
GONE = [0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0]


def ref(name):
    return {"$ref": f"#/definitions/{name}"}


def boxes(**definitions):
    """Read a document with two operations that answer with Box and one that takes it."""
    box = {"responses": replies(ref("Box")), "tags": ["Volume"]}
    boxes = {"responses": replies({"type": "array", "items": ref("Box")}), "tags": ["Image"]}
    made = {"parameters": body(ref("Box")), "responses": replies(status="204"), "tags": ["Exec"]}
    paths = {"/boxes": {"get": boxes, "post": made}, "/boxes/{id}": {"get": box}}
    return spec(paths, definitions=definitions)


def structure(**properties):
    return {"type": "object", "properties": properties}


def test_a_change_in_a_definition_is_told_once_for_each_direction():
    old, new = boxes(Box=structure(a=TEXT)), boxes(Box=structure(a=INTEGER))
    sent, answered = compare(old, new)[::-1]
    assert (sent.rule, sent.definition, sent.within, sent.areas) == (
        *("request-property-type-changed", "Box", "/a"),
        ("exec",),
    )
    assert sent.reaches == (Reach("POST /boxes", "body/a"),)
    assert (answered.rule, answered.definition, answered.within) == (
        *("reply-property-type-changed", "Box", "/a"),
    )
    assert answered.reaches == (
        Reach("GET /boxes", "200/body/*/a"),
        Reach("GET /boxes/{id}", "200/body/a"),
    )
    assert answered.areas == ("images", "volumes")
    assert answered.operations == ("GET /boxes", "GET /boxes/{id}")


def test_the_nearest_definition_is_named():
    inner = structure(b=structure(c=TEXT)), structure(b=structure(c=INTEGER))
    old, new = (boxes(Box=structure(lid=ref("Lid")), Lid=each) for each in inner)
    assert {(each.definition, each.within) for each in compare(old, new)} == {("Lid", "/b/c")}


def test_what_a_merged_definition_says_is_told_of_that_definition():
    box = {"allOf": [ref("Base"), structure(own=TEXT)]}
    old = boxes(Box=box, Base=structure(a=structure(b=TEXT)))
    new = boxes(Box=box, Base=structure(a=structure(b=INTEGER), d=TEXT))
    assert {(each.definition, each.within) for each in compare(old, new)} == {
        ("Base", "/a/b"),
        ("Base", "/d"),
    }


def test_what_is_said_beside_a_reference_is_told_of_its_holder():
    null = {"allOf": [ref("Lid")], "x-nullable": True}
    old = boxes(Box=structure(lid=ref("Lid"), other=ref("Lid")), Lid=structure(a=TEXT))
    new = boxes(Box=structure(lid=null, other=ref("Lid")), Lid=structure(a=TEXT))
    assert {(each.rule, each.definition, each.within) for each in compare(old, new)} == {
        ("reply-property-became-nullable", "Box", "/lid"),
        ("request-property-became-nullable", "Box", "/lid"),
    }


def test_a_definition_with_another_name_is_no_change():
    old = boxes(Box=structure(lid=ref("Lid")), Lid=structure(a=TEXT))
    new = boxes(Box=structure(lid=ref("Cover")), Cover=structure(a=TEXT))
    assert compare(old, new) == ()


def test_the_newer_document_names_the_definition_and_else_the_older():
    inline = structure(lid=structure(a=TEXT))
    named = {"Box": structure(lid=ref("Lid")), "Lid": structure(a=INTEGER)}
    for old, new in ((boxes(Box=inline), boxes(**named)), (boxes(**named), boxes(Box=inline))):
        assert {(each.definition, each.within) for each in compare(old, new)} == {("Lid", "/a")}


def test_what_becomes_a_definition_at_several_places_is_told_once():
    def document(schema, holder=None):
        held = {"Error": structure(message=TEXT), **({"Box": holder} if holder else {})}
        answers = {name: {"get": {"responses": replies(schema)}} for name in ("/a", "/b")}
        return spec(answers, definitions=held)

    for old, new in ((TEXT, ref("Error")), (ref("Error"), TEXT)):
        (found,) = compare(document(old), document(new))
        assert (found.rule, found.definition, found.within) == (
            *("reply-body-type-changed", "Error", ""),
        )
        assert found.operations == ("GET /a", "GET /b")
    old, new = (document(ref("Box"), structure(e=each)) for each in (TEXT, ref("Error")))
    assert [(each.definition, each.within) for each in compare(old, new)] == [("Box", "/e")]


def test_outside_of_definitions_each_operation_is_told_of():
    def document(schema):
        lone = {"get": {"responses": replies(structure(a=schema))}}
        return spec({"/a": lone, "/b": lone})

    found = compare(document(TEXT), document(INTEGER))
    assert [(each.reaches, each.definition) for each in found] == [
        ((Reach("GET /a", "200/body/a"),), ""),
        ((Reach("GET /b", "200/body/a"),), ""),
    ]


def test_of_what_is_new_or_gone_only_the_root_is_told():
    deep = structure(a=structure(b=structure(c=TEXT)))
    old, new = (one(responses=replies(each)) for each in (structure(), deep))
    assert told(old, new) == [("reply-property-added", "200/body/a", "", "object")]
    assert told(new, old) == [("reply-property-removed", "200/body/a", "object", "")]
    assert told(spec({}), new) == [("operation-added", "", "", "BoxCreate")]
    kept = {"parameters": body(deep), "consumes": ["a/b"]}
    assert told(one(), one(**kept)) == [("request-body-required-added", "body", "", "object")]
    status = {"200": {"description": "d"}, "404": {"description": "d", "schema": deep}}
    assert [rule for rule, *_ in told(one(), one(responses=status))] == ["reply-error-status-added"]


def test_a_map_in_place_of_names_is_one_change():
    names, free = structure(a=TEXT, b=TEXT), {"type": "object", "additionalProperties": TEXT}
    old, new = (one(responses=replies(each)) for each in (names, free))
    assert told(old, new) == [
        ("reply-body-became-map", "200/body", "object with a, b", "map of string")
    ]
    assert [rule for rule, *_ in told(new, old)] == ["reply-body-no-longer-map"]


def test_what_changes_in_lists_and_maps_is_told_of_their_elements():
    def document(schema):
        values = {"type": "object", "additionalProperties": {"type": "array", "items": schema}}
        return one(responses=replies(structure(m=values)))

    found = told(document(TEXT), document(INTEGER))
    assert found == [("reply-property-type-changed", "200/body/m/*/*", "string", "integer")]


def test_a_property_in_another_letter_case_is_compared_all_the_same():
    old, new = (
        one(responses=replies(each))
        for each in (structure(IPs=structure(a=TEXT)), structure(Ips=structure(a=INTEGER)))
    )
    assert [(rule, place) for rule, place, *_ in told(old, new)] == [
        ("reply-property-letter-case", "200/body/Ips"),
        ("reply-property-type-changed", "200/body/Ips/a"),
    ]


def test_names_are_escaped_in_places():
    old, new = (
        one(responses=replies(each)) for each in (structure(), structure(**{"a/b~c": TEXT}))
    )
    assert told(old, new) == [("reply-property-added", "200/body/a~1b~0c", "", "string")]


def test_operations_belong_together_whatever_their_variables_are_called():
    def document(name, schema):
        parameters = [{"name": name, "in": "path", "required": True, **schema}]
        return one(path=f"/boxes/{{{name}}}/lid", parameters=parameters)

    found = compare(document("id", TEXT), document("name", INTEGER))
    assert [(each.rule, each.reaches) for each in found] == [
        ("path-variable-renamed", (Reach("POST /boxes/{name}/lid", "path/name"),)),
        ("request-parameter-type-changed", (Reach("POST /boxes/{name}/lid", "path/name"),)),
    ]


def test_the_same_path_belongs_together_before_one_with_other_variables():
    def document(*paths):
        return spec({path: {"get": {"responses": replies(TEXT)}} for path in paths})

    old, new = document("/a/{x}", "/a/{y}"), document("/a/{y}", "/a/{z}")
    assert [each.rule for each in compare(old, old)] == []
    assert [(each.rule, each.operations) for each in compare(old, document("/a/{y}"))] == [
        ("operation-removed", ("GET /a/{x}",))
    ]
    assert compare(old, new) == ()


def test_what_no_client_sends_is_not_told_of_requests():
    old, new = ({**structure(a=each), "readOnly": True} for each in (TEXT, INTEGER))
    found = told(*(one(parameters=body(structure(p=each))) for each in (old, new)))
    assert found == []
    assert len(told(*(one(responses=replies(structure(p=each))) for each in (old, new)))) == 1


def test_a_definition_in_itself_is_told_of_once():
    def document(schema):
        tree = structure(left=ref("Box"), right=ref("Box"), leaf=ref("Leaf"))
        return boxes(Box=tree, Leaf=structure(v=schema, box=ref("Box")))

    old, new = document(TEXT), document(INTEGER)
    found = [each for each in compare(old, new) if each.rule.startswith("reply")]
    assert [(each.definition, each.within) for each in found] == [("Leaf", "/v")]
    assert found[0].reaches == (
        Reach("GET /boxes", "200/body/*/leaf/v"),
        Reach("GET /boxes/{id}", "200/body/leaf/v"),
    )


def test_what_a_definition_says_is_found_where_it_was_first_read_inside_another():
    # Box is open when Lid is read, so that Lid has only the name of the Box inside it.
    def document(schema):
        definitions = {"Box": structure(lid=ref("Lid"), a=schema), "Lid": structure(box=ref("Box"))}
        answers = {
            name: {"get": {"responses": replies(ref(name.strip("/")))}} for name in ("/Box", "/Lid")
        }
        return spec(answers, definitions=definitions)

    (found,) = compare(document(TEXT), document(INTEGER))
    assert found.reaches == (Reach("GET /Box", "200/body/a"), Reach("GET /Lid", "200/body/box/a"))


def test_changes_are_sorted():
    old, new = load(ApiVersion(1, 24)), load(ApiVersion(1, 30))
    found = compare(old, new)
    assert list(found) == sorted(found, key=lambda each: (each.reaches, each.rule))
    assert len(set(found)) == len(found)
    assert found == compare(old, new)


@pytest.mark.parametrize(("version", "errata"), EACH, ids=str)
def test_a_document_does_not_differ_from_itself(version, errata):
    document = load(version, with_errata=errata)
    assert compare(document, document) == ()


def reached(changes, *rules):
    return sum(len(each.reaches) for each in changes if each.rule in rules)


@each_pair
@pytest.mark.parametrize("errata", [False, True])
def test_what_comes_one_way_goes_the_other(old, new, errata):
    before, after = load(old, with_errata=errata), load(new, with_errata=errata)
    there, back = compare(before, after), compare(after, before)
    for come, gone in WAYS.items():
        required = come.replace("-added", "-required-added")
        assert reached(there, come, required) == reached(back, gone)
        assert reached(back, come, required) == reached(there, gone)


def test_operations_come_and_go_as_the_documents_have_them():
    rules = [
        [each.rule for each in compare(load(old), load(new))]
        for old, new in pairwise(versions())
        if new <= ApiVersion(1, 33)
    ]
    assert [each.count("operation-added") for each in rules] == COME
    assert [each.count("operation-removed") for each in rules] == GONE


NAMES = st.sampled_from(["a", "b", "A"])
LEAVES = st.sampled_from(
    [TEXT, INTEGER, {}, {"type": "string", "enum": ["x"]}, ref("One"), ref("Two")]
)


def holders(schemas):
    properties = st.dictionaries(NAMES, schemas, max_size=3)
    return st.one_of(
        st.builds(lambda found: {"type": "object", "properties": found}, properties),
        st.builds(lambda found: {"type": "array", "items": found}, schemas),
        st.builds(lambda found: {"type": "object", "additionalProperties": found}, schemas),
        st.builds(lambda found: {"allOf": found}, st.lists(schemas, min_size=1, max_size=2)),
    )


SCHEMAS = st.recursive(LEAVES, holders, max_leaves=8)
DOCUMENTS = st.builds(
    lambda root, first, second: one(
        document={"definitions": {"One": first, "Two": second}},
        parameters=body(root),
        responses=replies(root),
    ),
    *(SCHEMAS, holders(SCHEMAS), holders(SCHEMAS)),
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(old=DOCUMENTS, new=DOCUMENTS)
def test_any_two_documents_can_be_compared(old, new):
    assert compare(old, old) == compare(new, new) == ()
    there, back = compare(old, new), compare(new, old)
    assert bool(there) == bool(back)
    levels = {rule.id: rule.level for rule in RULES}
    for change in (*there, *back):
        assert change.level is levels[change.rule]
        assert change.reaches == tuple(sorted(set(change.reaches)))
        assert change.old != change.new
        assert change.level in Level
