"""A container without a world: its files, its clock, and what a command in it does."""

from dataclasses import dataclass, field

from harness.fake.programs.known import find_program, program_of
from harness.fake.programs.processes import Invocation, Processes
from harness.fake.values import File
from harness.fake.world import World

FOLDER = File("dir", mode=0o755)
_START = 1_500_000_000.0


@dataclass
class Box:
    """Files and programs; `play` tells what a command wrote, and how it ended."""

    files: dict = field(default_factory=lambda: dict.fromkeys(("/", "/tmp", "/etc"), FOLDER))
    world: World = field(default_factory=World)
    time: float = _START
    out: bytes = b""
    err: bytes = b""
    code: int | None = None
    sent: list = field(default_factory=list)  # signals to the first process

    @property
    def text(self):
        return self.out.decode()

    @property
    def passed(self):
        return self.time - _START

    def write(self, path, file):
        if file is None:
            self.files.pop(path, None)
        else:
            self.files[path] = file

    def play(self, *arguments, stdin=None, until=1000.0, signal=0, terminal=False, **more):
        """Play a command to its end, or for so many seconds."""
        ends = []
        processes = Processes(now=lambda: self.time, tell=lambda: None)
        invocation = Invocation(
            arguments,
            **{
                "environment": {"PATH": "/bin", "HOME": "/root"},
                "hostname": "box",
                "terminal": terminal,
                "read": self.files.get,
                "write": self.write,
                "files": lambda: self.files,
                "lookup": lambda name: find_program(self.world, name),
                "signal": self.sent.append,
                "now": lambda: self.time,
                **more,
            },
        )
        tap = processes.tap("it")
        processes.start(
            "it",
            invocation,
            program_of(self.world, arguments),
            on_output=lambda _: None,
            on_end=ends.append,
            input_open=stdin is not None,
        )
        processes.tick()
        for piece in (stdin or b"").splitlines(keepends=True):
            processes.feed("it", piece)
        if stdin is not None and not terminal:
            processes.feed("it", b"")
        limit = self.time + until
        while not ends and (due := processes.next_due()) is not None and due <= limit:
            self.time = due
            processes.tick()
        if signal:
            processes.signal("it", signal)
        pieces = tap.take()
        self.out = b"".join(piece.data for piece in pieces if piece.stream == 1)
        self.err = b"".join(piece.data for piece in pieces if piece.stream == 2)
        self.code = ends[0] if ends else None
        return self

    def sh(self, text, **more):
        """Play a command of a shell."""
        return self.play("sh", "-c", text, **more)
