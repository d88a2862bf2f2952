"""A version diff as JUnit XML: a suite for each area, a case for each operation."""

from collections.abc import Iterable, Mapping
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from harness.model.change import Level
from harness.model.version_diff import Row, VersionDiff
from harness.report.version_diff import telling
from harness.report.version_diff.order import area_rank, areas_of, is_change


def render(diff: VersionDiff) -> str:
    """Return a diff as JUnit XML.

    An operation with a breaking change fails; one of which all changes are ignored is skipped, with
    the reasons; any other passes, and says in its output what is otherwise. Only operations that
    a row reaches have a case. A last suite holds what concerns the comparison as a whole.
    """
    root = Element("testsuites", name=f"docker-contract diff {telling.subject(diff)}")
    areas = areas_of((*diff.rows, *(each.row for each in diff.ignored)))
    rows = _by_operation(diff.rows)
    ignored = _by_operation(each.row for each in diff.ignored)
    why = {id(each.row): telling.told(each.why) for each in diff.ignored}
    for area in sorted(set(areas.values()), key=area_rank):
        suite = SubElement(root, "testsuite", name=telling.told(area))
        for operation in sorted(each for each in areas if areas[each] == area):
            case = _case(suite, area, telling.told(operation))
            left_out = [f"ignored: {why[id(row)]}" for row in ignored.get(operation, ())]
            _judge(case, operation, rows.get(operation, ()), left_out)
    _whole(SubElement(root, "testsuite", name="comparison"), diff)
    _count(root)
    indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + tostring(root, encoding="unicode") + "\n"


def _by_operation(rows: Iterable[Row]) -> Mapping[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        for operation in row.operations:
            found.setdefault(operation, []).append(row)
    return found


def _judge(case: Element, operation: str, rows: Iterable[Row], left_out: list[str]) -> None:
    known = tuple(rows)
    breaking = [row for row in known if is_change(row) and row.level is Level.BREAKING]
    if breaking:
        first = telling.line(breaking[0], operation)
        others = f" (and {len(breaking) - 1} more)" if len(breaking) > 1 else ""
        _element(case, "failure", f"{first}{others}", _story(breaking, operation))
    elif left_out and not known:
        _element(case, "skipped", "; ".join(left_out), "")
    rest = [row for row in known if row not in breaking]
    output = "\n".join((_story(rest, operation), *left_out)).strip()
    if output:
        SubElement(case, "system-out").text = output


def _story(rows: Iterable[Row], operation: str) -> str:
    return "\n".join(line for row in rows for line in _told(row, operation))


def _told(row: Row, operation: str) -> Iterable[str]:
    kind = str(row.level) if is_change(row) else str(row.standing)
    words = [kind, telling.standing(row), telling.observed(row)]
    rule = f" [{telling.told(row.change.rule)}]" if row.change else ""
    told = ", ".join(dict.fromkeys(word for word in words if word))
    yield f"{telling.line(row, operation)} ({told}){rule}"
    yield from (f"    {note}" for note in telling.notes(row))


def _whole(suite: Element, diff: VersionDiff) -> None:
    observer = telling.observer(diff)
    case = _case(suite, "comparison", f"compares {telling.subject(diff)}")
    seen = f"observed on {observer}" if observer else "observed on no daemon"
    narrowed = f"; only {telling.told(diff.narrowed)}" if diff.narrowed else ""
    SubElement(case, "system-out").text = f"{seen}{narrowed}"
    for gap in diff.gaps:
        case = _case(suite, "comparison", telling.told(gap))
        _element(case, "skipped", "not compared", "")
    for unused in diff.unused:
        case = _case(suite, "comparison", f"ignores {telling.told(unused)}")
        _element(case, "skipped", "nothing to ignore", "")


def _case(suite: Element, area: str, name: str) -> Element:
    # A dot would start another package in the tree that readers of JUnit make of class names.
    classname = f"docker-contract.diff.{telling.told(area).replace('.', '_')}"
    return SubElement(suite, "testcase", classname=classname, name=name, time="0.000")


def _element(case: Element, tag: str, message: str, text: str) -> None:
    SubElement(case, tag, message=message).text = text or None


def _count(root: Element) -> None:
    for element in (root, *root):
        element.set("tests", str(len([*element.iter("testcase")])))
        for tag, total in (("failure", "failures"), ("error", "errors"), ("skipped", "skipped")):
            element.set(total, str(len([*element.iter(tag)])))
        element.set("time", "0.000")
