"""The programs that a fake knows, and those of tests."""

import pytest
from fake_playing import FOLDER, Box

from harness.fake.programs.known import Canned, Output, Pause, find_program, program_of
from harness.fake.values import File


def box_with(**files):
    box = Box()
    for name, content in files.items():
        box.files[f"/tmp/{name}"] = content if isinstance(content, File) else File(content=content)
    return box


@pytest.mark.parametrize(
    ("command", "out", "code"),
    [
        (["true"], "", 0),
        (["/bin/false"], "", 1),
        (["echo", "hi", "there"], "hi there\n", 0),
        (["echo", "-n", "hi"], "hi", 0),
        (["echo", "-e", "a\\tb\\c", "d"], "a\tb", 0),
        (["printf", "%s-%03d\\n", "a", "5", "b", "6"], "a-005\nb-006\n", 0),
        (["printf", "%5.1f|%x|%c|%%", "1.25", "255", "xyz"], "  1.2|ff|x|%", 0),
        (["printf", "%d", "nonsense"], "0", 0),
        (["hostname"], "box\n", 0),
        (["pwd"], "/\n", 0),
        (["id"], "uid=0(root) gid=0(root) groups=0(root)\n", 0),
        (["whoami"], "root\n", 0),
        (["date", "+%s"], "1500000000\n", 0),
        (["date"], "Fri Jul 14 02:40:00 UTC 2017\n", 0),
        (["env", "-i", "A=1", "env"], "A=1\n", 0),
        (["env", "FOO=x", "printenv", "FOO"], "x\n", 0),
        (["seq", "2", "3", "8"], "2\n5\n8\n", 0),
        (["test", "a", "=", "b"], "", 1),
        (["[", "-d", "/tmp", "-a", "!", "-f", "/tmp", "]"], "", 0),
        (["[", "3", "-gt", "2", "-o", "x", "]"], "", 0),
        (["test", "-s", "/nothing"], "", 1),
        (["nginx", "-g", "daemon off;"], "", 0),
        (["nohup", "echo", "x"], "x\n", 0),
        (["basename", "/a/b.txt", ".txt"], "b\n", 0),
    ],
)  # fmt: skip
def test_a_known_program_does_what_it_is_known_for(command, out, code):
    played = Box().play(*command)
    assert (played.text, played.err, played.code) == (out, b"", code)


@pytest.mark.parametrize(
    ("words", "seconds"),
    [
        (["sleep", "0.25"], 0.25),
        (["sleep", "1m", "2"], 62),
        (["timeout", "3", "sleep", "10"], 3),
        (["timeout", "30", "sleep", "10"], 10),
    ],
)
def test_time_passes_on_the_clock_of_the_fake(words, seconds):
    assert Box().play(*words).passed == seconds


@pytest.mark.parametrize("words", [["sleep", "infinity"], ["top"], ["tail", "-f", "/dev/null"]])
def test_some_programs_never_end(words):
    assert Box().play(*words).code is None


def test_cat_gives_back_its_input_as_it_comes():
    assert Box().play("cat", stdin=b"a\nb\n").text == "a\nb\n"


@pytest.mark.parametrize(
    ("command", "out"),
    [
        ("cat a b", "1\n2\n3\nx\n"),
        ("head -n 2 a", "1\n2\n"),
        ("tail -1 a", "3\n"),
        ("tail -n +2 a", "2\n3\n"),
        ("wc -l a", "3 a\n"),
        ("grep -v 2 a", "1\n3\n"),
        ("grep -q 2 a && echo there", "there\n"),
        ("ls", "a\nb\n"),
        ("ls -a", ".\n..\na\nb\n"),
        ("ls -l a", "-rw-r--r--    1 root     root             6 Jan  1 00:00 a\n"),
        ("mv a c; ls; cat c | wc -l", "b\nc\n3\n"),
        ("mkdir d; cp a b d; rm a b; ls -A . d", ".:\nd\nd:\na\nb\n"),
        ("ln -s /tmp/a l; readlink l", "/tmp/a\n"),
        ("chmod 700 a; ls -l a | head -c 10", "-rwx------"),
        ("echo more | tee -a b >/dev/null; cat b", "x\nmore\n"),
        ("rm -rf nothing; rmdir . ; echo $?", "1\n"),
    ],
)
def test_files_are_read_and_changed(command, out):
    assert box_with(a=b"1\n2\n3\n", b=b"x\n").sh(command, directory="/tmp").text == out


@pytest.mark.parametrize(
    ("command", "err"),
    [
        ("cat no", "cat: can't open 'no': No such file or directory\n"),
        ("ls no", "ls: no: No such file or directory\n"),
        ("rm no", "rm: can't remove 'no': No such file or directory\n"),
        ("rm /etc", "rm: '/etc' is a directory\n"),
        ("mkdir /etc", "mkdir: can't create directory '/etc': File exists\n"),
        ("touch /no/x", "touch: /no/x: No such file or directory\n"),
        ("cp no /tmp", "cp: can't stat 'no': No such file or directory\n"),
    ],
)
def test_files_that_are_not_there_are_complained_of(command, err):
    played = Box().sh(command)
    assert (played.err.decode(), played.code) == (err, 1)


def test_what_is_added_to_a_file_can_be_followed():
    played = box_with(log=b"old\n").sh("tail -n 1 -f /tmp/log & echo new >>/tmp/log; wait", until=5)
    assert played.text == "old\nnew\n"


def test_a_user_is_known_by_the_passwords_of_the_container():
    box = Box()
    box.files["/etc/passwd"] = File(content=b"root:x:0:0::/root:/bin/sh\nann:x:7:8::/home/ann:\n")
    assert box.play("id", user="ann").text == "uid=7(ann) gid=8 groups=8\n"
    assert box.play("whoami", user="7").text == "ann\n"
    assert box.play("id", "-u", user="1234:5").text == "1234\n"
    assert box.play("whoami", user="1234").code == 1


def test_a_program_that_is_canned_always_does_the_same():
    box = Box()
    box.world.programs["tool"] = Canned(b"out\n", b"err\n", exit_code=3, seconds=0.5)
    played = box.play("/usr/bin/tool", "--any")
    assert (played.out, played.err, played.code, played.passed) == (b"out\n", b"err\n", 3, 0.5)


def test_a_canned_program_may_go_on_for_ever_or_repeat_what_it_reads():
    box = Box()
    box.world.programs |= {"server": Canned(b"up\n", seconds=None), "echoer": Canned(echo=True)}
    assert box.play("server").code is None
    assert box.play("echoer", stdin=b"ping\n").text == "ping\n"


def test_a_program_of_a_test_sees_how_it_was_started():
    seen = []

    def tool(invocation):
        seen.append((invocation.arguments, invocation.directory, invocation.read("/etc").kind))
        invocation.write("/tmp/made", File(content=b"x"))
        yield Pause(1)
        yield Output(b"done\n")

    box = Box()
    box.world.programs["tool"] = tool
    played = box.play("tool", "a", directory="/tmp")
    assert seen == [(("tool", "a"), "/tmp", FOLDER.kind)]
    assert (played.text, played.code) == ("done\n", 0)
    assert box.files["/tmp/made"].content == b"x"


def test_a_program_may_be_registered_by_its_path():
    box = Box()
    box.world.programs["/opt/a/run"] = Canned(b"a\n")
    assert box.play("/opt/a/run").text == "a\n"
    assert box.play("/opt/b/run").text == ""
    assert find_program(box.world, "nobody") is None
    assert callable(program_of(box.world, ["nobody"]))
