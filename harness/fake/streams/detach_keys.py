"""The keys by which a person leaves a terminal while its process goes on."""

from dataclasses import dataclass, field

USUAL = bytes((16, 17))  # Ctrl-P, Ctrl-Q
_CONTROLS = {
    **{f"ctrl-{chr(letter)}": letter - 96 for letter in range(ord("a"), ord("z") + 1)},
    "ctrl-@": 0,
    "ctrl-[": 27,
    "ctrl-\\": 28,
    "ctrl-]": 29,
    "ctrl-^": 30,
    "ctrl-_": 31,
}


def read_keys(text: str) -> bytes | None:
    """Return keys such as ctrl-p,q as bytes, b"" for none given; None where one is unknown."""
    keys = bytearray()
    for word in text.split(",") if text else ():
        if len(word) == 1 and word.isascii():
            keys += word.encode()
        elif word in _CONTROLS:
            keys.append(_CONTROLS[word])
        else:
            return None
    return bytes(keys)


@dataclass(slots=True)
class Watch:
    """Looks for the keys in what is typed; those that may yet become them are held back."""

    keys: bytes
    held: bytearray = field(default_factory=bytearray)

    def take(self, data: bytes) -> tuple[bytes, bool]:
        """Return what was typed but for the keys, and whether these came; nothing counts after."""
        passed = bytearray()
        for key in data:
            if key != self.keys[len(self.held)]:
                passed += self.held
                self.held.clear()
            if key == self.keys[len(self.held)]:
                self.held.append(key)
                if len(self.held) == len(self.keys):
                    return bytes(passed), True
            else:
                passed.append(key)
        return bytes(passed), False
