"""The images that a build starts from and copies from: stages before, or images by name."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from harness.fake.building.config_steps import Before, StepError
from harness.fake.building.instructions import Instruction
from harness.fake.images.pulls import pull
from harness.fake.images.references import parse
from harness.fake.images.remote import credentials_of
from harness.fake.images.store import find_image, image_of
from harness.fake.requests.answer import RefusedError
from harness.fake.requests.fields import Fields
from harness.fake.values import Image
from harness.fake.world import World
from harness.model.spec import Json

_SCRATCH = "scratch"
_HUBS = ("docker.io", "https://index.docker.io/v1/", "index.docker.io")


@dataclass(slots=True)
class Bases:
    """What a build can start from; `stages` are those begun, with the image each is at."""

    world: World
    credentials: Fields = field(default_factory=Fields)
    always_pull: bool = False
    stages: list[tuple[str, Image | None]] = field(default_factory=list)

    def named(self, name: str) -> bool:
        """Tell whether a stage has a name."""
        return bool(name) and name in (stage for stage, _ in self.stages)

    def base(self, instruction: Instruction, before: Before) -> tuple[Sequence[Json], Image | None]:
        """Return what is told while the image of a FROM is fetched, and it; None is scratch."""
        written = instruction.arguments[0]
        name = before.expand(written)
        if not name:
            raise StepError(f"base name ({written}) should not be blank")
        if platform := before.expand(instruction.flags.get("platform", "")):
            check_platform(platform)
        if name == _SCRATCH:
            return (), None
        known = {stage: image for stage, image in self.stages if stage}
        if name.lower() in known:
            return (), known[name.lower()]
        return self._fetched(name)

    def origin(self, name: str) -> tuple[Sequence[Json], Image | None]:
        """Return what is told while the image of COPY --from is fetched, and it."""
        for number, (stage, image) in enumerate(self.stages):
            if name.lower() not in {stage, str(number)}:
                continue
            if number == len(self.stages) - 1:
                raise StepError(f"invalid from flag value {name}: refers to current build stage")
            return (), image
        if name.isdecimal():
            raise StepError(f"invalid from flag value {name}: index out of bounds")
        try:
            return self._fetched(name)
        except RefusedError as refused:
            raise StepError(f"invalid from flag value {name}: {refused.message}") from refused

    def _fetched(self, name: str) -> tuple[Sequence[Json], Image]:
        """Pull an image that is not there; return what is told of it, and the image."""
        told: Sequence[Json] = ()
        if self.always_pull or find_image(self.world, name) is None:
            reference = parse(name).tagged
            hosts = _HUBS if reference.host == _HUBS[0] else (reference.host,)
            found = (self.credentials.fields(host) for host in hosts)
            own = next((each for each in found if each), Fields())
            told = pull(self.world, reference, credentials_of(own))
        return told, image_of(self.world, name)


def check_platform(text: str) -> None:
    """Raise StepError for what is no platform."""
    wrong = f'"{text}": cannot parse platform specifier: invalid argument'
    if not 1 <= len(text.split("/")) <= len(("os", "architecture", "variant")):
        raise StepError(f"failed to parse platform {text}: {wrong}")
