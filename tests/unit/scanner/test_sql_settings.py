"""Settings, variables and options in SQL: which may be a password, however they are asked for."""

from __future__ import annotations

import time

import pytest

from scanner import scan
from schemas.risk import Risk

SHOWS_SECRETS = r"""
SELECT setting FROM pg_settings WHERE name = E'primary\x5fconninfo'
SELECT setting FROM pg_settings WHERE name IN (E'primary\u005fconninfo')
SELECT setting FROM pg_settings WHERE name = E'primary\137conninfo'
SELECT setting FROM pg_settings WHERE name LIKE 'primary\_conninfo'
SELECT current_setting(E'primary\x5fconninfo')
SHOW VARIABLES LIKE x'7265706f72745f70617373776f7264'
SHOW VARIABLES LIKE 'repört%'
SHOW VARIABLES LIKE 's3%'
SHOW VARIABLES WHERE
SHOW VARIABLES WHERE Variable_name LIKE 'max%' OR
SHOW VARIABLES WHERE Variable_name LIKE 'max%' OR 1=1
SHOW VARIABLES WHERE Variable_name LIKE 'max%' OR Variable_name LIKE 'report%'
SELECT * FROM performance_schema.global_variables WHERE variable_name LIKE '%pass%'
SELECT @@wsrep_sst_auth
SELECT @@global.wsrep_provider_options
SELECT @@hashicorp_key_management_token
SELECT @@s3_secret_key
SELECT ftoptions FROM pg_foreign_table
SELECT * FROM pg_foreign_table
SELECT * FROM information_schema.foreign_server_options
SELECT * FROM information_schema._pg_foreign_servers
WITH x AS (TABLE pg_roles) SELECT x FROM x
TABLE pg_catalog.pg_roles
SELECT pg_roles, 1 FROM a, pg_roles
SELECT DISTINCT ON (a) * FROM pg_roles
SELECT trim(FROM pg_roles::text) FROM pg_roles
SELECT trim(BOTH FROM r::text) FROM pg_roles r
SELECT xmlforest(FROM r) FROM pg_roles r
TABLE ONLY pg_roles
WITH a AS (TABLE ONLY pg_catalog.pg_roles) SELECT a FROM a
SHOW VARIABLES WHERE Variable_name = 'max' OR Variable_name = 'wsrep_sst_áuth'
SHOW VARIABLES WHERE Variable_name IN ('wsrep_sst' '_auth')
SHOW VARIABLES WHERE Variable_name = `Variable_name`
SELECT * FROM performance_schema.global_variables WHERE variable_name = `variable_name`
SELECT setting FROM pg_settings WHERE name IN ('primary_conn' 'info')
SELECT m FROM pg_auth_members a JOIN pg_roles r ON r.oid = a.roleid JOIN pg_roles m ON m.oid = a.member
"""
SHOWS_NONE = r"""
SELECT pg_roles.rolname FROM pg_roles
SELECT m.rolname FROM pg_auth_members a JOIN pg_roles r ON r.oid=a.roleid JOIN pg_roles m ON m.oid=a.member
SELECT rolname, rolconnlimit*2 FROM pg_roles
SELECT count(*) FROM pg_roles
SELECT a FROM (SELECT rolname AS a FROM pg_roles) x WHERE a IN (SELECT rolname FROM pg_roles)
SELECT extract(epoch FROM now()), trim(rolname) FROM pg_roles
SELECT setting FROM pg_settings WHERE name IN ('work_mem', 'max_connections')
SHOW VARIABLES WHERE Variable_name IN ('read_only', 'super_read_only')
SELECT setting FROM pg_settings WHERE name = E'work\x5fmem'
SHOW VARIABLES WHERE Variable_name LIKE 'max%' OR Variable_name LIKE 'thread%'
SELECT @@max_connections
SELECT * FROM performance_schema.global_variables WHERE variable_name LIKE 'max%'
"""


def test_what_shows_a_password_is_not_safe_and_its_neighbours_are() -> None:
    assert [text for text in SHOWS_SECRETS.strip().splitlines() if scan(text, "sql").risk is Risk.SAFE] == []
    assert [text for text in SHOWS_NONE.strip().splitlines() if scan(text, "sql").risk is not Risk.SAFE] == []


@pytest.mark.parametrize("pattern", ["%" * 60 + "z", "%_" * 30 + "z", "%n" * 40, "%" * 300])
def test_patterns_of_like_are_asked_in_linear_time(pattern: str) -> None:
    began = time.process_time()
    for text in (
        f"SHOW VARIABLES LIKE '{pattern}'",
        f"SELECT setting FROM pg_settings WHERE name LIKE '{pattern}'",
        f"SELECT * FROM performance_schema.global_variables WHERE variable_name LIKE '{pattern}'",
    ):
        scan(text, "sql")
    assert time.process_time() - began < 0.5
