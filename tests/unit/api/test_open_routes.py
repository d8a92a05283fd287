"""docs/api.md names exactly what is open without signing in, as the table of the access test has it."""

from __future__ import annotations

import re
from pathlib import Path

from tests.integration.api.access import ACCESS, PUBLIC

PAGE = Path(__file__).parents[3] / "docs" / "api.md"


def test_the_page_names_every_open_route_and_no_other() -> None:
    found = re.search(r"\*\*Without signing in\*\*(.*?)\n\n", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None
    named = set(re.findall(r"`((?:GET|POST|PUT|DELETE) [^`]+)`", found[1]))
    public = {key.replace("/api/v1", "") for key, access in ACCESS.items() if access == PUBLIC}
    assert named == public
