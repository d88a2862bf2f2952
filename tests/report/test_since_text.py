import io
import json
from itertools import pairwise

import pytest
from rich.console import Console

from harness.diff.history import Appearance
from harness.model.announcement import Announcement, Kind
from harness.model.version import ApiVersion
from harness.report.since_text import Known, screen, to_json

WAIT = "POST /containers/{id}/wait"


def at(*minors):
    return tuple(ApiVersion(1, minor) for minor in minors)


def announced(id_="1.30/8.2", subject="it", *, gated=None):
    version = ApiVersion.parse(id_.partition("/")[0])
    return Announcement(id_, version, Kind.PARAMETER_ADDED, (WAIT,), subject, gated=gated)


def known(place="", said="", minors=(29, 30), **more):
    """Return a place that two versions document alike, with whatever the test says is different."""
    texts = said if isinstance(said, dict) else dict.fromkeys(minors, said)
    appearance = Appearance(WAIT, place, {ApiVersion(1, each): texts[each] for each in texts})
    return Known(appearance, **{"documents": at(*texts), **more})


def seen(looked, seen_at, place="200/body"):
    return known(place, looked=looked, seen=seen_at, daemon="d")


def shown(*places, whole=None, named=True, width=80):
    file = io.StringIO()
    console = Console(file=file, width=width, highlight=False)
    console.print(screen(whole or known(), places, named=named))
    return [line.rstrip() for line in file.getvalue().splitlines()]


def test_an_operation_is_told_with_its_versions_and_its_places():
    assert shown(known("query/all", "boolean"), known("200", minors=(30,))) == [
        "POST /containers/{id}/wait  1.29..1.30",
        "  query/all  1.29..1.30  boolean",
        "  200        1.30",
    ]


@pytest.mark.parametrize(
    ("place", "facts"),
    [
        (known("query/all", "string"), []),
        (
            known("query/all", {28: "string", 29: "integer", 30: "string"}),
            ["1.28, 1.30: string", "1.29: integer"],
        ),
        (known("404", {29: "no body", 30: ""}), ["1.29: no body", "1.30: with a body"]),
        (
            known("query/all", documents=at(30)),
            ["in the documents before errata correct them: 1.30"],
        ),
        (known("query/all", documents=()), ["in the documents before errata correct them: none"]),
        (
            known("query/all", announcements=(announced(),)),
            ["announced in 1.30, bullet 8: it"],
        ),
        (
            known("query/all", announcements=(announced(gated=True),)),
            ["announced in 1.30, bullet 8: it (gated: only from that version on)"],
        ),
        (
            known("query/all", announcements=(announced(gated=False),)),
            ["announced in 1.30, bullet 8: it (not gated: at every version)"],
        ),
        (seen(at(29, 30), at(30)), ["seen in replies of d at 1.30"]),
        (seen(at(28, 29, 30), at(28, 29, 30)), ["seen in replies of d at 1.28..1.30"]),
        (seen(at(29, 30), ()), ["not seen in replies of d"]),
        (seen(at(29, 30), at(29, 30)), []),
        (seen(at(28, 30), at(30)), []),
        (seen((), ()), []),
    ],
    ids=range(14),
)
def test_what_else_is_known_of_a_place_stands_below_it(place, facts):
    assert shown(place)[2:] == [f"    {fact}" for fact in facts]


def test_a_deprecation_is_told():
    whole = known(said={29: "", 30: "deprecated"})
    assert shown(whole=whole)[1:] == ["  1.29: not deprecated", "  1.30: deprecated"]


def test_what_was_announced_of_several_places_is_told_once():
    told = announced(subject="errors are JSON", gated=True)
    places = [known(place, announcements=(told,)) for place in ("404/body", "500/body")]
    assert shown(*places)[1:] == [
        "  announced in 1.30, bullet 8: errors are JSON (gated: only from that version",
        "  on): 404/body, 500/body",
        "  404/body  1.29..1.30",
        "  500/body  1.29..1.30",
    ]


def test_what_errata_bring_with_what_it_is_in_is_told_once():
    names = ("404", "404/body", "404/body/code", "404/body/message", "500")
    lines = shown(*(known(name, documents=at(30)) for name in names))[1:]
    corrected = [line.split()[0] for line, below in pairwise(lines) if "errata" in below]
    assert corrected == ["404", "500"]
    assert len(lines) == len(names) + len(corrected)


def test_what_was_seen_of_what_a_place_is_in_is_not_told_again():
    inside = seen(at(28, 29, 30), at(28, 29, 30), "200/body/Id")
    lines = shown(seen(at(28, 29, 30), at(28, 29, 30)), inside)
    assert [line.split()[0] for line in lines[1:]] == ["200/body", "seen", "200/body/Id"]


def test_what_does_not_fit_goes_on_below_itself():
    long = "string; one of " + ", ".join(["something"] * 8)
    lines = shown(known("query/condition", long))
    assert lines[2].startswith(" " * len("  query/condition  ") + "s")
    assert max(map(len, lines)) <= 80


def test_places_that_are_long_leave_room_for_what_is_said():
    lines = shown(known("/".join(["200/body", *["Settings"] * 12]), "string"))
    assert lines[1].endswith("1.29..1.30  string")
    assert max(map(len, lines)) <= 80


@pytest.mark.parametrize(("named", "lines"), [(True, 51), (False, 42)])
def test_many_places_are_cut_unless_they_were_asked_for(named, lines):
    told = shown(*(known(f"query/{number:02}") for number in range(50)), named=named)
    assert len(told) == lines
    assert (told[-1] == "  … and 10 more; name one to see it") is not named


def test_nothing_that_is_told_can_steer_a_terminal():
    text = "\x1b[31m[bold]"
    place = known(f"query/{text}", text, announcements=(announced(subject=text),))
    told = "\n".join(shown(place))
    assert "\x1b" not in told
    assert told.count(r"\x1b[31m[bold]") == 3


def test_json_has_all_that_is_known():
    place = known(
        "200/body",
        {29: "string", 30: "object"},
        announcements=(announced(gated=True),),
        looked=at(29, 30),
        seen=at(30),
        daemon="d",
    )
    (value,) = json.loads(to_json([(known(), [place])]))
    assert value["operation"] == WAIT
    assert value["places"] == [
        {
            "operation": WAIT,
            "place": "200/body",
            "versions": ["1.29", "1.30"],
            "says": [
                {"versions": ["1.29"], "text": "string"},
                {"versions": ["1.30"], "text": "object"},
            ],
            "before_errata": ["1.29", "1.30"],
            "announced": [{"id": "1.30/8.2", "version": "1.30", "gated": True}],
            "looked": ["1.29", "1.30"],
            "seen": ["1.30"],
            "daemon": "d",
        }
    ]
