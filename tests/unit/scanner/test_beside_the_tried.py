"""What stays safe beside the commands of `data/tried.txt`: each is a near neighbour of one of them."""

from __future__ import annotations

from scanner import scan
from schemas.risk import Risk

STAYS_SAFE = """
X=(-n prod); kubectl get pods "${X[@]}"
H=(a b c); for h in "${H[@]}"; do ping -c1 "$h"; done
F=(/var/log/a /var/log/b); cat "${F[@]}"
jq '.[].env' f
printf '%s\\n' "$X"
helm template . -f values.yaml
mysqlbinlog -v binlog.000001
clickhouse-client -q 'SELECT 1'
cockroach sql -e 'select 1'
sqlcmd -S db -U sa -Q 'select 1'
cat /dev/null
cat < /dev/null
head -c 16 /dev/urandom
cat /dev/shm/x
ls -l /dev/sda
file -s /dev/sda1
grep -D skip -r x /srv
psql -c "SELECT E'a\\\\nb'"
cat /etc/[a-z]osts
cat /etc/[[:alpha:]]osts
find /var/log -name 'a\\*' -exec cat {} +
psql -c '\\d+ users'
psql -c '\\dn+'
mysql -e 'SHOW CREATE TABLE t'
kubectl label pod x a=b --dry-run=client
kubectl create cm x --from-file=app.conf --dry-run=client -o yaml
gh pr list --json env -q '.[].env'
gh api repos/o/r/issues --jq '.[].id'
cat ~/.ssh/config
cat ~/.ssh/known_hosts
cat ~/.ssh/id_rsa.pub
cat /srv/app/config/app.yml
sleep 1 & wait $!
for p in $(pgrep x); do wait $p; done
A=(/tmp/*); for f in "${A[@]}"; do [ -f "$f" ] && echo "$f"; done
while read -r a b; do [ "$a" = ok ] && echo y; done < f
while read -r a b; do [[ $a = ok ]] && echo y; done < f
[ "$PWD" = / ] && echo root
[ $# -gt 1 ] && echo more
n=$(kubectl get cm x -o name); jq --arg n "$n" '.[$n]' f
n=$(cat f); curl -G --data-urlencode "query=$n" http://h/api/v1/query
FMT='%{http_code}'; curl -w "$FMT" http://h
curl HTTPS://h/x
curl localhost:9200/_cat/indices
TOKEN=$(cat t); curl -H "Authorization: Bearer $TOKEN" http://h
curl -r 0-100 http://h
diff /etc/nginx/nginx.conf /tmp/nginx.conf
diff /etc/hosts /etc/hosts.bak
diff -rq /etc /tmp/etc
git diff --no-index a b
git diff HEAD~1 -- src
grep /dev/sda /etc/fstab
df -h | grep /dev/sda1
lsblk /dev/sda
journalctl /dev/sda
test -b /dev/sda
stat /dev/watchdog
smartctl -a /dev/sda
file /dev/st0
cd /dev; cat null
cat /srv/dev/app.log
cat /v*/log/x
cat ~/.ssh/config.d/work
cat ~/.ssh/deploy.pub
"""


def test_a_neighbour_that_only_reads_stays_safe() -> None:
    rows = STAYS_SAFE.strip().splitlines()
    assert [text for text in rows if scan(text).risk is not Risk.SAFE] == []
