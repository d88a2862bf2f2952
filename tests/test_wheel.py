"""The wheel holds all that the program needs, away from the checkout."""

import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PLACES = """
import contracts, harness
from harness.specs.places import contracts_folder, specs_folder
print(contracts.__file__, harness.__file__, contracts_folder(), specs_folder(), sep="\\n")
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    pip("wheel", "--no-build-isolation", "--wheel-dir", folder, ROOT)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """Install the wheel alone; what it needs is taken from where the tests run."""
    folder = tmp_path_factory.mktemp("installed")
    venv.create(folder, with_pip=False)
    pip("--python", folder / "bin" / "python", "install", wheel)
    packages = next(folder.glob("lib/python*/site-packages"))
    # Such a file adds a folder to the path; those in that folder, of a checkout, are not read.
    needed = dict.fromkeys(sysconfig.get_path(name) for name in ("purelib", "platlib"))
    (packages / "needed.pth").write_text("\n".join(needed))
    return folder


def pip(*words):
    first, *rest = words
    quiet = ["--quiet", "--disable-pip-version-check"]
    command = [sys.executable, "-m", "pip", *quiet, first, *rest, "--no-deps"]
    subprocess.run(command, check=True, capture_output=True, timeout=120)


def outside(folder, program, *words):
    """Run a program of the installation in an empty folder, as somebody without a checkout."""
    empty = folder / "empty"
    empty.mkdir(exist_ok=True)
    return subprocess.run(
        [folder / "bin" / program, *words],
        cwd=empty,
        env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": str(empty), "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_the_wheel_holds_the_data_and_no_tests(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    documents = sorted(path.name for path in (ROOT / "specs").iterdir())
    shipped = [name for name in names if name.startswith("harness/specs/documents/")]
    assert sorted(Path(name).name for name in shipped) == documents
    assert {"contracts/errata.yaml", "contracts/test_operations.py"} <= set(names)
    about = "-".join(wheel.name.split("-")[:2]) + ".dist-info"
    assert {name.split("/")[0] for name in names} == {"harness", "contracts", about}


def test_code_and_data_come_from_the_wheel(installed):
    places = outside(installed, "python", "-c", PLACES).stdout.split()
    assert len(places) == 4
    assert [place for place in places if not Path(place).is_relative_to(installed)] == []


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--version"], "docker-contract 0."),
        (["specs", "list"], "\n1.33 "),
        (["specs", "show", "1.30", "ContainerCreate"], "POST /containers/create"),
    ],
)
def test_the_installed_program_does_without_the_checkout(installed, words, told):
    done = outside(installed, "docker-contract", *words)
    assert (done.returncode, done.stderr) == (0, "")
    assert told in done.stdout


def test_the_installed_program_has_its_fake(installed):
    words = ["--engine", "fake", "--api", "1.24", "--only", "ContainerList"]
    done = outside(installed, "docker-contract", "certify", *words)
    assert done.returncode == 0, done.stderr
    assert "1 of 1 operation seen to succeed" in done.stdout


@pytest.mark.live
def test_the_installed_program_certifies_without_the_checkout(installed):
    words = ["--engine", "dockerd", "--api", "1.30", "--only", "SystemPing"]
    done = outside(installed, "docker-contract", "certify", *words)
    assert done.returncode == 0, done.stderr
    assert "1 of 1 operation seen to succeed" in done.stdout
