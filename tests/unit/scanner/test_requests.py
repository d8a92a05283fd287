"""Words for help that nobody reads, and GETs that act: neither makes a command safe."""

from __future__ import annotations

import pytest

from ingest.advisor.local import advise
from scanner import scan

ACTING = """
kafka-server-stop.sh --help
zookeeper-server-stop.sh --help
zkServer.sh stop --help
zkServer.sh --version
redis-cli DEBUG SEGFAULT --help
redis-cli INCR --help
redis-cli LPOP --help
valkey-cli UNLINK --help
rndc stop --help
chronyc shutdown --help
mysqladmin shutdown --help
nodetool drain --help
gcloud compute instances delete help
docker rm -help
curl http://tomcat/manager/text/undeploy?path=/x
curl http://j/safeRestart
curl http://h/%73hutdown
curl 'http://h/{shutd,}own'
curl http://es:9200/_flush
curl http://p:9090/-/quit
curl http://h:8080/jolokia/exec/java.lang:type=Memory/gc
curl 'http://influx:8086/query?q=DROP+DATABASE+x'
curl -G http://influx:8086/query --data-urlencode 'q=DROP DATABASE x'
curl -G http://influx:8086/query --data-urlencode 'q=SELECT * INTO b FROM a'
curl 'http://ch:8123/?query=KILL+QUERY'
curl 'http://solr:8983/solr/admin/collections?action=DELETE&name=x'
curl 'http://solr:8983/solr/x/update?stream.body=y'
curl 'http://nagios/cgi-bin/cmd.cgi?cmd_typ=19'
curl 'http://namenode/webhdfs/v1/x?op=DELETE'
curl -H 'X-HTTP-Method-Override: DELETE' http://h/x
curl http://h/app/actuator/env
curl http://h/actuator/heapdump
curl http://consul:8500/v1/kv/x?raw
curl http://h:2379/v2/keys
curl http://h:2375/containers/json
wget -qO- http://h/shutdown
wget --spider 'http://h/x?action=restart'
wget -qO- --header='X-HTTP-Method-Override: DELETE' http://h/x
http h/shutdown
http h/x X-HTTP-Method-Override:DELETE
xh h/x action==stop
""".strip().splitlines()
READING = """
redis-cli --help
kubectl delete --help
terraform destroy -help
kafka-reassign-partitions.sh --bootstrap-server b --reassignment-json-file r --verify --preserve-throttles
aws ec2 terminate-instances help
curl http://es:9200/_cat/indices
curl http://es:9200/_cluster/health
curl http://h/healthz
curl http://h/metrics
curl http://h/status
curl http://h/actuator/health
curl 'http://p:9090/api/v1/query?query=up'
curl 'http://p:9090/api/v1/query?query=process_start_time_seconds'
curl 'http://p:9090/api/v1/query_range?query=up&start=1&end=2&step=15'
curl http://p:9090/api/v1/alerts
curl -G http://influx:8086/query --data-urlencode 'q=SHOW DATABASES'
curl 'http://solr:8983/solr/admin/collections?action=CLUSTERSTATUS'
wget -qO- http://h/health
http GET h/health
curl http://o:3000/api/clusters
curl http://o:3000/api/replication-analysis
curl http://v:8200/v1/sys/seal-status
curl http://h:9200/_cat/recovery?v
curl http://h:8083/connectors/x/status
curl http://h/change-log
curl http://h/install.sh
curl 'http://h/graphql?query={a}'
curl 'http://n:9870/webhdfs/v1/x?op=LISTSTATUS'
curl 'https://ec2.amazonaws.com/?Action=DescribeInstances&Version=2016-11-15'
curl 'http://h:9200/i/_search?size=1'
curl -G http://h:9200/i/_search -d size=1
echo | openssl s_client -connect h:443
echo QUIT | openssl s_client -connect h:25 -starttls smtp
openssl s_client -connect h:443 < /dev/null
docker top x -ef
docker top x aux
docker top x -u redis -o pid,etime
podman top x pid user etime
mysql -e 'SELECT host FROM mysql.servers'
psql -c 'SELECT next, value FROM t'
kubectl describe sa x
kubectl describe pod secret
kubectl create configmap x --from-file=a --dry-run=client -o yaml
helm template -f v.yaml oci://r/c
mongosh --eval 'show dbs'
mongosh --eval 'JSON.stringify(rs.status(), null, 2)'
mongosh --eval 'db.x.aggregate([{$group:{_id:"$a",n:{$sum:1}}},{$sort:{n:-1}}]).toArray()'
tailscale status --json
""".strip().splitlines()


@pytest.mark.parametrize("command", ACTING)
def test_what_acts_is_safe_to_neither_key(command: str) -> None:
    assert scan(command).risk != "safe"
    assert advise(command).risk != "safe"


@pytest.mark.parametrize("command", READING)
def test_what_reads_stays_safe(command: str) -> None:
    assert scan(command).risk == "safe"


@pytest.mark.parametrize(
    "command",
    [
        "kafka-reassign-partitions.sh --bootstrap-server b --reassignment-json-file r --verify",
        "nodetool gcstats",
        "velero backup logs b",
        "velero backup describe b --details",
        "btrfs device ready /dev/sdb",
    ],
)
def test_a_look_that_changes_something_is_caution(command: str) -> None:
    assert scan(command).risk == "caution"
