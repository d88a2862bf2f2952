import pytest

from harness.fake.building.config_steps import with_changes
from harness.fake.building.context import matching, read_context
from harness.fake.building.dockerfile import parse_dockerfile, stages_of
from harness.fake.building.expansion import ExpansionError, expanded, expanded_words
from harness.fake.files.trees import write_tar
from harness.fake.requests.answer import RefusedError
from harness.fake.requests.fields import Fields
from harness.fake.requests.go_durations import read_duration, shown_duration
from harness.fake.values import File


def parsed(text):
    return parse_dockerfile(text.encode())


def only(line):
    """Return the instruction of a line that stands behind a FROM."""
    return parsed(f"FROM busybox\n{line}\n").instructions[1]


def refusal(text):
    with pytest.raises(RefusedError) as refused:
        stages_of(parsed(text))
    assert refused.value.status == 400
    return refused.value.message


@pytest.mark.parametrize(
    ("line", "arguments", "in_json"),
    [
        ("RUN echo  a", ("echo  a",), False),
        ('RUN ["echo", "a"]', ("echo", "a"), True),
        ('CMD ["echo", a]', ('["echo", a]',), False),
        ("ENTRYPOINT", (), False),
        ("EXPOSE 80  81/udp", ("80", "81/udp"), False),
        ('COPY ["a b", "/c d"]', ("a b", "/c d"), True),
        ("COPY a b /c", ("a", "b", "/c"), False),
        ("ENV a  b c", ("a", "b c"), False),
        ("ENV a=b c='d e' f=g\\ h", ("a", "b", "c", "'d e'", "f", "g\\ h"), False),
        ('LABEL "a b"="c d"', ('"a b"', '"c d"'), False),
        ("ARG a=1 b", ("a=1", "b"), False),
        ("user  me", ("me",), False),
        ("HEALTHCHECK CMD curl x", ("CMD", "curl x"), False),
        ('HEALTHCHECK CMD ["a", "b"]', ("CMD", "a", "b"), True),
        ("ONBUILD COPY --from=x a b", ("COPY --from=x a b",), False),
    ],
)
def test_the_rest_of_a_line_is_read_as_its_instruction_wants_it(line, arguments, in_json):
    instruction = only(line)
    assert (instruction.arguments, instruction.in_json) == (arguments, in_json)


def test_flags_stand_before_the_arguments():
    instruction = only("COPY --from=one --chown=1:2 a /b")
    assert instruction.flags == {"from": "one", "chown": "1:2"}
    assert instruction.arguments == ("a", "/b")


@pytest.mark.parametrize(
    ("text", "originals"),
    [
        ("  FROM a  \r\n# c\r\n\r\n\trun b\r\n", ["FROM a", "run b"]),
        ("FROM a\nRUN b \\\n  # c\n  d\n", ["FROM a", "RUN b   d"]),
        ("FROM a\nRUN b \\", ["FROM a", "RUN b"]),
        ("\ufeffFROM a\n", ["FROM a"]),
        ("# escape=`\nFROM a\nRUN b `\n c\\\n", ["FROM a", "RUN b  c\\"]),
        ("FROM a\n# escape=`\nRUN b `\n", ["FROM a", "RUN b `"]),
        ("# syntax=x\n# escape=`\nFROM a`\nb\n", ["FROM ab"]),
    ],
)
def test_lines_are_joined_and_comments_left_out(text, originals):
    assert [each.original for each in parsed(text).instructions] == originals


def test_an_empty_line_that_continues_is_warned_of():
    warnings = parsed("FROM a\nRUN b \\\n\n  c\n").warnings
    assert warnings[0] == "[WARNING]: Empty continuation line found in:\n    RUN b   c"
    assert len(warnings) == 2
    assert parsed("FROM a\nRUN b \\\n  c\n").warnings == ()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("# nothing\n", "failed to parse Dockerfile: file with no instructions"),
        ("FROM a\nFOO b\n", "dockerfile parse error line 2: unknown instruction: FOO"),
        ("RUN a\n", "no build stage in current context"),
        ("FROM\n", "dockerfile parse error line 1: FROM requires either one or three arguments"),
        ("FROM a b c\n", "dockerfile parse error line 1: FROM requires either one or three"),
        ("FROM a AS 1x\n", 'dockerfile parse error line 1: invalid name for build stage: "1x"'),
        ("FROM a\n\nCOPY b\n", "dockerfile parse error line 3: COPY requires at least two"),
        ("FROM a\nCOPY --foo=1 b c\n", "dockerfile parse error line 2: Unknown flag: foo"),
        ("FROM a\nCOPY --from b c\n", "dockerfile parse error line 2: Missing a value on flag: "),
        ("FROM a\nENV b\n", "failed to parse Dockerfile: ENV must have two arguments"),
        ("FROM a\nENV b=c d\n", "failed to parse Dockerfile: Syntax error - can't find = in"),
        ("FROM a\nENV =c\n", "dockerfile parse error line 2: ENV names can not be blank"),
        ("FROM a\nUSER\n", "dockerfile parse error line 2: USER requires exactly one argument"),
        ("FROM a\nEXPOSE\n", "dockerfile parse error line 2: EXPOSE requires at least one"),
        ("FROM a\nSHELL sh\n", "dockerfile parse error line 2: SHELL requires the arguments to"),
        ('FROM a\nCMD ["b", 1]\n', "failed to parse Dockerfile: when using JSON array syntax"),
        ("FROM a\nONBUILD FROM b\n", "dockerfile parse error line 2: FROM isn't allowed as an"),
        ("FROM a\nHEALTHCHECK FOO\n", 'dockerfile parse error line 2: Unknown type "FOO" in'),
        ("FROM a\nHEALTHCHECK --retries=0 CMD b\n", "dockerfile parse error line 2: --retries"),
        ("FROM a\nHEALTHCHECK --timeout=x CMD b\n", "dockerfile parse error line 2: time: inv"),
        ("# escape=x\nFROM a\n", "failed to parse Dockerfile: invalid escape token 'x' does not"),
        ("# escape=`\n# escape=`\nFROM a\n", "failed to parse Dockerfile: only one escape"),
    ],
)
def test_what_cannot_be_read_is_refused_in_the_words_of_dockerd(text, message):
    assert refusal(text).startswith(message)


def test_a_dockerfile_has_stages_and_arguments_before_them():
    dockerfile = parsed("ARG v=1\nFROM a AS One\nRUN b\nFROM One\n")
    arguments, stages = stages_of(dockerfile)
    assert [each.original for each in arguments] == ["ARG v=1"]
    assert [(stage.name, len(stage.instructions)) for stage in stages] == [("one", 1), ("", 0)]


VARIABLES = {"a": "1", "empty": "", "two": "b c"}


@pytest.mark.parametrize(
    ("word", "read"),
    [
        ("$a", "1"),
        ("x${a}y", "x1y"),
        ("$ab", ""),
        ("${empty:-d}", "d"),
        ("${a:-d}", "1"),
        ("${a:+set}${empty:+set}", "set"),
        ("${zz:-${a}}", "1"),
        ("'$a'", "$a"),
        ('"$a x"', "1 x"),
        ('"\\$a \\x \\""', '$a \\x "'),
        ("\\$a", "$a"),
        ("a\\ b", "a b"),
        ("$", "$"),
    ],
)
def test_variables_and_quotes_are_read_as_a_shell_does(word, read):
    assert expanded(word, VARIABLES) == read


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("${a", "failed to process \"${a\": missing ':' in substitution"),
        ("${a-b}", "failed to process \"${a-b}\": missing ':' in substitution"),
        ("${zz:?no}", 'failed to process "${zz:?no}": zz: no'),
        ('"a', 'failed to process "\\"a": unexpected end of statement while looking for'),
        ("${}", 'failed to process "${}": syntax error: bad substitution'),
    ],
)
def test_a_word_that_makes_no_sense_is_refused(word, message):
    with pytest.raises(ExpansionError) as error:
        expanded(word, VARIABLES)
    assert str(error.value).startswith(message)


def test_a_variable_may_hold_several_words():
    assert expanded_words("$two", VARIABLES) == ["b", "c"]
    assert expanded_words("x$two/y", VARIABLES) == ["xb", "c/y"]
    assert expanded_words('"$two"', VARIABLES) == ["b c"]
    assert expanded_words("$empty", VARIABLES) == []


@pytest.mark.parametrize(
    ("changes", "config"),
    [
        (["CMD a b"], {"Cmd": ["/bin/sh", "-c", "a b"]}),
        (['ENTRYPOINT ["a"]'], {"Entrypoint": ["a"], "Cmd": None}),
        (["ENV a=2 c=$a", "LABEL l=$c"], {"Env": ["a=2", "c=1"], "Labels": {"l": "1"}}),
        (["EXPOSE 80 90-91/udp"], {"ExposedPorts": {"80/tcp": {}, "90/udp": {}, "91/udp": {}}}),
        (["WORKDIR x", "WORKDIR ../y"], {"WorkingDir": "/y"}),
        (['VOLUME ["/v"]', "USER me"], {"Volumes": {"/v": {}}, "User": "me"}),
        (["ONBUILD run x"], {"OnBuild": ["run x"]}),
        (["HEALTHCHECK NONE"], {"Healthcheck": {"Test": ["NONE"]}}),
        (["", "ENV b=2"], {"Env": ["a=1", "b=2"]}),
        ([], {"Env": ["a=1"]}),
    ],
)
def test_a_commit_may_change_the_configuration(changes, config):
    changed = with_changes(Fields({"Env": ["a=1"]}), changes)
    assert {name: changed.raw(name) for name in config} == config


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("RUN x", "run is not a valid change command"),
        ("FOO x", "foo is not a valid change command"),
        ("ENV a", "ENV must have two arguments"),
        ("EXPOSE foo", "Invalid containerPort: foo"),
        ("EXPOSE 80/foo", "Invalid proto: foo"),
        ("EXPOSE 5-3", "Invalid containerPort: 5-3"),
        ("", "file with no instructions"),
    ],
)
def test_a_commit_refuses_other_changes(change, message):
    with pytest.raises(RefusedError) as refused:
        with_changes(Fields(), [change])
    assert (refused.value.status, refused.value.message) == (400, message)


@pytest.mark.parametrize(
    ("text", "nanoseconds", "shown"),
    [
        ("5s", 5 * 10**9, "5s"),
        ("1m", 60 * 10**9, "1m0s"),
        ("1h30m", 5400 * 10**9, "1h30m0s"),
        ("1.5s", 15 * 10**8, "1.5s"),
        ("20ms", 2 * 10**7, "20ms"),
        ("0", 0, "0s"),
        ("-3us", -3000, "-3µs"),
    ],
)
def test_durations_are_those_of_go(text, nanoseconds, shown):
    assert (read_duration(text), shown_duration(nanoseconds)) == (nanoseconds, shown)


def context(name="", **files):
    tree = {
        f"/{path}": File(content=content.encode())
        for path, content in {"Dockerfile": "FROM a", **files}.items()
    }
    return read_context(write_tar(tree), name)


def test_a_dockerfile_is_found_under_its_name_or_in_lower_case():
    assert context("Other", Other="FROM b").dockerfile == b"FROM b"
    assert context("/Other", Other="FROM b").dockerfile == b"FROM b"
    tree = {"/dockerfile": File(content=b"FROM c")}
    assert read_context(write_tar(tree), "").dockerfile == b"FROM c"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("Nope", "Cannot locate specified Dockerfile: Nope"),
        ("../Other", "forbidden path outside the build context: ../Other ()"),
        ("empty", "the Dockerfile (empty) cannot be empty"),
    ],
)
def test_a_context_without_its_dockerfile_is_refused(name, message):
    with pytest.raises(RefusedError) as refused:
        context(name, empty="")
    assert (refused.value.status, refused.value.message) == (400, message)


@pytest.mark.parametrize(
    ("ignore", "left"),
    [
        ("a\n", {"/.dockerignore", "/Dockerfile", "/a"}),
        ("Dockerfile\n", {"/.dockerignore", "/a"}),
        ("**/Docker*\n.dockerignore", {"/a"}),
        ("*\n!Dockerfile\n", {"/Dockerfile", "/a"}),
        ("[\n", {"/.dockerignore", "/Dockerfile", "/a"}),
    ],
)
def test_only_the_builders_own_files_are_ignored_by_the_daemon(ignore, left):
    # What else is ignored, the client does not send.
    assert set(context(a="1", **{".dockerignore": ignore}).files) == left


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("*.t", ["/a.t", "/b.t"]),
        ("?.t", ["/a.t", "/b.t"]),
        ("[ab].t", ["/a.t", "/b.t"]),
        ("[!a].t", ["/a.t"]),
        ("[a&&[b].t", ["/a.t", "/b.t"]),
        ("[^a].t", ["/b.t"]),
        ("d/*", ["/d/c.t"]),
        ("*/c.t", ["/d/c.t"]),
        ("x*", []),
        ("[", []),
        ("../*", []),
    ],
)
def test_patterns_match_within_a_folder(pattern, found):
    files = dict.fromkeys(("/a.t", "/b.t", "/d", "/d/c.t"), File())
    assert list(matching(files, pattern)) == found
