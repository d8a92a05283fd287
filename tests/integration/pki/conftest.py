"""A database administrator who restores a backup of the keys."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from controller.db.bootstrap import Urls
from controller.db.queries import parse

_ROWS = parse("rows", (Path(__file__).parent / "rows.sql").read_text())


@pytest.fixture
def restore(database_urls: Urls) -> Callable[[], Callable[[], None]]:
    """Take a backup of table `keys`; what it gives puts every wrapped key back."""

    def back_up() -> Callable[[], None]:
        with psycopg.connect(database_urls.superuser, autocommit=True) as connection:
            rows = connection.execute(_ROWS["back_up"]).fetchall()

        def put_back() -> None:
            with psycopg.connect(database_urls.superuser, autocommit=True) as connection:
                for key_id, wrapped in rows:
                    connection.execute(_ROWS["put_back"], {"id": key_id, "wrapped": wrapped})

        return put_back

    return back_up
