"""Every kind of broken scenario file gets its clear error, and exit code 2.

A case is a file ``invalid_scenarios/<case>.toml`` that begins with lines
``# expect: <text>``; the message must contain each of the texts.
"""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from steppe.cli.scenarios import app
from steppe.model.errors import InputError
from steppe.scenarios.load import load

CASES = sorted((Path(__file__).parent / "invalid_scenarios").glob("*.toml"))
MARK = "# expect: "
FRAME = (
    "empty",
    "name-with-capitals",
    "story-missing",
    "title-empty",
    "toml-duplicate-key",
    "toml-syntax",
)
"""Cases in which the frame that all share is itself what is broken."""


def expected(path):
    lines = path.read_text("utf-8").splitlines()
    return [line.removeprefix(MARK) for line in lines if line.startswith(MARK)]


def test_there_are_many_kinds():
    assert len(CASES) >= 25


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_message_says_what_is_wrong(path):
    texts = expected(path)
    assert texts, "a case without an expected text would test nothing"
    with pytest.raises(InputError) as caught:
        load(path)
    message = str(caught.value)
    for text in texts:
        assert text in message
    for line in message.splitlines():
        assert line.startswith(str(path.parent)), "every problem names its file"
    assert "pydantic" not in message
    assert "Traceback" not in message


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_exit_code(path):
    result = CliRunner().invoke(app, ["check", str(path)])
    assert result.exit_code == 2
    assert expected(path)[0] in result.output


@pytest.mark.parametrize(
    "path", [path for path in CASES if path.stem not in FRAME], ids=lambda path: path.stem
)
def test_a_case_is_broken_by_what_it_says_only(path):
    """Control: none is refused for a field of the frame that all cases share."""
    with pytest.raises(InputError) as caught:
        load(path)
    for field in ("name", "title", "story"):
        assert f".toml: {field}:" not in str(caught.value)
        assert f".toml: {field} (line" not in str(caught.value)


def test_good_file_beside_broken_ones_still_fails_the_check():
    result = CliRunner().invoke(app, ["check", "baseline", str(CASES[0])])
    assert result.exit_code == 2
    assert "baseline: good" in result.output


def test_unknown_name_gives_the_nearest():
    with pytest.raises(InputError) as caught:
        load("moscow-ends-domestic-price")
    assert caught.value.nearest[0] == "moscow-ends-domestic-prices"
    assert "baseline-2022" in caught.value.allowed


def test_missing_file_gives_the_nearest_file(tmp_path):
    (tmp_path / "gasline.toml").write_text("")
    with pytest.raises(InputError, match=r"no such file.*did you mean gasline\.toml"):
        load(tmp_path / "gas-line.toml")


def test_missing_file_with_a_library_name(tmp_path):
    with pytest.raises(InputError) as caught:
        load(tmp_path / "baseline.toml")
    assert caught.value.nearest[0] == "baseline"


def test_directory_and_binary_file_are_refused(tmp_path):
    (tmp_path / "folder.toml").mkdir()
    with pytest.raises(InputError, match="cannot be read"):
        load(tmp_path / "folder.toml")
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="not UTF-8"):
        load(tmp_path / "binary.toml")
