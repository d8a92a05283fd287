"""What data names is not what whoever runs a script names: files that are printed, words behind `kill -0`.

What must not be safe stands in `data/tried.txt`; here is what stays so beside it.
"""

from __future__ import annotations

import pytest

from scanner import scan
from scanner.parse import parse_bash
from scanner.read_names import read_names
from schemas.risk import Risk

STAYS_SAFE = """
cat "$LOG"
cat "$1"
for f in "$@"; do cat "$f"; done
for f in /var/log/*.log; do [ -f "$f" ] && tail -n 5 $f; done
for f in $(ls /var/log/app); do [ -n $f ] && tail -n1 /var/log/app/$f; done
[ $(ls /var/log | wc -l) -gt 5 ]
cd $(dirname $(readlink -f $0))
read -p 'file? ' f; cat "$f"
for f in /var/log/*.log; do cat "$f"; done
for f in $(find /var/log -name '*.log'); do cat "$f"; done
for f in $(ls /var/log/app); do tail -n1 "/var/log/app/$f"; done
find /var/log -type f | while read f; do tail "$f"; done
find . -type f | xargs cat
find . -type f -print0 | while IFS= read -r -d '' f; do head "$f"; done
while read f; do tail "$f"; done < <(find /var/log -name '*.log')
tail -n 50 $(ls -t /var/log/app/*.log | head -1)
LOG=$(ls -t /var/log/app | head -1); tail "/var/log/app/$LOG"
tail -f $(docker inspect --format='{{.LogPath}}' web)
X=$(basename "$1"); cat "/var/log/$X"
X=$(cat list); cat "${X}.log"
X=$(cat list); wc -l "$X"
N=$(wc -l < x); tail -n "$N" x
cat "/proc/$(cat /run/nginx.pid)/status"
ls -l /proc/$(cat /run/nginx.pid)/fd
n=$(head -1 f); [ "$n" = ok ] && echo x
n=$(head -1 f); [[ $n = ok ]] && echo x
n=$(head -1 f); echo $n
n=$(head -1 f); kubectl get pods -n "$n"
[ $(cat x | wc -l) -gt 5 ]
STATUS=$(curl -s -o /dev/null -w "%{http_code}" "http://$H/health"); [ $STATUS -eq 200 ] && echo ok
for h in $(cat hosts); do curl -s http://$h/health; done
for p in $(cat pods); do kubectl get pod $p; done
while read -r name ip rest; do ping -c 1 $ip; done < hosts
while IFS= read -r h; do curl -s "http://$h/health"; done < hosts
journalctl _SYSTEMD_INVOCATION_ID=$(systemctl show --value --property=InvocationID nginx)
kubectl get pods -n $NS
curl -s http://$HOST/health
while read -r line; do echo "$line"; done < "$LOG"
while read f; do cat "$f"; done <<< "/var/log/a /var/log/b"
f() { cat "$1"; }; f /var/log/x.log
find /var/log -name '*.log' -exec sh -c 'cat "$1"' _ {} \\;
kill -0 $PID
PID=$(cat f); kill -0 "$PID"
PID=$(cat f); ps -p "$PID"
PID=$(pgrep nginx); kill -0 $PID
for p in $(pidof nginx); do kill -0 $p; done
PID=$(ps aux | grep nginx | awk '{print $2}' | head -1); kill -0 $PID
POD=$(kubectl get pods -o name | head -1); kubectl logs $POD
kubectl get pods | awk '{print $1}' | while read p; do kubectl logs $p; done
kubectl get pods -o name | xargs kubectl describe
kubectl describe $(kubectl get pods -o name | head -1)
kubectl describe pod "$POD"
kubectl describe pod/$POD
psql -c 'SHOW max_connections'
psql -c "SELECT setting FROM pg_settings AS s WHERE s.name = 'work_mem' AND s.source = 'y' ORDER BY 1"
psql -c "SELECT name, setting FROM pg_settings WHERE name IN ('max_connections', 'work_mem')"
psql -c "SELECT name, setting FROM pg_settings WHERE name LIKE '%wal%'"
psql -c "SELECT name, setting FROM pg_settings WHERE name ~ 'autovacuum|vacuum'"
psql -c "SELECT name, setting FROM pg_settings WHERE category = 'Autovacuum'"
psql -c "SELECT (SELECT setting::int FROM pg_settings WHERE name='max_connections') FROM pg_stat_activity"
psql -c "SELECT name FROM pg_settings WHERE pending_restart"
psql -c "SELECT count(*) FROM pg_catalog.pg_settings"
psql -c "SELECT current_setting('max_connections')"
mysql -e "SHOW VARIABLES LIKE 'max_connections'"
mysql -e 'SHOW GLOBAL VARIABLES LIKE "innodb_%"; SHOW GLOBAL STATUS; SHOW REPLICA STATUS'
mysql -e "SHOW VARIABLES WHERE Variable_name IN ('read_only', 'super_read_only')"
mysql -e "SELECT variable_value FROM performance_schema.global_variables WHERE variable_name = 'read_only'"
psql -c "SELECT rolname, rolsuper FROM pg_roles r WHERE r.rolcanlogin"
psql -c "SELECT count(*) FROM pg_user"
curl -s http://grafana:3000/api/health
curl -s http://grafana:3000/api/admin/stats
curl -s http://localhost:9990/admin/metrics.json
"""


def test_what_nobody_else_names_stays_safe() -> None:
    rows = STAYS_SAFE.strip().splitlines()
    assert [text for text in rows if scan(text).risk is not Risk.SAFE] == []


@pytest.mark.parametrize(
    ("script", "names"),
    [
        ("a=$(cat x); b=$a; c=\"/$b\"; d=$1", {"a", "b", "c"}),
        ("read a; read b < f; read -r c <<< \"$b\"", {"b", "c", "REPLY", "MAPFILE"}),
        ("a=$(pgrep x) b=$(wc -l < f) c=$(find . -name x) d=$(date +%s)", set()),
        ("c=$(find \"$a\" -name x); a=$(cat l)", {"a", "c"}),
        ("f() { :; }; f \"$(cat x)\"; for i; do :; done", {"@", "i"}),
        ("a=$(kubectl get pods | awk '{print $1}') b=$(kubectl get pods | awk '{print $5}')", {"b"}),
    ],
)  # fmt: skip
def test_the_names_that_data_decides(script: str, names: set[str]) -> None:
    assert read_names(parse_bash(script).root, script.encode(), (), fed=False).data == names


def test_a_text_that_is_handed_data_reads_data() -> None:
    script = "read a; b=$c"
    root = parse_bash(script).root
    assert "a" in read_names(root, script.encode(), (), fed=True).data
    assert read_names(root, script.encode(), {"c"}, fed=False).data == {"b", "c"}


@pytest.mark.parametrize(
    ("script", "single"),
    [
        ("for a in $(cat x); do :; done", {"a"}),
        ("for a in $(cat x); do :; done; a=$(cat y)", set()),
        ("for a in $(cat x); do :; done; while IFS= read -r b; do :; done", {"a"}),
        ("IFS=,; for a in $(cat x); do :; done", set()),
        ('for a in "$(cat x)" *.log; do :; done', set()),
        ("while read -r a b c; do :; done", {"a", "b"}),
        ("while read a b c; do :; done", set()),
    ],
)
def test_the_names_that_hold_one_word(script: str, single: set[str]) -> None:
    assert read_names(parse_bash(script).root, script.encode(), (), fed=False).single == single
