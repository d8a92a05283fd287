"""The controller's settings: which source wins, what is refused, what is never printed."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest

from base import limits
from controller.config import InvalidSettings, Settings, load_settings, show_settings, unused_sentences
from controller.settings.later import LaterSettings


@pytest.fixture(autouse=True)
def _bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting but those of the test."""
    import os

    for name in list(os.environ):
        if name.startswith("DD0C_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def test_a_flag_wins_over_the_environment_over_the_file_over_the_default(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert load_settings().http_port == 8080
    (tmp_path / "dd0c.toml").write_text('http_port = 1\nhost = "::1"\nroles = ["http", "link"]\n')
    assert load_settings().http_port == 1
    monkeypatch.setenv("DD0C_HTTP_PORT", "2")
    assert load_settings().http_port == 2
    found = load_settings(http_port=3)
    assert (found.http_port, found.host, found.roles) == (3, "::1", ("http", "link"))
    assert load_settings(http_port=None).http_port == 2


def test_a_file_by_another_name(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "other.toml").write_text("grpc_port = 9\n")
    monkeypatch.setenv("DD0C_CONFIG_FILE", str(tmp_path / "other.toml"))
    assert load_settings().grpc_port == 9


@pytest.mark.parametrize("name", ["DD0C_HTTP_PROT", "DD0C_", "DD0C_HOST_FILE", "DD0C_AGENTS"])
def test_a_variable_that_nothing_reads_is_refused(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "1")
    with pytest.raises(InvalidSettings, match=name):
        load_settings()


def test_a_key_of_the_file_that_nothing_reads_is_refused(tmp_path: Path) -> None:
    (tmp_path / "dd0c.toml").write_text("http_prot = 1\n")
    with pytest.raises(InvalidSettings, match="http_prot is not a setting"):
        load_settings()


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("DD0C_HTTP_PORT", "many", "DD0C_HTTP_PORT is 'many'; allowed is a whole number from 1 to 65535$"),
        ("DD0C_HTTP_PORT", "65536", "DD0C_HTTP_PORT is '65536'; allowed is a whole number from 1 to"),
        ("DD0C_HTTP_PORT", "0", "DD0C_HTTP_PORT is '0'; allowed is a whole number from 1"),
        ("DD0C_GRPC_PORT", "0", "DD0C_GRPC_PORT is '0'; allowed is a whole number from 1"),
        (
            "DD0C_POLL_DISPATCH_SECONDS",
            "nan",
            "DD0C_POLL_DISPATCH_SECONDS is 'nan'; allowed is a number from",
        ),
        ("DD0C_LOG_LEVEL", "loud", "DD0C_LOG_LEVEL is 'loud'; allowed is debug or info or warning or error$"),
        ("DD0C_STATE_DIR", "", "DD0C_STATE_DIR is empty; leave it out"),
        ("DD0C_HOST", "", "DD0C_HOST is empty"),
        ("DD0C_HOST", "http://x", "DD0C_HOST is 'http://x'; allowed is a host name"),
        ("DD0C_ALLOWED_HOSTS", "a.example,b.example:80", "DD0C_ALLOWED_HOSTS is 'a.example,b.example:80'"),
        ("DD0C_DATABASE_URL", " ", "DD0C_DATABASE_URL is empty"),
        ("DD0C_DATABASE_URL", "mysql://u:hidden@h/d", r"DD0C_DATABASE_URL is \*\*\*; allowed is a URL like"),
        ("DD0C_PANIC_TOKEN_SHA256", "hidden", r"DD0C_PANIC_TOKEN_SHA256 is \*\*\*; allowed is a SHA-256"),
        ("DD0C_JWT_KEYS_FILE", "/none", "DD0C_JWT_KEYS_FILE is '/none'; allowed is a file that exists"),
        ("DD0C_FAULTPOINT", "bla", "DD0C_FAULTPOINT is 'bla'; allowed is name:kill"),
        ("DD0C_CONFIG_FILE", "/none.toml", "DD0C_CONFIG_FILE is '/none.toml'; there is no such file"),
        ("DD0C_ROLES", "http,cook", "DD0C_ROLES is 'http,cook'; allowed is any of"),
        ("DD0C_ROLES", "", "DD0C_ROLES is empty"),
        ("DD0C_BUS_URL", "redis://x", "DD0C_BUS_URL"),
        ("DD0C_OBJECT_STORE_URL", "s3://x", "DD0C_OBJECT_STORE_URL"),
        ("DD0C_JWT_ISSUER", "https://id.example", "together"),
        ("DD0C_ENV", "production", "production needs it"),
    ],
)
def test_a_value_that_can_not_be_is_named(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, words: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(InvalidSettings, match=words) as refused:
        load_settings()
    assert "hidden" not in str(refused.value)


@pytest.mark.parametrize(
    "url",
    [
        "bla",
        "dd0c.example.com",
        "ftp://x",
        "http://",
        "http://a:port",
        "http://[::1",
        "https://a/path",
        "http://u:p@a",
    ],
)
def test_a_public_url_that_no_browser_sends_as_origin_is_refused(url: str) -> None:
    with pytest.raises(InvalidSettings, match=r"DD0C_PUBLIC_URL is .*; allowed is a URL without a path"):
        load_settings(public_url=url)


def test_a_file_of_settings_that_can_not_be_read(tmp_path: Path) -> None:
    file = tmp_path / "dd0c.toml"
    file.write_text("http_port = \n")
    with pytest.raises(InvalidSettings, match=r"dd0c\.toml can't be read as TOML"):
        load_settings()
    file.write_text('state_dir = ""\n')
    with pytest.raises(InvalidSettings, match=r"state_dir in dd0c\.toml is empty"):
        load_settings()
    file.write_text('agent_name = "db"\n[agent_labels]\nrole = "db"\n')
    assert load_settings().http_port == 8080, "the agent reads its own keys of the file"


def test_a_folder_of_the_state_is_absolute(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert load_settings(state_dir="here").state_dir == Path.cwd() / "here"
    assert load_settings(state_dir="~/there").state_dir == tmp_path / "there"


LATER = {
    "DD0C_SLACK_APP_TOKEN": ("xapp-hidden", "hidden"),
    "DD0C_SLACK_BOT_TOKEN": ("xoxb-hidden", "xapp-hidden"),
    "DD0C_SLACK_TEAM_IDS": ("T0123ABCD, E97", "everyone"),
    "DD0C_OTLP_ENDPOINT": ("http://127.0.0.1:4317", "on"),
}


@pytest.mark.parametrize("name", sorted(LATER))
def test_a_setting_of_a_later_part_is_accepted_checked_and_said(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str
) -> None:
    (tmp_path / "key.pem").touch()
    good, bad = LATER[name]
    monkeypatch.setenv(name, good)
    settings = load_settings()
    assert unused_sentences(settings) == [f"{name} is set; this version does nothing with it"]
    assert "hidden" not in str(show_settings(settings))
    monkeypatch.setenv(name, bad)
    with pytest.raises(InvalidSettings, match=f"^{name} is ") as refused:
        load_settings()
    assert "hidden" not in str(refused.value)


def test_only_what_is_set_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert unused_sentences(load_settings()) == []
    assert load_settings().advisor == "local"
    for used in ("none", "local"):
        monkeypatch.setenv("DD0C_ADVISOR", used)
        monkeypatch.setenv("DD0C_HTTP_PORT", "9")
        assert unused_sentences(load_settings()) == []
    (tmp_path / "token").write_text("xapp-hidden\n")
    monkeypatch.setenv("DD0C_SLACK_APP_TOKEN_FILE", str(tmp_path / "token"))
    assert unused_sentences(load_settings()) == [
        "DD0C_SLACK_APP_TOKEN is set; this version does nothing with it"
    ]
    assert {f"DD0C_{name.upper()}" for name in LaterSettings.model_fields} == set(LATER)


def test_production_refuses_weak_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DD0C_ENV", "production")
    monkeypatch.setenv("DD0C_DATABASE_URL", "postgresql://x")
    monkeypatch.setenv("DD0C_PUBLIC_URL", "http://run.example")
    with pytest.raises(InvalidSettings, match="https"):
        load_settings()
    monkeypatch.setenv("DD0C_PUBLIC_URL", "https://run.example/")
    assert load_settings().url == "https://run.example"
    monkeypatch.setenv("DD0C_FAULTPOINT", "db.before_commit:kill")
    with pytest.raises(InvalidSettings, match="DD0C_FAULTPOINT is set"):
        load_settings()


def test_a_secret_comes_from_a_file_too_and_is_never_shown(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "url").write_text("postgresql://app:hidden@host/db\n")
    monkeypatch.setenv("DD0C_DATABASE_URL_FILE", str(tmp_path / "url"))
    found = load_settings()
    assert found.database_url is not None
    assert found.database_url.get_secret_value() == "postgresql://app:hidden@host/db"
    assert show_settings(found)["DD0C_DATABASE_URL"] == "***"
    assert "hidden" not in repr(found) + str(show_settings(found))
    monkeypatch.setenv("DD0C_DATABASE_URL_FILE", str(tmp_path / "none"))
    with pytest.raises(InvalidSettings, match="DD0C_DATABASE_URL_FILE"):
        load_settings()


def test_the_hosts_that_are_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load_settings().hosts == {"localhost", "127.0.0.1", "::1"}
    monkeypatch.setenv("DD0C_PUBLIC_URL", "https://Run.Example:444")
    assert load_settings().hosts == {"localhost", "127.0.0.1", "::1", "run.example"}
    monkeypatch.setenv("DD0C_ALLOWED_HOSTS", "a.example, B.example")
    assert load_settings().hosts == {"a.example", "b.example", "run.example"}


def test_every_setting_is_read_somewhere() -> None:
    """One that nothing reads promises the operator what never happens."""
    root = Path(__file__).parents[3]
    files = [path for path in (root / "controller").rglob("*.py") if path.name != "config.py"]
    code = "\n".join(path.read_text(encoding="utf-8") for path in files)
    properties = [
        inspect.getattr_static(Settings, name) for name in ("url", "local_url", "local_link", "hosts")
    ]
    code += "".join(inspect.getsource(found.fget) for found in properties)
    read = set(re.findall(r"\b(?:settings|self)\.(?=(\w+))", code)) | set(LaterSettings.model_fields)
    unread = [name for name in Settings.model_fields if name not in read]
    assert unread == ["bus_url"], "which takes one value only in this version"
    with pytest.raises(InvalidSettings):
        load_settings(bus_url="another")


def test_the_bound_of_a_paste_can_only_be_lowered() -> None:
    assert load_settings(paste_max_bytes=4096).paste_max_bytes == 4096
    with pytest.raises(InvalidSettings, match="DD0C_PASTE_MAX_BYTES"):
        load_settings(paste_max_bytes=limits.PASTE_MAX_BYTES + 1)


ADVISOR: dict[str, tuple[str, str]] = {
    "DD0C_ADVISOR": ("local", "oracle"),
    "DD0C_ANTHROPIC_API_KEY": ("sk-hidden", "sk hidden"),
    "DD0C_ANTHROPIC_BASE_URL": ("http://gateway.example/v1", "http://hidden@gateway.example"),
    "DD0C_ANTHROPIC_MODEL": ("a-model", "a model"),
    "DD0C_ANTHROPIC_TIMEOUT_SECONDS": ("7.5", "0"),
    "DD0C_ANTHROPIC_TOKENS_PER_HOUR": ("50000", "5"),
    "DD0C_EXTRACTION_TOKENS_PER_HOUR": ("50000", "5"),
    "DD0C_EXTRACTOR": ("none", "local"),
}


@pytest.mark.parametrize("name", sorted(ADVISOR))
def test_a_setting_of_the_advisor_is_checked_and_its_key_hidden(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    good, bad = ADVISOR[name]
    monkeypatch.setenv(name, good)
    settings = load_settings()
    assert unused_sentences(settings) == []
    assert "hidden" not in str(show_settings(settings)) + repr(settings)
    monkeypatch.setenv(name, bad)
    with pytest.raises(InvalidSettings, match=f"^{name} is "):
        load_settings()


@pytest.mark.parametrize("name", ["DD0C_ADVISOR", "DD0C_EXTRACTOR"])
def test_an_llm_needs_its_key_and_its_model_and_the_key_may_stand_in_a_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str
) -> None:
    monkeypatch.setenv(name, "anthropic")
    with pytest.raises(InvalidSettings, match=f"{name} is anthropic; that needs"):
        load_settings()
    (tmp_path / "key").write_text("sk-hidden\n")
    monkeypatch.setenv("DD0C_ANTHROPIC_API_KEY_FILE", str(tmp_path / "key"))
    with pytest.raises(InvalidSettings, match="DD0C_ANTHROPIC_MODEL"):
        load_settings()
    monkeypatch.setenv("DD0C_ANTHROPIC_MODEL", "a-model")
    settings = load_settings()
    assert settings.anthropic_api_key is not None
    assert settings.anthropic_api_key.get_secret_value() == "sk-hidden"
    assert "hidden" not in str(show_settings(settings))
