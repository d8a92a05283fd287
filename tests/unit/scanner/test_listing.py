"""Lists that become arguments: names of a system and paths of a search are no options, data may be."""

from __future__ import annotations

from scanner import scan
from scanner.listing import MAX_CHARACTERS, Listed, listed_by
from scanner.words import Word
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
cat "$DIR/$X"
cat $HOME/logs/$X
tail -f /home/app/*.log""".split("\n")
"""All that acts or may show a secret stands among `data/tried.txt`."""

LISTED: tuple[tuple[str, Listed, Listed], ...] = (
    ("kubectl get pods", "data", "names"),
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
    assert listed_by([Word("ls", 0, 0), Word("*.x", 0, 0, pattern=True)], "data") == "data"
