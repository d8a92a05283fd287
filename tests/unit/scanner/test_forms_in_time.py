"""No text keeps the scanner busy: words fit a form in one way only, and long URLs are not read."""

from __future__ import annotations

import time

import pytest

from scanner import scan

_SECONDS = 0.5
"""Of the processor; a text of a hundred bytes that fits in two ways takes hours."""


@pytest.mark.parametrize(
    "text",
    [
        "x=$(systemctl show " + "-pId " * 26 + "a/b); cat $x",
        "x=$(ls | tr " + "- " * 30 + "1a/b); cat $x",
        "x=$(ls | sort " + "-- " * 30 + "1a/b); cat $x",
        "psql -c \"SELECT * FROM pg_settings WHERE name LIKE '" + "%" * 40 + "z'\"",
        "psql -c \"SELECT * FROM pg_settings WHERE name LIKE '" + "%n" * 40 + "z'\"",
        'psql -c "' + "SELECT (SELECT name FROM pg_settings WHERE " * 1_000 + '"',
        "mysql -e \"SHOW VARIABLES LIKE '" + "%_" * 60 + "z'\"",
        "x=$(ls | sed '" + "s/a/b/;" * 280 + "s/'); cat $x",
        "x=$(ls | sed 's/" + "a\\/" * 600 + "'); cat $x",
        "x=$(ls | awk '" + "$1 " * 600 + "{print " + "$1 " * 60 + "(}'); cat $x",
        "x=$(ls | sort " + "-k1,1 " * 330 + "x); cat $x",
        "x=$(ls | tr a " + "a-z" * 600 + "/); cat $x",
        "echo " + "{1..2}" * 5_000,
        "echo {" + "," * 30_000 + "a",
        "while true; do " * 1_000 + "date" + "; done" * 1_000,
        "ksh -c '" + "exit " * 6_000 + "'",
        "printf '" + "%-" * 15_000 + "'",
        'psql -c "SELECT ' + "repeat(" * 5_000 + '"',
        'psql -c "WITH RECURSIVE d AS (' + "SELECT 1 FROM d UNION " * 2_000 + '"',
        "curl 'http://h/jmx?" + "qry=a:b&" * 200 + "'",
        "curl 'http://" + "[1-2]" * 300 + "h/x'",
        "curl -H 'Host: " + "a." * 900 + "' http://h/x",
        "for d in " + " ".join(f"/srv/{at}" for at in range(3_000)) + "; do cat $d/x; done",
        "f(){ cat $1/x; };" + "f /a /b /c /d;" * 2_000,
        "X=/etc/xx;" + "cat ${X,,};" * 2_000,
        "".join(f"cat $X/{at};" for at in range(2_000)),
        "for a in -x; do " + "kubectl get pods $a;" * 2_000 + "done",
        "".join(f"a{at}=$a{at + 1};" for at in range(2_500)) + "a2500=-x; ls $a0",
        "x=$(kubectl api-resources" + " --namespaced" * 140 + " --verbs=list" * 5 + "); kubectl get $x",
        "curl http://h/" + "a/" * 30_000,
        "curl http://h/" + "api/" * 15_000,
        "curl http://" + "a@" * 30_000 + "h/x",
    ],
)
def test_it_is_judged_at_once(text: str) -> None:
    begun = time.process_time()
    assert scan(text).risk != "dangerous"
    assert time.process_time() - begun < _SECONDS
