"""Where a word stands for a value, and where the same word is what it says."""

from __future__ import annotations

import pytest

from ingest.pipeline import preview
from ingest.variables import find_placeholders


def found(command: str) -> list[str]:
    """The texts of a command's placeholders."""
    return [item.text for item in find_placeholders(command, frozenset())]


@pytest.mark.parametrize(
    ("command", "texts"),
    [
        ("redis-cli -h HOST -p PORT FLUSHALL", ["HOST", "PORT"]),
        ("redis-cli --cluster add-node HOST:PORT 10.0.0.1:6379", ["HOST", "PORT"]),
        (
            "kubectl get pods | grep POD | awk '{print $1}' | xargs kubectl delete pod -n NAMESPACE",
            ["POD", "NAMESPACE"],
        ),
        ("grep -c x /var/log/SERVICE/app.log", ["SERVICE"]),
        ("grep -c x /var/log/APP/app.log", ["APP"]),
        ("export NS=NAMESPACE", ["NAMESPACE"]),
        ("export DB='postgresql://app@DB_HOST:5432/x'", ["DB_HOST"]),
        ("house drop-role rolename --user=username", ["rolename", "username"]),
        ("ssh root@hostname cat /tmp/filename", ["hostname", "filename"]),
        ("export HOST=HOSTNAME", ["HOSTNAME"]),
        ('curl -H "Host: DOMAIN" https://a.example', ["DOMAIN"]),
        ('curl -H "X-VAULT-NAMESPACE: NAMESPACE" https://a.example', ["NAMESPACE"]),
        ("cat a | sudo tee /etc/SERVICE.conf", ["SERVICE"]),
        ("tail /var/log/SERVICE.log", ["SERVICE"]),
        ("systemctl restart SERVICE.service", ["SERVICE"]),
        ("kubectl delete pod \\\n  POD", ["POD"]),
        ("stop SERVICE", ["SERVICE"]),
        ('curl "HOST:9200/_cat/nodes"', ["HOST"]),
        ("ssh -o HostName=HOST a", ["HOST"]),
        ("docker run -e DB_HOST=HOSTNAME image", ["HOSTNAME"]),
        ("iptables -A INPUT -s IP -j DROP", ["IP"]),
        ("echo NODE | xargs kubectl drain", ["NODE"]),
        ("kill -s HUP PID", ["PID"]),
        ("ping x.x.x.x", ["x.x.x.x"]),
        ("kubectl get pods | grep your-pod", ["your-pod"]),
        ("grep your-request /var/log/app.log", ["your-request"]),
        ("sed -i 's/old/your-bucket/' app.yaml", ["your-bucket"]),
    ],
)
def test_a_word_that_stands_for_a_value(command: str, texts: list[str]) -> None:
    assert found(command) == texts


@pytest.mark.parametrize(
    "command",
    [
        "case $x in [y|Y]) rm /tmp/a ;; esac",
        'sed "s/[a|b]/c/" a.txt',
        "grep [a|b] a.txt",
        "git checkout FETCH_HEAD",
        "git reset --hard ORIG_HEAD",
        "taskkill /PID 123 /F",
        "docker exec web printenv PATH",
        "kubectl exec web -- printenv PORT",
        "openstack server list -c ID -c NAME",
        "kubectl get nodes -L ZONE",
        "aws elbv2 create-target-group --target-type IP",
        "aws ce get-cost-and-usage --group-by Type=DIMENSION,Key=SERVICE",
        "cmake -DCMAKE_BUILD_TYPE=RELEASE",
        'psql -c "COMMIT"',
        "rman TARGET /",
        "systemctl show --property=NAME",
        "systemctl list-units --type=SERVICE",
        "kubectl get PVC",
        'sed -i "s/__VERSION__/1.2.3/" app.yaml',
        "sed -i 's/your-bucket/mybucket/' app.yaml",
        "grep -rl your-bucket .",
        "env | grep HOST",
        "ssh web1 hostname",
        "cat /etc/hostname",
        "SELECT sid FROM v WHERE username = 'x'",
        "ps -eo pid,username",
        'psql -c "SELECT username FROM t"',
        "sudo /usr/sbin/lvrename /dev/a /dev/b",
        "kubectl get pods -o custom-columns=a:nodename",
        "git checkout --username",
        "grep -r username /etc",
    ],
)
def test_a_word_that_is_what_it_says(command: str) -> None:
    assert [text for text in found(command) if not text.startswith("$")] == []


def told(command: str, prose: str) -> list[str]:
    """The variables of a text with one command."""
    made = preview(f"# A\n\n{prose}\n\n```sh\n{command}\n```\n", "markdown")
    return [item.name for item in made.runbook.spec.variables]


@pytest.mark.parametrize(
    ("prose", "command"),
    [
        ("Replace `pod` with the pod's name.", "kubectl delete pod pod"),
        (
            "List it, where `name` is the name of the pod:",
            "kubectl get pods --field-selector metadata.name=foo -o name",
        ),
        ("In `/etc/app.conf`, replace `debug` with `info`:", "sed -i s/debug/info/ /etc/app.conf"),
        ("Replace `/dev/sdb` in the array:", "mdadm /dev/md0 --remove /dev/sdb"),
        ("Replace `osd.12` with the new disk:", "ceph osd out osd.12"),
        ("Swap `blue` for `green`:", "kubectl scale deploy blue --replicas=0"),
        ("Replacing `server.crt` with a new certificate:", "cp server.crt /etc/ssl/server.crt"),
        ("Replace `true` with `false` in the config, then:", "true && systemctl restart web"),
        ("Replace `10` with the number of replicas.", "kubectl scale deploy web --replicas=10; sleep 10"),
        ("Replace `old-name` with your name in the file:", "sed -i s/old-name/web/ a.yaml"),
    ],
)
def test_what_is_replaced_is_the_work_or_the_word_of_a_program(prose: str, command: str) -> None:
    assert told(command, prose) == []


@pytest.mark.parametrize(
    ("prose", "command", "names"),
    [
        ("Replace `web-0` with the pod's name.", "kubectl delete pod web-0", ["web_0"]),
        ("Replace `namespace` with your namespace.", "kubectl get pods -n namespace", ["namespace"]),
        (
            "Replace `my-app` in what is below with the app.",
            "kubectl rollout restart deploy/my-app",
            ["app"],
        ),
        ("Replace `/dev/sdb` with your device:", "wipefs -a /dev/sdb", ["dev_sdb"]),
        ("Replace `server` by the name of the host.", "ssh server uptime", ["server"]),
        ("Run it, where `foo` is the queue:", "rabbitmqctl purge_queue foo", ["foo"]),
    ],
)
def test_what_is_replaced_is_a_value(prose: str, command: str, names: list[str]) -> None:
    assert told(command, prose) == names
