"""The fake beside a real dockerd: the same calls, and no difference that nobody has explained."""

import pytest

from harness.cli import main


@pytest.mark.live
@pytest.mark.timeout(1200)
@pytest.mark.parametrize(
    "words",
    [
        ["--api", "1.30"],
        ["--api", "1.18,1.24", "--only", "Image*", "--only", "Volume*", "--only", "Exec*"],
    ],
    ids=["whole", "old"],
)
def test_the_fake_answers_as_dockerd_does(capsys, words):
    status = main.run(["compare", "--left", "fake", "--right", "dockerd", "--no-progress", *words])
    shown = capsys.readouterr().out
    assert "ALIKE" in shown, shown
    assert status == 0
