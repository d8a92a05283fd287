"""Follows a running execution: state changes and output as they come, resumed after a lost connection."""

from __future__ import annotations

import base64
from collections import defaultdict
from typing import Any, Final

from controller.cli.client import Client, at
from controller.cli.errors import NotUnderstood
from controller.cli.output import Printer, inert

_RUNNING: Final = ("executing", "rolling_back")
Execution = dict[str, Any]


class Live:
    """Remembers how far each output was printed, so that nothing is printed twice."""

    def __init__(self, client: Client, printer: Printer) -> None:
        self._client = client
        self._printer = printer
        self._printed: dict[str, int] = defaultdict(int)

    def follow(self, execution: Execution) -> Execution:
        """Print the running command's output until it ends, then give the next state."""
        running = execution.get("running")
        if running is not None and self._printer.for_people:
            self._output(execution["id"], running["id"])
        return self.wait(execution)

    def wait(self, execution: Execution) -> Execution:
        """The execution once its version is beyond the one given."""
        version = execution["version"]
        while True:
            for event in self._client.events(at("executions", execution["id"], "events"), version):
                if self._client.event_data(event)["id"] > version:
                    found: Execution = self._client.get(at("executions", execution["id"]))
                    return found
            found = self._client.get(at("executions", execution["id"]))
            if found["version"] > version:
                return found

    def _output(self, execution_id: str, attempt_id: str) -> None:
        path = at("executions", execution_id, "attempts", attempt_id, "output", "stream")
        while True:
            for event in self._client.events(path, self._printed[attempt_id]):
                data = self._client.event_data(event)
                if event.event == "output":
                    text = self._decoded(data).decode("utf-8", "replace")
                    self._printer.console.out(inert(text, lines=True), end="", highlight=False)
                    self._printed[attempt_id] = data["id"]
                elif event.event == "end":
                    return
            if self._client.get(at("executions", execution_id))["state"] not in _RUNNING:
                return

    def _decoded(self, data: dict[str, Any]) -> bytes:
        try:
            return base64.b64decode(str(data.get("data", "")), validate=True)
        except ValueError as error:
            raise NotUnderstood(self._client.url, "an output in its stream is not base64") from error
