"""Reading forms of tools that change otherwise; the forms beside them stand among `data/tried.txt`."""

from __future__ import annotations

from scanner import scan
from schemas.risk import Risk

READS = """\
kill -0 1234
kill -0 $PID
kill -0 "$(cat /run/x.pid)"
kill -s 0 1234
ssh-keygen -lf /etc/ssh/ssh_host_rsa_key.pub
ssh-keygen -l -v -f k.pub
ssh-keygen -lf ~/.ssh/id_rsa.pub
cat ~/.ssh/id_ed25519.pub
logrotate -d /etc/logrotate.conf
visudo -c
exportfs -v
wg show
wg show wg0 latest-handshakes
kcat -L -b broker:9092
ssh-keygen -E md5 -lf k.pub
chage -l bob
sudo chage --list bob
zkCli.sh -server z1:2181,z2:2181 ls -R /brokers
zkCli.sh stat /controller
sudo df -h
sudo df /x
tcpdump -r f.pcap
tcpdump -nn -tttt -c 5 -r f.pcap port 53 and host 10.0.0.1
tcpdump -nr f.pcap 'tcp[13] & 2 != 0'
curl -s h:9200/_search -d '{"query":{"match":{"action":"delete"}}}'
curl -XPOST https://h/logs-*/_count?pretty -H 'Content-Type: application/json' -d '{}'
curl -X GET h:9200/_cluster/allocation/explain --json '{"shard":0}'
mongosh --quiet --eval "db.serverStatus().connections.current"
mongosh --eval "rs.status().members[0].stateStr"
vault operator raft autopilot state
mongosh --eval "db.adminCommand('ping')"
mongosh --quiet --eval 'db.adminCommand({replSetGetStatus: 1}).members'
ceph osd map rbd obj1
ceph osd ok-to-stop 3
conntrack -E -e NEW
ulimit -l
ulimit -Hn
umask -S
cephadm ls
rabbitmq-diagnostics cipher_suites
e2fsck -fn /dev/sda1
fsck.ext4 -n UUID=1234
fsck -N /dev/sda1
fsck -t ext4 -n /dev/sda1
xfs_repair -n /dev/sdb1
certbot certificates --cert-name x""".split("\n")


def test_forms_that_only_look() -> None:
    assert {text: scan(text).risk for text in READS} == dict.fromkeys(READS, Risk.SAFE)
