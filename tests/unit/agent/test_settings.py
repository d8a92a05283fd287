"""Settings, the local policy's file, and the enrolment token: what can't be used says why."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.config import InvalidSettings, load
from agent.enroll import EnrollmentFailed, parse_enrollment_token
from agent.policy import LocalPolicy, PolicyInvalid, load_policy
from base.ids import encode_base32, new_id
from schemas.risk import Risk


def test_flag_over_environment_over_file_over_default(tmp_path: Path) -> None:
    file = tmp_path / "dd0c.toml"
    file.write_text('agent_name = "file"\nagent_max_running = 3\nagent_labels = {a = "1"}\nhttp_port = 1\n')
    environment = {"DD0C_CONFIG_FILE": str(file), "DD0C_AGENT_MAX_RUNNING": "4", "DD0C_LOG_LEVEL": "debug"}
    config = load({"max_running": "5", "url": None}, environment)
    assert (config.name, config.max_running, config.labels) == ("file", 5, {"a": "1"})
    assert config.log_level == "debug"
    assert load({}, environment).max_running == 4
    assert load({}, {}).max_running == 64


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"DD0C_AGENT_POLICYFILE": "x"}, "unknown setting DD0C_AGENT_POLICYFILE"),
        ({"DD0C_AGENT_URL": "localhost:8080"}, "DD0C_AGENT_URL is 'localhost:8080'; allowed is an http://"),
        ({"DD0C_AGENT_MAX_RUNNING": "0"}, "1 to 1024"),
        ({"DD0C_AGENT_STATE_DIR": ""}, "DD0C_AGENT_STATE_DIR is empty"),
        ({"DD0C_LOG_LEVEL": "loud"}, "DD0C_LOG_LEVEL is 'loud'; allowed is debug or info"),
        ({"DD0C_AGENT_LABELS": "a=1,a=2"}, "once"),
        ({"DD0C_AGENT_NAME": "Not A Name"}, "a-z"),
        ({"DD0C_AGENT_UNSAFE_PLAIN_HTTP": "maybe"}, "true or false"),
        ({"DD0C_AGENT_TOKEN_FILE": "/does/not/exist"}, "can't be read"),
        ({"DD0C_CONFIG_FILE": "/does/not/exist"}, "no file"),
        ({"DD0C_ENV": "production", "DD0C_FAULTPOINT": "a:kill"}, "production"),
    ],
)
def test_what_cannot_be_used_names_the_key(environment: dict[str, str], said: str) -> None:
    with pytest.raises(InvalidSettings, match=said):
        load({}, environment)


def test_an_unknown_key_in_the_file_is_an_error(tmp_path: Path) -> None:
    file = tmp_path / "dd0c.toml"
    file.write_text("agent_read_onli = true\n")
    with pytest.raises(InvalidSettings, match="agent_read_onli"):
        load({}, {"DD0C_CONFIG_FILE": str(file)})


def test_a_token_comes_from_a_file_and_is_never_shown(tmp_path: Path) -> None:
    path = tmp_path / "token"
    path.write_text("dde_secret\n")
    config = load({}, {"DD0C_AGENT_TOKEN_FILE": str(path)})
    assert config.token == "dde_secret"
    assert "dde_secret" not in str(config.shown())


def test_the_policy_file(tmp_path: Path) -> None:
    path = tmp_path / "policy.toml"
    assert load_policy(None) == LocalPolicy()
    path.write_text('maxRisk = "caution"\n[[deny]]\ncommand = "drop"\nreason = "no"\n')
    policy = load_policy(path)
    assert policy.max_risk is Risk.CAUTION
    assert policy.deny[0].reason == "no"


@pytest.mark.parametrize(
    "text",
    [
        "maxrisk = 'safe'",
        "maxRisk = 'unknown'",
        "[[deny]]\ncommand = '('\nreason = 'x'",
        "[[deny]]\ncommand = 'x'",
        "readOnly = 'perhaps'",
        "not toml",
    ],
)
def test_a_policy_that_is_none_stops_the_agent(tmp_path: Path, text: str) -> None:
    path = tmp_path / "policy.toml"
    path.write_text(text)
    with pytest.raises(PolicyInvalid, match=r"policy\.toml"):
        load_policy(path)


def test_r25_the_token_names_its_tenant_and_pins_the_authority() -> None:
    tenant = new_id()
    token = f"dde_{encode_base32(tenant)}_{'ab' * 32}_{'cd' * 32}"
    assert parse_enrollment_token(token) == (tenant, "cd" * 32)
    for bad in (token[:-1], token.replace("dde", "ddt"), token.rpartition("_")[0], token[:-1] + "x", ""):
        with pytest.raises(EnrollmentFailed):
            parse_enrollment_token(bad)
