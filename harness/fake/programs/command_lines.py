"""What programs have in common: their options, their files, their complaints."""

import posixpath

from harness.fake.programs.plumbing import Files
from harness.fake.programs.steps import STDERR, Invocation, Output


def split(invocation: Invocation, valued: str = "") -> tuple[dict[str, str], list[str]]:
    """Return the options of a command, those in `valued` with what follows them, and the rest."""
    options: dict[str, str] = {}
    names: list[str] = []
    words = list(invocation.arguments[1:])
    while words:
        word = words.pop(0)
        if word == "--":
            return options, names + words
        if len(word) < 2 or word[0] != "-":  # noqa: PLR2004 - a dash and a letter
            names.append(word)
            continue
        if word.startswith("--"):
            name, _, value = word[2:].partition("=")
            options[name] = value
            continue
        letters = word[1:]
        while letters:
            letter, letters = letters[0], letters[1:]
            options[letter] = ""
            if letter in valued:
                options[letter], letters = letters or (words.pop(0) if words else ""), ""
    return options, names


def files_of(invocation: Invocation) -> Files:
    """Return the files that a program sees."""
    return Files(invocation, invocation.directory)


def complaint(invocation: Invocation, message: object) -> Output:
    """Return what a program says of something that is wrong."""
    name = posixpath.basename(invocation.arguments[0])
    return Output(f"{name}: {message}\n".encode(errors="surrogateescape"), STDERR)
