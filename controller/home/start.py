"""Runs the household and turns whatever stops it into one sentence and an exit code."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Mapping
from typing import Final

from agent.config import InvalidSettings as InvalidAgentSettings
from agent.config import load as load_agent_settings
from base import log
from controller.config import InvalidSettings, load_settings, unused_sentences
from controller.db.database import UnsafeDatabase
from controller.db.errors import DatabaseError
from controller.home.household import Household
from controller.home.stages import HomeError, Stages
from controller.pki.keystore import KeyStoreError
from forge.errors import ForgeError
from schemas.errors import Dd0cError

INTERRUPTED: Final = 130
_log = log.get(__name__)
_LOGS: Final = "The folder `logs` in the state folder says more."


def main() -> int:
    """0 after Ctrl-C, 130 where it came before all was ready; 2 with one sentence where it can't start."""
    try:
        settings = load_settings()
        load_agent_settings({}, _for_the_agent(os.environ))
        log.configure("warning", settings.log_format)
        for sentence in unused_sentences(settings):
            _log.warning(sentence, extra={"action": "settings.unused"})
        was_ready = asyncio.run(Household(settings, Stages()).run())
    except (InvalidSettings, InvalidAgentSettings) as error:
        return _complain(str(error), "`dd0c config` shows every setting.")
    except HomeError as error:
        return _complain(str(error), error.hint)
    except DatabaseError as error:
        return _complain(f"The database can't be used: {error}.", _LOGS)
    except (UnsafeDatabase, KeyStoreError) as error:
        return _complain(str(error), None)
    except ForgeError as error:
        return _complain(f"The repository of the demo tenant can't be used: {error.reason}", _LOGS)
    except Dd0cError as error:
        return _complain(error.detail, error.hint)
    except OSError as error:
        what = error.filename or "This machine"
        return _complain(
            f"{what} can't be used: {error.strerror or error}.",
            "Is the disk full? DD0C_STATE_DIR may name a folder on another one.",
        )
    if not was_ready:
        sys.stderr.write("dd0c: interrupted before it was ready; nothing is left running.\n")
    return 0 if was_ready else INTERRUPTED


def _for_the_agent(environment: Mapping[str, str]) -> dict[str, str]:
    """What the home agent will read: checked before anything is started."""
    shared = {"DD0C_ENV", "DD0C_CLOCK_TOLERANCE_SECONDS"}
    return {
        key: value for key, value in environment.items() if key.startswith("DD0C_AGENT_") or key in shared
    }


def _complain(sentence: str, hint: str | None) -> int:
    sys.stderr.write(f"dd0c: {sentence}\n")
    if hint:
        sys.stderr.write(f"  → {hint}\n")
    return 2
