"""The fake beside a real dockerd: the same calls, and no difference that nobody has explained."""

import pytest
from somebody import NEEDS_DOCKERD, run

pytestmark = [pytest.mark.live, pytest.mark.timeout(1500), NEEDS_DOCKERD]
OLD = ["--only=Image*", "--only=Volume*", "--only=Exec*"]


@pytest.mark.parametrize(
    "words", [["--api", "1.30"], ["--api", "1.18,1.24", *OLD]], ids=["whole", "old"]
)
def test_the_fake_answers_as_dockerd_does(words):
    sides = ["--left", "fake", "--right", "dockerd", "--no-progress"]
    status, out, err = run("compare", *sides, *words, timeout=1400)
    assert (status, err) == (0, ""), out + err
    assert "ALIKE" in out
