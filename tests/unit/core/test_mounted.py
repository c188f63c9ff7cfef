from pathlib import Path

import pytest

from telemetry.core.mounted import MountedFile, UnusableFileError


def _replace(path: Path, content: bytes) -> None:
    """Replace the file as a kubelet does: a new file under the old name."""
    new = path.with_suffix(".new")
    new.write_bytes(content)
    new.replace(path)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "value"
    file.write_bytes(b"1")
    return file


def test_a_change_is_seen(path: Path) -> None:
    mounted = MountedFile(path, int, look_seconds=0)
    _replace(path, b"22")
    assert mounted.value == 22


def test_a_file_is_not_looked_at_more_often_than_asked(path: Path) -> None:
    mounted = MountedFile(path, int, look_seconds=3600)
    _replace(path, b"22")
    assert mounted.value == 1


def test_of_a_broken_change_the_last_good_value_is_kept(path: Path) -> None:
    mounted = MountedFile(path, int, look_seconds=0)
    _replace(path, b"not a number")
    assert mounted.value == 1
    _replace(path, b"3")
    assert mounted.value == 3


def test_a_file_that_vanishes_keeps_its_last_value(path: Path) -> None:
    mounted = MountedFile(path, int, look_seconds=0)
    path.unlink()
    assert mounted.value == 1


def test_without_a_first_value_there_is_one_line_that_names_the_file(path: Path) -> None:
    missing = path.with_name("missing")
    with pytest.raises(UnusableFileError, match=f"^{missing} cannot be used: No such file or directory$"):
        MountedFile(missing, int)
    path.write_bytes(b"x")
    with pytest.raises(UnusableFileError, match=f"^{path} cannot be used: invalid literal"):
        MountedFile(path, int)
