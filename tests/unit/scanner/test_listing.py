"""Lists that become arguments: names of a system and paths of a search are no options, data may be."""

from __future__ import annotations

from scanner import scan
from scanner.listing import MAX_CHARACTERS, Listed, listed_by
from scanner.word import Word
from schemas.risk import Risk

READS = """\
kubectl get pods -o name | xargs kubectl describe
kubectl get pods -n $NS -o name | xargs -n1 kubectl logs -n $NS --tail=20
kubectl get pods -A | grep Crash | awk '{print $2}' | xargs -n1 kubectl describe pod
kubectl get po -n "$NS" --no-headers 2>/dev/null | awk '{print $1}' | xargs -I{} kubectl logs {} -n "$NS"
kubectl get pods -o jsonpath='{.items[*].metadata.name}' | xargs kubectl describe pods
docker ps -q | xargs docker logs
docker ps -a -q --filter name=web | head -1 | xargs docker logs --tail 5
pgrep -f java | xargs ps -fp
pgrep java | xargs -I{} cat /proc/{}/status
pidof nginx | xargs ps -p
lsof -ti:8080 | xargs ps -p
seq 1 5 | xargs -I{} curl -s http://localhost/{}
find . -name '*.log' | xargs cat
find /var/log/app -name '*.log' -mtime -1 -print0 | xargs -0 grep -c x
ls -t /var/log/app/*.log | head -1 | xargs tail -n 100
ls *.log | xargs wc -l
git ls-files | xargs wc -l
cat list | xargs ls -l
echo a b | xargs cat
cat x | xargs -I{} kubectl logs -n {} api
xargs -n1 echo < list
find /var/log -name '*.log' | xargs grep X
find . -name '*.conf' -print0 | xargs -0 cat
find /tmp -name '*.log' -print0 | xargs -0 cat
find /tmp -name '*.log' -print0 | xargs -0 -n1 cat
find /tmp -name '*.log' | xargs ls -l
find ../logs -name '*.log' | xargs cat
find /opt/app/logs -type f | xargs tail -n 5
find . -name '*.py' | xargs grep -n foo
find . -type f | xargs grep x
find /etc/nginx -name '*.conf' | xargs cat
find /etc/nginx -type f | xargs grep server_name
cat list | xargs -n1 head -n
cat list | xargs -n 1 sort -k
docker ps -aq --no-trunc | xargs docker logs
docker ps --format '{{.Names}}' | xargs docker logs
kubectl get pods | grep Crash | awk '{print $1}' | xargs kubectl describe pod
kubectl get pods -A --no-headers | awk '{print $2}' | xargs -n1 kubectl describe pod
kubectl get pods -o jsonpath='{range .items[*]}{.metadata.name}{"\\n"}{end}' | xargs -n1 kubectl logs
kubectl get pods -o jsonpath='{.items[0].metadata.name}' | xargs kubectl logs
helm ls -q | xargs -n1 helm status
helm ls | awk 'NR>1{print $1}' | xargs -n1 helm status
ls /var/log/*.log | xargs tail -n 3
grep -r foo /etc/nginx
grep -r foo ../src
grep -r foo src
grep -rn foo .
head -n $N f
tail -n $N f
kubectl get pods -n $NS
kubectl logs -n $NS --tail=$N pod
kubectl get pods --namespace=$NS
curl -s -m "$T" http://h
curl -m 5 http://h/$?
date -d "$X"
date -d @$(date +%s)
journalctl -u "$X"
awk -F "$X" '{print $1}' f
kill -0 $PID
kill -0 "$(cat f)"
kill -0 $(pgrep -x nginx)
kill -0 $!
export LANG=C LC_ALL=C TZ=UTC
declare x=1
local y=2
readonly z=3
ls -l /proc/1234/fd/
ls -l /proc/1234/fd/3
readlink /proc/1234/fd/1
cat /proc/self/fd/0
cat /proc/1234/status
cat "$DIR/$X"
cat $HOME/logs/$X
tail -f /home/app/*.log""".split("\n")
"""All that acts or may show a secret stands among `data/tried.txt`."""

LISTED: tuple[tuple[str, Listed, Listed], ...] = (
    ("kubectl get pods", "data", "table"),
    ("kubectl get pods -A -o wide", "data", "table"),
    ("kubectl get events -A", "data", "data"),
    ("kubectl get events -o name", "data", "names"),
    ("kubectl get clusterroles", "data", "data"),
    ("kubectl get po -o jsonpath={.items[*].metadata.name}", "data", "names"),
    ("kubectl get po -o jsonpath={.items[*].spec.x}{.metadata.name}", "data", "data"),
    ("kubectl get po -o jsonpath={..metadata.name}", "data", "data"),
    ("docker ps --no-trunc", "data", "rows"),
    ("docker ps -a --no-trunc -q", "data", "names"),
    ("docker ps --format {{.Command}}", "data", "data"),
    ("helm ls -A", "data", "table"),
    ("helm ls -A -q", "data", "names"),
    ("awk {print $2}", "table", "names"),
    ("awk {print $5}", "table", "data"),
    ("awk {print $2}", "rows", "data"),
    ("awk NR>1{print $1}", "rows", "names"),
    ("awk {print $7}", "names", "names"),
    ("grep x", "table", "table"),
    ("find /tmp -name y", "data", "data"),
    ("find / -name y", "data", "data"),
    ("find /var/log -name y", "data", "paths"),
    ("find /tmp -print0", "data", "ended paths"),
    ("find /tmp -print0 -print", "data", "data"),
    ("sudo docker ps -q", "data", "names"),
    ("/usr/bin/pgrep x", "data", "names"),
    ("kubectl get pods -n -o jsonpath={.x}", "data", "data"),
    ("find /x -name y", "data", "paths"),
    ("find $D -print", "data", "paths"),
    ("find /x -printf %f", "data", "data"),
    ("find /x -exec echo {} +", "data", "data"),
    ("find", "data", "data"),
    ("ls -1 /x", "data", "data"),
    ("ls", "data", "data"),
    ("sort -u", "names", "names"),
    ("sort -u", "paths", "paths"),
    ("sort -u", "data", "data"),
    ("cut -d: -f1", "names", "names"),
    ("cut -d: -f1", "paths", "data"),
    ("grep -v x", "paths", "paths"),
    ("grep x y", "paths", "data"),
    ("grep -h x", "paths", "data"),
    ("sed s/x/-y/", "names", "data"),
    ("cat x", "names", "data"),
    ("cat", "names", "names"),
)


def test_lists_of_names_and_paths_are_read() -> None:
    assert {text: scan(text).risk for text in READS} == dict.fromkeys(READS, Risk.SAFE)


def test_what_a_command_lists() -> None:
    found = [
        (line, before, listed_by([Word(text, 0, 0) for text in line.split(" ")], before))
        for line, before, _ in LISTED
    ]
    assert found == list(LISTED)
    assert listed_by([], "names") == "data"
    assert listed_by([Word("*", 0, 1, pattern=True)], "names") == "data"
    assert listed_by([Word("pgrep", 0, 0), Word("x" * MAX_CHARACTERS, 0, 0)], "data") == "data"
    assert listed_by([Word("ls", 0, 0), Word("/x/*", 0, 0, pattern=True)], "data") == "paths"
    assert listed_by([Word("ls", 0, 0), Word("/tmp/*", 0, 0, pattern=True)], "data") == "data"
    assert listed_by([Word("ls", 0, 0), Word("*.x", 0, 0, pattern=True)], "data") == "data"
