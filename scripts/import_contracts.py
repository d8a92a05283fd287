"""Runs import-linter on `.importlinter` (`lint-imports` has no `python -m` form)."""

from __future__ import annotations

from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports

if __name__ == "__main__":
    raise SystemExit(0 if lint_imports(no_logo=True) == EXIT_STATUS_SUCCESS else 1)
