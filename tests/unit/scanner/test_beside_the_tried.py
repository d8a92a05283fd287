"""What stays safe beside the commands of `data/tried.txt`: each is a near neighbour of one of them."""

from __future__ import annotations

from scanner import scan
from schemas.risk import Risk

STAYS_SAFE = """
LOG=$1; [ -z "$LOG" ] && LOG=/var/log/syslog; tail "$LOG"
f=/var/log/a; [ -f $f ] || f=/var/log/b; tail $f
S=unknown; S=$(curl -s http://h/x); echo "$S"
f() { jq "$1" x; }; f .a; f .b
f() { kubectl get pods "$@"; }; f web1 web2
f() { echo "$(date) $*"; }; f a b; f c
f() { while [ $# -gt 0 ]; do echo "$1"; shift; done; }; f a b
n=$(cat f); grep "$n" x; trivy image "$n"
X="a b"; for h in $X; do ping -c1 $h; done
trap 'rc=$?; echo "exit $rc"; exit $rc' EXIT; ls
trap 'rc=$?; echo "exit $rc"' EXIT; rc=0; ls || rc=1; exit $rc
d=/var/log; eval "ls $d"
eval 'x=/var/log; ls $x'
f() { echo bye; }; trap f EXIT; ls /var/log
f() { echo "failed at $1"; }; trap 'f $LINENO' ERR; ls
f() { ls; }; g() { f; }; time g; x=$(f); echo "$x"
declare -A m; m[a]=1; for k in "${!m[@]}"; do echo "$k ${m[$k]}"; done
declare -A m; while read -r k v; do m[$k]=$v; done < f; echo "${m[x]}"
f() { local -A m; x=$(cat f); m[$x]=1; }; f
declare -i n=0; for n in 1 2 3; do echo $n; done
x=$(hostname); echo ${x%%.*} ${x#${HOME}/}
[[ $x =~ ^${y}[0-9]+$ ]]
[ "$a" = "$b" ] && ls
x=1; (( x > 5 )) || ls
sh -c '[[ -f x ]] && ls'
sh -c 'grep "foo$" x; ls 2>&1'
sh -c 'for i in 1 2; do echo $i; done; x=$((1+2)); ls > /dev/null 2>&1'
bash -c '[[ a > b ]]'
sh -c 'bash -c "[[ a > b ]]"'
for i in 1 2; do kubectl get pod web-$(printf '%02d' $i); done
x=$(printf '%s-%d' web 5); kubectl get pod $x
echo a b | xargs ls
cat <<EOF | grep x⏎cost $x 5$⏎EOF⏎
cat <<-EOF⏎	a $x⏎	EOF⏎ls
ps -eo pid,ppid,cmd --sort -rss
ps -eopid,comm
ps -fu postgres
wget -qO- http://h
iwlist wlan0 scan
echo $'it\\'s'; ls # comment
[ -f x \\⏎ -o -f y ] && ls
(ls) # c
[ -f a -o -f b ] || [ "$(ls | head -1)" = "b|c" ] && ls
[[ $a == b* ]] && ls;#c
echo ${a[0]}>/dev/null
xz -dt x.xz
xz -t -dc x.xz
(exec -a ls ls)
for c in ls uptime; do echo "== $c"; $c; done
for u in health metrics; do curl -s "http://h:8080/$u"; done
for i in {1..300}; do curl -s http://h/$i; done
jq '.[] | select(.x == "include")' f
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
git show HEAD:README.md
date -f dates.txt
cd "$DIR"; cat README.md
n=$(cat f); cd "$n"; ls
kubectl get "$KIND"
while read -r p; do kubectl logs "$p"; done < pods
for k in $(kubectl api-resources --verbs=list -o name); do kubectl get $k; done
nm -D /bin/ls
readelf -hW /bin/ls
objdump -d /bin/ls
size /bin/ls
atq
ETCDCTL_API=3 etcdctl get /registry --prefix --keys-only --limit=10
f(){ kubectl get pods "$@"; }; f web1
f(){ echo "usage: $1"; }; f -h
f(){ if [ "$1" = -v ]; then echo x; fi; }; f -v
if true; then NS=prod; else NS=dev; fi; kubectl get pods -n $NS
for n in a-b c-d; do kubectl get pods -n $n; done
for s in "-1 day" "-2 day"; do date -d "$s"; done
for d in /etc /opt; do cat $d/hosts; done
for d in /etc /var/log; do ls $d; done
f(){ cat "$1/app.log"; }; f /var/log
X=/var/log/app.log; cat ${X%.log}.1
psql -c 'SELECT pg_roles.rolname FROM pg_roles'
psql -c 'SELECT rolname, rolconnlimit*2 FROM pg_roles'
mysql -e "SHOW VARIABLES WHERE Variable_name LIKE 'max%' OR Variable_name LIKE 'thread%'"
gcloud compute instances list --format='table(name,zone,status)'
gcloud compute instances describe x --format='value(status)'
curl https://acme.slack.com/archives/C1
curl 'http://web[1-3].example.com/health'
curl 'http://[::1]:8080/health'
curl -H 'Host: app.example.com' http://1.2.3.4/health
curl https://sms.example.com/health
curl 'http://h/jmx?qry=java.lang:type=Memory'
curl http://h/jolokia/read/java.lang:type=Memory/HeapMemoryUsage
glab api projects/1/issues
psql -c 'SELECT * FROM t WITH (NOLOCK)'
psql 'postgresql://u@h/d?sslmode=require' -c 'select 1'
rpm -q --qf '%{NAME}: expandable\\n' x
redis-cli hget user:1 name
mongosh --eval 'db.x.distinct("status")'
for i in {1..1000}; do echo $i; done
psql -c 'SELECT * FROM generate_series(1700000000, 1700086400, 60)'
psql -c 'WITH RECURSIVE d(n) AS (SELECT 1 UNION ALL SELECT n+1 FROM d WHERE n < 10) SELECT * FROM d'
psql -c 'WITH RECURSIVE t AS (SELECT 1 UNION ALL SELECT c.p FROM c JOIN t ON c.p=t.id) SELECT * FROM t'
while true; do curl -s http://h/; sleep 5; done
until curl -sf http://h/health; do sleep 2; done
for ((i=0;i<3;i++)); do date; done
curl --retry 3 http://h
pwsh -c 'Get-Process | Sort-Object CPU'
printf '%s%%n\\n' x
ksh -c 'exit $?'
mysql -e "SHOW VARIABLES LIKE 'max%'"
n=$(ls | sort | head -n 1); cat $n
n=$(kubectl get pods | grep api | awk '{print $1}' | tr -d '\\n'); kubectl logs $n
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
    assert [text for text in rows if scan(text.replace("⏎", "\n")).risk is not Risk.SAFE] == []
