"""Where settings come from, and what a wrong one says."""

from pathlib import Path

import pytest

from domain.errors import WrongUseError
from service.settings import Settings, read_settings


def test_the_environment_wins_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config/watchfloor.toml").write_text('timezone = "Asia/Seoul"\nmodel = "from-file"\n')
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WATCHFLOOR_MODEL", "from-env")
    settings = read_settings()
    assert (settings.timezone, settings.model) == ("Asia/Seoul", "from-env")


def test_a_folder_on_the_command_line_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WATCHFLOOR_DATA_DIR", "elsewhere")
    assert read_settings(Path("here")).data_dir == Path("here")


@pytest.mark.parametrize("text", ["max_seconds = -1", 'timezoen = "UTC"', "max_seconds = ["])
def test_a_wrong_setting_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config/watchfloor.toml").write_text(text)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(WrongUseError, match=r"max_seconds|timezoen|TOML"):
        read_settings()


def test_a_key_is_never_shown() -> None:
    assert "s3cret" not in repr(Settings(model_api_key="s3cret"))


def test_every_setting_is_in_the_docs() -> None:
    text = (Path(__file__).parents[2] / "docs/service.md").read_text("utf-8")
    assert [name for name in Settings.model_fields if f"`WATCHFLOOR_{name.upper()}`" not in text] == []
