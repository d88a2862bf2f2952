"""The small sh of a fake."""

import pytest
from fake_playing import FOLDER, Box

from harness.fake.programs.known import Canned
from harness.fake.programs.processes import SIGNALS
from harness.fake.programs.shell_syntax import ShellSyntaxError, UnfinishedError, parse
from harness.fake.values import File


@pytest.mark.parametrize(
    ("text", "out"),
    [
        # words
        ("echo 'a  b' \"c  d\" e\\ f", "a  b c  d e f\n"),
        ("X='a  b'; echo $X; echo \"$X\"", "a b\na  b\n"),
        ("echo \"a\\$b\" 'c\"d' \"e'f\"", "a$b c\"d e'f\n"),
        ("X=1 Y=$X; echo [$X][$Y][$Z]", "[1][][]\n"),
        ("echo ${A:-x} ${A-y} ${B:=z} $B ${B:+w} ${A:+v}", "x y z z w\n"),
        ("P=/a/b.tar.gz; echo ${P##*/} ${P#*/} ${P%.*} ${P%%.*} ${#P}",
         "b.tar.gz a/b.tar.gz /a/b.tar /a/b 11\n"),
        ("echo $((1+2*3)) $((7/2)) $((-7/2)) $((-7%2)) $((3>2&&1)) $((!5))", "7 3 -3 -1 1 0\n"),
        ("i=4; echo $((i*i)) $((i=9)) $i", "16 9 9\n"),
        ("echo $(echo a; echo b) `echo c`", "a b c\n"),
        ("echo \"$(printf 'x\\n\\n')\"", "x\n"),
        ("echo /e* '/e*' /nothing*", "/etc /e* /nothing*\n"),
        ("cd /tmp; touch b a; echo *", "a b\n"),
        ("echo ~ ~/x a~", "/root /root/x a~\n"),
        ("false; echo $?; true; echo $?", "1\n0\n"),
        ("echo a#b # c", "a#b\n"),
        # control
        ("false && echo no || echo yes", "yes\n"),
        ("! false; echo $?", "0\n"),
        ("if false; then echo 1; elif true; then echo 2; else echo 3; fi", "2\n"),
        ("for i in a 'b c'; do echo \"<$i>\"; done", "<a>\n<b c>\n"),
        ("i=0; while [ $i -lt 3 ]; do i=$((i+1)); echo $i; done", "1\n2\n3\n"),
        ("until false; do echo x; break; done", "x\n"),
        ("for i in 1 2 3; do [ $i = 2 ] && continue; echo $i; done", "1\n3\n"),
        ("for i in 1 2; do for j in 1 2; do break 2; done; echo no; done; echo end", "end\n"),
        ("case abc in x|a*) echo 1;; *) echo 2;; esac", "1\n"),
        ("case 'a*' in 'a*') echo literal;; esac", "literal\n"),
        ("case x in y) ;; esac; echo $?", "0\n"),
        ("f() { echo $# $1; return 4; }; f a b; echo $? $#", "2 a\n4 0\n"),
        ("(cd /tmp; X=1; pwd); pwd; echo [$X]", "/tmp\n/\n[]\n"),
        ("{ echo a; echo b; } | wc -l", "2\n"),
        ("set -- x y; shift; echo $1 $#", "y 1\n"),
        ("eval 'echo a' b", "a b\n"),
        ("command -v cd; command -v nonsense || echo none", "cd\nnone\n"),
        ("A=1; A=2 true; A=3 env | grep ^A=; echo $A; env | grep ^A= | wc -l", "A=3\n1\n0\n"),
        ("cd /; echo [e]tc", "etc\n"),
        ("export A=1; env | grep ^A=; unset A; env | grep ^A= | wc -l", "A=1\n0\n"),
        ("A=2 env | grep ^A=; echo [$A]", "A=2\n[]\n"),
        ("set -e; false || true; ! true; if false; then :; fi; echo still", "still\n"),
        ("echo a; \necho b &\nwait; echo c", "a\nb\nc\n"),
        # where output goes
        ("echo a >/tmp/f; echo b >>/tmp/f; cat /tmp/f", "a\nb\n"),
        ("echo a >/tmp/f; echo b >/tmp/f; cat </tmp/f", "b\n"),
        ("{ echo o; echo e >&2; } 2>&1 >/dev/null", "e\n"),
        ("{ echo o; echo e >&2; } >/tmp/f 2>&1; cat /tmp/f", "o\ne\n"),
        ("exec 2>&1; echo e >&2", "e\n"),
        ("cat <<E\nhi $HOME\nE\necho on", "hi /root\non\n"),
        ("cat <<'E'\nhi $HOME\nE", "hi $HOME\n"),
        ("cat <<-E | cat\n\t\ttabs\n\tE", "tabs\n"),
        ('while read a b; do echo "$b,$a"; done <<E\n1 2 3\n4\nE', "2 3,1\n,4\n"),
        ("echo x | { read y; echo got $y; }", "got x\n"),
        ("seq 100 | head -n 2", "1\n2\n"),
        ("yes | head -n 2 | wc -l", "2\n"),
    ],
)  # fmt: skip
def test_a_command_line_does_what_sh_does(text, out):
    played = Box().sh(text)
    assert (played.text, played.err, played.code) == (out, b"", 0)


@pytest.mark.parametrize(
    ("text", "code", "err"),
    [
        ("exit 3", 3, ""),
        ("exit 256", 0, ""),
        ("false", 1, ""),
        ("(exit 5)", 5, ""),
        ("set -e; false; exit 9", 1, ""),
        ("set -e; (false); exit 9", 1, ""),
        ("true | (exit 4)", 4, ""),
        ("kill -9 $$", 137, ""),
        ("nonsense-not-registered --flag", 0, ""),
        ("exec false; exit 9", 1, ""),
        ("echo 'open", 2, "sh: syntax error: unterminated quoted string\n"),
        ("echo )", 2, 'sh: syntax error: unexpected ")"\n'),
        ("if true; then", 2, "sh: syntax error: unexpected end of file\n"),
        ("echo ${X?is missing}; exit 9", 2, "sh: X: is missing\n"),
        ("echo $((1/0))", 2, "sh: divide by zero\n"),
        ("cd /nowhere", 2, "sh: cd: can't cd to /nowhere: No such file or directory\n"),
        ("echo x >/no/x", 1, "sh: can't create /no/x: nonexistent directory\n"),
        ("cat </no", 1, "sh: can't open /no: no such file\n"),
        (". /no", 2, "sh: .: can't open '/no': No such file or directory\n"),
    ],
)
def test_a_command_line_ends_as_sh_does(text, code, err):
    played = Box().sh(text)
    assert (played.code, played.err.decode()) == (code, err)


def test_stdout_and_stderr_are_apart():
    played = Box().sh("echo out; echo err >&2; exec sleep 100000", until=10)
    assert (played.out, played.err, played.code) == (b"out\n", b"err\n", None)


def test_a_loop_with_pauses_goes_by_the_clock():
    played = Box().sh("while true; do echo tick; sleep 5; done", until=12)
    assert (played.text, played.code) == ("tick\ntick\ntick\n", None)


def test_a_loop_that_does_nothing_lets_the_fake_go_on():
    assert Box().sh("while true; do :; done", until=1).code is None


@pytest.mark.parametrize("text", ["yes >/dev/null", "X=$(yes)", "yes | cat >/dev/null"])
def test_what_writes_for_ever_into_nothing_lets_the_fake_go_on(text):
    assert Box().sh(text, until=0.01).code is None


@pytest.mark.parametrize(
    ("text", "out", "code"),
    [
        ("trap 'echo bye; exit 5' TERM; sleep 100", "bye\n", 5),
        ("trap 'echo once' TERM; sleep 100; echo after", "once\nafter\n", 0),
        ("trap 'echo exit' EXIT; trap 'exit 3' 15; sleep 100", "exit\n", 3),
        ("trap '' TERM; sleep 1000; echo no", "", None),
        ("sleep 100", "", 143),
    ],
)
def test_a_trap_decides_what_a_signal_does(text, out, code):
    played = Box().sh(text, until=10, signal=SIGNALS["TERM"])
    assert (played.text, played.code) == (out, code)


def test_the_background_is_waited_for():
    played = Box().sh("sleep 7 & echo first; wait; echo then")
    assert (played.text, played.passed) == ("first\nthen\n", 7)


def test_the_first_process_of_the_container_can_be_sent_a_signal():
    box = Box()
    assert box.sh("kill -HUP 1", pid=7).code == 0
    assert box.sent == [SIGNALS["HUP"]]


def test_commands_come_on_the_input_one_after_the_other():
    played = Box().play(
        "sh", stdin=b"echo a\nif true\nthen echo b\nfi\nread x\nrest\necho $x\nexit 4\n"
    )
    assert (played.text, played.code) == ("a\nb\nrest\n", 4)


def test_a_person_is_shown_a_prompt_and_what_was_typed():
    played = Box().play("/bin/sh", stdin=b"cd /tmp\nif true\nthen echo b; fi\n\x04", terminal=True)
    assert played.text == ("/ # cd /tmp\r\n/tmp # if true\r\n> then echo b; fi\r\nb\r\n/tmp # \r\n")
    assert played.code == 0


def test_a_script_is_played_with_its_arguments():
    box = Box()
    box.files["/run.sh"] = File(content=b"#!/bin/sh\necho $0 $# $2\nexit 6\n")
    for words in (["sh", "/run.sh", "a", "b"], ["/run.sh", "a", "b"], ["sh", "-c", "/run.sh a b"]):
        played = box.play(*words)
        assert (played.text, played.code) == ("/run.sh 2 b\n", 6)


def test_a_file_that_is_no_script_does_nothing():
    box = Box()
    box.files["/bin/thing"] = File(content=b"\x7fELF", mode=0o755)
    played = box.play("/bin/thing", "x")
    assert (played.out, played.err, played.code) == (b"", b"", 0)


def test_programs_of_a_test_are_found_before_those_that_are_known():
    box = Box()
    box.world.programs["my-tool"] = Canned(stdout=b"mine\n", exit_code=9, seconds=2)
    box.world.programs["ls"] = Canned(stdout=b"nothing\n")
    played = box.sh("/opt/my-tool; echo $?; ls | cat")
    assert (played.text, played.passed) == ("mine\n9\nnothing\n", 2)


def test_files_written_are_there_for_all():
    box = Box()
    box.files["/data"] = FOLDER
    box.sh("cd /data; echo x > made; cp made other; mkdir -p a/b; rm made")
    assert box.files["/data/other"].content == b"x\n"
    assert box.files["/data/a/b"].kind == "dir"
    assert "/data/made" not in box.files


@pytest.mark.parametrize(
    "text", ["'", '"a', "$(", "${a", "`a", "a &&", "a |", "f() {", "cat <<E\nx"]
)
def test_a_text_that_could_go_on_is_unfinished(text):
    with pytest.raises(UnfinishedError):
        parse(text)


@pytest.mark.parametrize(
    "text", [";", "a ;; b", "fi", "( )a", "a | | b", "${}", "for 1 in a; do :; done"]
)
def test_a_text_that_is_wrong_is_no_command(text):
    with pytest.raises(ShellSyntaxError):
        parse(text)
