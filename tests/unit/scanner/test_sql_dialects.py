"""SQL that one server or client reads otherwise: calls, statements without semicolons, files, accounts."""

from __future__ import annotations

import pytest

from scanner import scan
from scanner.sqlsequence import parts
from scanner.sqltokens import tokenize
from schemas.risk import Risk

CALLS = """\
SELECT * FROM t JOIN u ON pg_terminate_backend(5)
SELECT * FROM t JOIN lo_unlink(5) ON true
SELECT * FROM a JOIN frob(1) AS b ON b.x = a.x
SELECT * FROM t JOIN LATERAL frob(1) x ON true
SELECT * FROM t, LATERAL dblink('x', 'y') AS z(a int)
SELECT * FROM t TABLESAMPLE frob(1)
SELECT 1 HAVING frob(1)
VALUES (frob(1))
TABLE t ORDER BY frob(1)
SELECT CASE WHEN frob(1) THEN 1 END
SELECT count(*) FILTER (WHERE frob(x)) FROM t
SELECT count(*) OVER (PARTITION BY frob(x)) FROM t
SELECT a[frob(1)] FROM t
SELECT "frob"(1)
SELECT mydb.count(1)
SELECT evil . lower('x')
SELECT evil.exists(1)
WITH frob(1) AS x SELECT x
WITH x AS (SELECT 1), y(a) AS frob(1) SELECT * FROM x""".split("\n")
SECOND = """\
SELECT 1 DROP TABLE users
SELECT 1 EXEC xp_cmdshell 'id'
SELECT a FROM t WHERE b = 1 DELETE FROM t
SELECT 1 TRUNCATE TABLE t
SELECT * FROM t ORDER BY a ASC SHUTDOWN
SELECT count(*) FROM t UPDATE t SET a = 1
SELECT 1 IF 1 = 1 DROP TABLE x
SELECT 1 WAITFOR DELAY '1:0:0'
SELECT 1 DBCC SHRINKDATABASE(x)
SELECT 1 SET IDENTITY_INSERT t ON
SELECT [a'] DROP TABLE x --']
SHOW TABLES DROP TABLE x
WITH x AS (SELECT 1) SELECT * FROM x DROP TABLE y""".split("\n")
EXPLAINED = """\
EXPLAIN ("analyze") DELETE FROM t
EXPLAIN ("ANALYZE" true) DELETE FROM t
EXPLAIN (ANALYZE on) DELETE FROM t
EXPLAIN (ANALYZE 1) DELETE FROM t
EXPLAIN (ANALYZE false, ANALYZE) DELETE FROM t
EXPLAIN (U&"an\\0061lyze") DELETE FROM t
EXPLAIN ANALYZE FORMAT=JSON UPDATE t SET a = 1
EXPLAIN FORMAT=TREE ANALYZE DELETE FROM t
DESC ANALYZE DELETE FROM t
DESCRIBE ANALYZE DELETE FROM t
ANALYZE FORMAT=JSON UPDATE t SET a = 1""".split("\n")
SHOWN = """\
SELECT * FROM U&"pg_sh\\0061dow"
SELECT * FROM U&"pg_shXdow" UESCAPE 'X'
SELECT subconninfo FROM pg_subscription
SELECT * FROM sys.sql_logins
SELECT * FROM `mysql`.`user`
SELECT `password` FROM mysql.user
SELECT * FROM [mysql].[user]
TABLE mysql.user
SELECT * FROM '/etc/passwd'
SELECT * FROM t, 'file.csv'
SELECT * FROM a JOIN "/etc/passwd" ON true
\\s FILE
\\timing \\o f
\\d users \\! id
\\g |cmd""".split("\n")
READS = """\
SELECT * FROM t JOIN u ON (t.a = u.a)
SELECT * FROM t JOIN u USING (a)
SELECT * FROM (SELECT 1) AS x(a)
SELECT * FROM generate_series(1, 5) AS g(i int)
SELECT cast(a AS numeric(10, 2)) FROM t
WITH x(a) AS (SELECT 1), y(b) AS (SELECT 2) SELECT * FROM x, y
SELECT pg_catalog.count(*) FROM t
SELECT "drop", "delete" FROM t
SELECT load, comment, release FROM t
SELECT count(*) load FROM t
SELECT a FROM t USE INDEX (i) WHERE b = 1
SELECT key, use FROM t
SELECT t.end, t.drop FROM t
SELECT 1 AS update
SHOW CREATE TABLE users
SELECT TOP 5 name FROM sys.databases
GO
EXPLAIN (COSTS off) DELETE FROM t
EXPLAIN FORMAT=JSON DELETE FROM t
EXPLAIN (FORMAT json, ANALYZE off) DELETE FROM t
DESC users
SELECT extract(epoch FROM '2020-01-01'::timestamp), trim('x' FROM 'y')
SELECT user, host FROM mysql.user
SELECT m['key'] FROM t
\\dt \\l
SELECT 1 \\gx
SHOW SLAVE STATUS\\G""".replace("\nGO\n", "\x00GO\n").split("\n")


@pytest.mark.parametrize("text", [*CALLS, *SECOND, *EXPLAINED, *SHOWN])
def test_it_is_not_safe(text: str) -> None:
    assert scan(text, "sql").risk is not Risk.SAFE


@pytest.mark.parametrize("text", READS)
def test_a_read_beside_it_stays_safe(text: str) -> None:
    finding = scan(text.replace("\x00", "\n"), "sql")
    assert finding.risk is Risk.SAFE, finding.why


@pytest.mark.parametrize("text", SECOND[:4])
def test_the_second_statement_is_judged_as_if_it_stood_alone(text: str) -> None:
    assert scan(text, "sql").risk is Risk.DANGEROUS


def test_a_statement_with_a_with_is_one() -> None:
    for text in (
        "WITH a AS (SELECT 1) DELETE FROM t USING a WHERE t.x = a.x",
        "EXPLAIN UPDATE t SET a = 1",
        "INSERT INTO t SELECT 1 ON CONFLICT DO UPDATE SET a = 1",
    ):
        assert len(parts(tokenize(text).tokens)) == 1, text
    assert len(parts(tokenize("SELECT 1 UPDATE t SET a = 1 DROP TABLE x").tokens)) == 3


CLIENTS = (
    "sqlcmd -Q 'SELECT 1 DROP TABLE users'",
    "sqlcmd -Q 'SELECT 1\n:r x.sql'",
    "sqlplus u/p@db <<< 'select 1 from dual\n/\ndrop table x;'",
    "mysql mysql -e 'select * from user'",
    "mysql -e '\\d x drop table usersx'",
    "mysql --delimiter=x -e 'select 1'",
    "redis-cli CONFIG GET 'r*'",
    "redis-cli CONFIG GET '?equirepass'",
    "redis-cli config get maxmemory requirepass",
    "redis-cli ACL LOG RESET",
    "echo 'ACL LIST' | redis-cli",
    "printf 'get x\\nconfig get r*\\n' | redis-cli",
    "mongosh --eval 'db.getUsers({showCredentials: true})'",
    "mongosh --eval 'db.getCollection(\"system.users\").find()'",
    "mongosh --eval 'db.x.find({$where: \"1\"})'",
    "mongosh --eval 'db.x.find()' evil.js",
)
CLIENT_READS = (
    "mysql -e 'show slave status\\G'",
    "mysql mysql -e 'select user, host from user'",
    "redis-cli CONFIG GET 'maxmemory*'",
    "redis-cli ACL LOG 5",
    "printf 'INFO\\nDBSIZE\\n' | redis-cli",
    "mongosh mongodb://h/db --eval 'db.users.countDocuments()'",
)


@pytest.mark.parametrize("command", CLIENTS)
def test_a_client_that_does_more_is_not_safe(command: str) -> None:
    assert scan(command).risk is not Risk.SAFE


@pytest.mark.parametrize("command", CLIENT_READS)
def test_a_client_that_reads_is_safe(command: str) -> None:
    finding = scan(command)
    assert finding.risk is Risk.SAFE, finding.why
