"""Which migrations run, decided without a database."""

from __future__ import annotations

from pathlib import Path

import pytest

from controller.db.migrate import EDITED, Migration, MigrationRefused, migrations, pending, read_script

FIRST, SECOND = Migration(1, "first", "select 1"), Migration(2, "second", "select 2")


def test_what_is_not_applied_is_pending() -> None:
    assert pending([FIRST, SECOND], {}) == [FIRST, SECOND]
    assert pending([FIRST, SECOND], {1: FIRST.sha256}) == [SECOND]
    assert pending([FIRST, SECOND], {1: FIRST.sha256, 2: SECOND.sha256}) == []


def test_a_database_ahead_of_the_program_is_refused() -> None:
    with pytest.raises(MigrationRefused, match="at version 2, which is newer than this program"):
        pending([FIRST], {1: FIRST.sha256, 2: SECOND.sha256})


def test_a_file_that_changed_after_it_ran_is_refused() -> None:
    with pytest.raises(MigrationRefused, match=r"Migration 1 \(first\) was changed"):
        pending([Migration(1, "first", "select 3")], {1: FIRST.sha256})


def test_numbers_have_no_gap(tmp_path: Path) -> None:
    (tmp_path / "0001_one.sql").write_text("select 1")
    (tmp_path / "0003_three.sql").write_text("select 3")
    (tmp_path / "schema.sql").write_text("not a migration")
    with pytest.raises(MigrationRefused, match="without a gap"):
        migrations(tmp_path)


def test_includes_are_part_of_what_is_hashed(tmp_path: Path) -> None:
    (tmp_path / "0001_one.sql").write_text("select 1;\n\\ir part.sql\nselect 3;\n")
    (tmp_path / "part.sql").write_text("select 2;")
    assert read_script(tmp_path / "0001_one.sql") == "select 1;\nselect 2;\nselect 3;\n"
    before = migrations(tmp_path)[0].sha256
    (tmp_path / "part.sql").write_text("select 4;")
    assert migrations(tmp_path)[0].sha256 != before


PINNED = {
    1: "54cb69c2afac0bbcac8790670c4672b2d18d98683a9b8656d91888c27f5333f9",
    2: "6648b571cb4e90126fee5a9a3ec1498ab4c4e60e497848bd3b687ac7b36dd2e5",
    3: "af217ec90434fcd55605ff1e33c8d568091d70490f57cd59d591536ab7466e94",
    4: "5a58d9a112dce1b8ac112f0ce1a55a743451b1edf61a78331486390fc7765d0b",
    5: "32b884864b822c5e07840387dfb5bce92a7d8a3b5d139e9cadbf657b87aa2948",
    6: "153651147a28eb4ef0de2ef71e218acb1bbb0f7ec4065830268bc44e4f12ecaa",
    7: "514ab64eeaa06072d2ac54c6924b7b2dda1e3fa9cc4229e864ffc19a3d1d93c5",
    8: "42ccd449dcad1809196954ad59fc4b9e99a7ca03a9dcddca29e2cc1083d1160b",
    9: "69e4289d00df492354973a518ca63c4fb8f7b87247503f2bebfdb745fda43e5f",
    10: "60f7758b438fdf483e40e3ace168725589a83de12883d829fa0de7781133835e",
    11: "6cc96d635623dd238f471816cd9ea7c3ac10b5f06aead2de82fa67373b6ca2c0",
    12: "cf182f9dacfa9f838b1b0f1e2406291f71cba5c78a5f86f1fddb1301d6608e4b",
    13: "555dcc02a3d70855f9ebb5fad2c2e549bfb97dd85bc7f48ae0f760fca6b50281",
    14: "2c31777226dd00f0b58e1469ed9a276b20176b01562764158dac543c3d3dd24f",
    15: "05e3e0556b42acacfd66528d53d016458eae7a8a659a39a30977699aff7d7aac",
}
"""Version → digest of every migration. One that differs was edited: restore it, and add the next number."""


def test_no_migration_is_ever_edited() -> None:
    assert {migration.version: migration.sha256 for migration in migrations()} == PINNED


def test_a_database_made_with_a_text_that_was_edited_goes_on() -> None:
    first, second = migrations()[:2]
    for sha256 in EDITED[1]:
        assert pending([first, second], {1: sha256}) == [second]
