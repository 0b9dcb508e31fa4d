"""`lms content load` and `lms content export`, as somebody types them."""

import os
import pty
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from courses.files import loading

pytestmark = pytest.mark.sqlite_only
ROOT = Path(__file__).resolve().parent.parent.parent


def command(folder: Path):
    """Runs the command on the instance and the SQLite database in a folder."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("LMS_")}
    where = {"LMS_INSTANCE": str(folder / "instance"), "LMS_DATABASE_URL": f"sqlite:///{folder / 'lms.sqlite'}"}

    def run(*words, **more):
        return subprocess.run(
            [sys.executable, "-m", "lms", *map(str, words)],
            cwd=ROOT,
            env=clean | where,
            text=True,
            timeout=120,
            check=False,
            **({"stdin": subprocess.DEVNULL, "capture_output": True} | more),
        )

    return run


@pytest.fixture(scope="module")
def initialized(tmp_path_factory) -> Path:
    """A folder with an instance and a database that has the shipped content, to copy."""
    folder = tmp_path_factory.mktemp("initialized")
    assert command(folder)("init").returncode == 0
    return folder


@pytest.fixture
def lms(tmp_path, initialized):
    """Runs the command on a database with the shipped content; `lms.at(name)` is another instance."""

    def at(name):
        return command(Path(shutil.copytree(initialized, tmp_path / name)))

    run = at("here")
    run.at = at
    return run


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def a_new_course(folder: Path) -> Path:
    """The shipped course under another name, as somebody would begin a new one."""
    course = Path(shutil.copytree(loading.CONTENT / "principles", folder / "courses" / "again"))
    text = (course / "course.toml").read_text()
    (course / "course.toml").write_text(text.replace('slug = "principles"\ncode = "S1"', 'slug = "again"\ncode = "X7"'))
    return course


def test_out_in_and_out_again_on_another_machine(lms, tmp_path):
    out, again = tmp_path / "out", tmp_path / "again"
    principles = ("--course", "principles")
    assert lms("content", "export", out, *principles).stdout == "course principles: exported\n"
    unchanged = lms("content", "load", out)
    assert unchanged.stdout.splitlines() == ["course principles: unchanged", "quiz principles: unchanged"]
    assert (unchanged.returncode, unchanged.stderr) == (0, "")
    a_new_course(out)
    loaded = lms("content", "load", out)
    assert loaded.returncode == 0, loaded.stderr
    assert loaded.stdout.splitlines()[0] == "course again: added"
    assert loaded.stdout.splitlines()[1].startswith("  a new course: 6 modules, ")
    assert loaded.stdout.endswith("Loaded.\n")
    shutil.rmtree(out)
    both = (*principles, "--course", "again")
    assert lms("content", "export", out, *both).returncode == 0
    elsewhere = lms.at("elsewhere")
    assert elsewhere("content", "load", out).returncode == 0
    assert elsewhere("content", "export", again, *both).returncode == 0
    assert files(again) == files(out)


def test_a_dry_run_changes_nothing(lms, tmp_path):
    a_new_course(tmp_path)
    before = files(tmp_path / "here" / "instance" / "files")
    for _ in range(2):
        answer = lms("content", "load", tmp_path, "--dry-run")
        assert answer.stdout.splitlines()[0] == "course again: added"
        assert "Loaded" not in answer.stdout
    assert files(tmp_path / "here" / "instance" / "files") == before


def test_a_bad_file_changes_nothing_and_is_named(lms, tmp_path):
    course = a_new_course(tmp_path)
    (course / "en" / "in-doubt.md").write_text("No title\n")
    (course / "nl" / "in-doubt.md").unlink()
    before = files(tmp_path / "here" / "instance" / "files")
    answer = lms("content", "load", tmp_path)
    assert answer.returncode == 1
    assert answer.stdout == ""
    assert "en/in-doubt.md:1: The first line must be the title" in answer.stderr
    assert "Traceback" not in answer.stderr
    assert files(tmp_path / "here" / "instance" / "files") == before
    assert lms("content", "export", tmp_path / "out", "--course", "again").returncode == 1


def test_on_a_terminal_it_asks_first_and_no_means_no(lms, tmp_path):
    a_new_course(tmp_path)
    ours, theirs = pty.openpty()
    os.write(ours, b"n\n")
    words = {"stdin": theirs, "stdout": theirs, "stderr": subprocess.PIPE, "capture_output": False}
    answer = lms("content", "load", tmp_path, **words)
    shown = os.read(ours, 10_000).decode()
    os.close(theirs)
    os.close(ours)
    assert answer.returncode == 0
    assert "course again: added" in shown
    assert "Load this? [y/N]" in shown + answer.stderr
    assert "Nothing was changed." in shown
    assert lms("content", "export", tmp_path / "out", "--course", "again").returncode == 1


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (("export", "{}/out", "--course", "nothing"), 1, "There is no course 'nothing'."),
        (("load", "{}/nowhere"), 2, "does not exist"),
        (("load", "{}"), 1, "There is no course here"),
        (("export", "{}/here/instance/secret_key"), 2, "is a file"),
    ],
)
def test_a_mistake_gets_a_sentence(lms, tmp_path, words, code, sentence):
    answer = lms("content", *(word.format(tmp_path) for word in words))
    assert answer.returncode == code
    assert sentence in answer.stderr
    assert "Traceback" not in answer.stderr
