"""SQL: tokens, statements, functions, and what the dialects read differently."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner import scan
from scanner.sqltokens import statements, tokenize
from schemas.risk import Risk

SAFE = (
    "SELECT * FROM users WHERE id = 1",
    "select count(*) from drop_log;",
    "SELECT 'it''s; DELETE FROM users'",
    "SELECT 1; -- ; DROP TABLE x",
    "/* /* DROP */ TABLE */ SELECT 1",
    "WITH a AS (SELECT 1) SELECT * FROM a",
    "EXPLAIN DELETE FROM users",
    "EXPLAIN (ANALYZE false) DELETE FROM users",
    "SHOW CREATE TABLE users",
    "SELECT $$no;thing$$",
    "SELECT pg_last_xact_replay_timestamp()",
    "\\d+ users",
)
CAUTION = (
    "DELETE FROM t WHERE id = 5",
    "UPDATE t SET a = 1 WHERE id IN (1, 2)",
    "INSERT INTO t VALUES (1)",
    "BEGIN",
    "SELECT * FROM t FOR UPDATE",
    "SELECT 1 INTO x",
    "CREATE INDEX i ON t (a)",
    "DROP INDEX i",
    "SELECT nextval('s')",
    "EXPLAIN ANALYZE SELECT 1",
    "SET GLOBAL x = 1",
)
DANGEROUS = (
    "DELETE FROM users",
    "delete from users where 1=1 -- note",
    "DELETE FROM users WHERE id = 5 OR 'a' = 'a'",
    "UPDATE users SET admin = true WHERE (TRUE)",
    "TRUNCATE users",
    "DROP TABLE users",
    "SELECT 1; DROP TABLE users",
    "WITH a AS (DELETE FROM users RETURNING 1) SELECT * FROM a",
    "WITH a AS (SELECT 1) DELETE FROM users",
    "/*!50000 DROP TABLE users */",
    "SELECT pg_terminate_backend(1)",
    "SELECT pg_catalog . pg_terminate_backend /* x */ (1)",
    "COPY (SELECT 1) TO PROGRAM 'sh'",
    "ALTER TABLE t DROP COLUMN c",
    "EXPLAIN ANALYZE DELETE FROM users",
    "DO $$ BEGIN EXECUTE 'DROP TABLE users'; END $$",
    "REVOKE ALL ON t FROM app",
    "\\! rm -rf /data",
)
UNKNOWN = (
    "SELECT E'a\\'b'",
    "SELECT * FROM cleanup_old_rows(30)",
    "SELECT 'abc",
    "SELECT * FROM t WHERE (",
    "SELECT * FRMO t",
    "FROBNICATE t",
    "CALL cleanup()",
    "SELECT 1 \\gexec",
    "SELECT 'a\\' FROM t; --'",
)


@pytest.mark.parametrize(
    ("risk", "text"),
    [
        *((Risk.SAFE, text) for text in SAFE),
        *((Risk.CAUTION, text) for text in CAUTION),
        *((Risk.DANGEROUS, text) for text in DANGEROUS),
        *((Risk.UNKNOWN, text) for text in UNKNOWN),
    ],
)
def test_a_statement_by_what_it_does(risk: Risk, text: str) -> None:
    finding = scan(text, "sql")
    assert finding.risk is risk, finding.why


@pytest.mark.parametrize(
    "text",
    [
        "SELECT 1 /* /* */ ; DROP TABLE users; /* */ */",
        "SELECT 'a\\'; DROP TABLE users; --'",
        "SELECT $$; DROP TABLE users; $$",
        "SELECT 1 # '\n; DROP TABLE users; -- '",
    ],
)
def test_what_one_server_hides_and_another_runs_is_dangerous(text: str) -> None:
    assert scan(text, "sql").risk is Risk.DANGEROUS


def test_statements_reach_the_scanner_through_the_clients() -> None:
    for client in ("psql -c", "mysql -e", "sqlite3 a.db", "clickhouse-client -q", "bq query"):
        assert scan(f"{client} 'DROP TABLE users'").risk is Risk.DANGEROUS, client
        assert scan(f"{client} 'SELECT 1'").risk is Risk.SAFE, client
    assert scan("psql <<'E'\nSELECT 1;\nDELETE FROM users;\nE").risk is Risk.DANGEROUS


def test_the_table_is_named_for_a_typed_confirmation() -> None:
    assert scan("DELETE FROM shop.orders", "sql").resources == ("shop.orders",)
    assert scan("DROP TABLE IF EXISTS users CASCADE", "sql").resources == ("users",)


def test_tokens_know_their_places() -> None:
    text = "SELECT \"a b\", 'c''d' -- x\nFROM t"
    found = tokenize(text).tokens
    assert [text[token.start : token.end] for token in found] == [
        "SELECT",
        '"a b"',
        ",",
        "'c''d'",
        "FROM",
        "t",
    ]
    assert len(list(statements(tokenize("a; b;; c").tokens))) == 3


@settings(max_examples=100, deadline=None, derandomize=True, database=None)
@given(st.text(st.sampled_from("abEe1 '\"`$;-/*!#\\()=\n"), max_size=60))
def test_no_text_makes_it_fail(text: str) -> None:
    assert scan(text, "sql").risk in Risk
    assert all(0 <= span.start <= span.end <= len(text) for span in scan(text, "sql").spans)


@settings(max_examples=100, deadline=None, derandomize=True, database=None)
@given(st.text(st.sampled_from("ab1 ()=,.'"), max_size=30))
def test_a_drop_behind_any_finished_statement_is_seen(text: str) -> None:
    if text.count("'") % 2 == 0:
        assert scan(f"SELECT {text}; DROP TABLE users", "sql").risk is Risk.DANGEROUS
