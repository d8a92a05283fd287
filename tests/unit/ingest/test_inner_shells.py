"""What is typed into a shell or a console that a command opened is no command of the runbook."""

from __future__ import annotations

import pytest

from ingest.extract.inner_shells import opens_shell
from ingest.pipeline import Preview, preview
from ingest.questions import Answer

_OPENS = """
ssh db01
ssh -p 2222 -i key.pem ops@db01.example.net
sudo ssh db01
kubectl exec -it db-0 -- bash
kubectl -n x exec -ti db-0 -c db -- /bin/sh
docker exec -it db sh
docker compose exec db bash
oc rsh web-1
oc debug node/n1
gcloud compute ssh vm-1 --zone z
aws ssm start-session --target i-1
sudo -i
sudo su -
sudo -u postgres -i
su - postgres
bash
chroot /host
ssh db1
ssh <host>
ssh <user>@<host name>
ssh -i key.pem ec2-user@<ip>
ssh {{ host }}
ssh ${HOST}
ssh $HOST
ssh -t db1 bash
ssh -t db1 'sudo -i'
ssh db1 -p 2222
ssh db1 # the primary
sshpass -p x ssh root@db1
kubectl exec -it <pod> -n <ns> -- /bin/bash
kubectl exec -ti $(kubectl get pod -o name) -- sh
kubectl -n <ns> exec -it <pod> -c <c> -- bash
docker exec -it <container id> bash
gcloud compute ssh <instance> --zone <zone>
aws ssm start-session --target <instance-id>
sudo -u postgres bash
sudo -i -u postgres
sudo su - postgres
su postgres -
sudo bash
runuser -l postgres
chroot /mnt
kubectl debug node/<node> -it --image=busybox
kubectl run -it --rm debug --image=busybox -- sh
ip netns exec blue bash
virsh console vm1
pct enter 100
oc rsh <pod>
oc debug node/x
tsh ssh root@x
vagrant ssh
"""
_RUNS = """
ssh db1 uptime
ssh <host> 'df -h'
ssh -N -L 1:2:3 db1
kubectl exec <pod> -- ls /
kubectl exec -it <pod> -- bash -c 'ls'
docker exec <c> ls
oc get pods
oc delete pod x
oc status
sudo reboot
su - postgres -c 'psql'
bash run.sh
gcloud compute ssh x --command ls
docker run -d nginx
kubectl debug pod/x --image=busybox
ssh-keygen -t rsa
ssh -V
time ls
exec ls
sudo systemctl restart x
kubectl node-shell
sshpass -p x scp a b
ssh db01 uptime
ssh db01 -- systemctl stop pg
ssh -N -L 8080:localhost:80 db01
ssh -fN db01
kubectl exec db-0 -- ls /
kubectl exec -it db-0 -- bash -c 'rm -rf /x'
docker exec db pg_dump x
sudo systemctl stop pg
su - postgres -c 'psql -c "select 1"'
gcloud compute ssh vm-1 --command 'uptime'
bash deploy.sh
ssh-keygen -R db01
sudo -u postgres psql -c x
"""


def test_which_commands_open_a_shell() -> None:
    found = {line: opens_shell(line) for line in (_OPENS + _RUNS).strip().split("\n") if line}
    wanted = {line: line in _OPENS.split("\n") for line in found}
    assert found == wanted


def _steps(made: Preview) -> list[str]:
    return [item.step.command or f"~{item.written or item.step.manual}" for item in made.built.steps]


INSIDE = [
    ("```bash\nssh db01\nsystemctl stop pg\nexit\nsystemctl start web\n```", 1, "exit"),
    (
        "1. `kubectl exec -it db-0 -- bash`\n2. `rm -rf /data/x`\n3. `exit`\n4. `systemctl start web`",
        1,
        "exit",
    ),
    ("Log in:\n\n```bash\nssh db01\n```\n\nThen stop it:\n\n```bash\nsystemctl stop pg\n```", 1, ""),
    ("## Log in\n\n```bash\nssh db01\n```\n\n## Stop it\n\n```bash\nsystemctl stop pg\n```", 1, ""),
    ("## 1. Look\n\n`ssh db01`\n\n`uptime -p`\n\n## 2. Stop\n\n`systemctl stop pg`", 2, ""),
    ("```\n$ sudo -i\n# systemctl stop pg\n# exit\n$ systemctl start web\n```", 1, "exit"),
]


@pytest.mark.parametrize(("text", "count", "leaves"), INSIDE)
def test_what_is_typed_inside_is_typed_by_a_person(text: str, count: int, leaves: str) -> None:
    made = preview(f"# A\n\n{text}\n")
    opener, *inside = _steps(made)
    assert opener.startswith(("ssh", "kubectl", "sudo"))
    assert all(step.startswith("~") for step in inside[:count])
    if leaves:
        assert inside[count:] == [f"~{leaves}", "systemctl start web"]
    [asked] = [item for item in made.built.asked if "opens a shell" in item.question.question]
    again = preview(f"# A\n\n{text}\n", answers={asked.key: Answer(option="agent")})
    assert not _steps(again)[count].startswith("~")


def test_another_section_is_outside_again() -> None:
    text = (
        "# A\n\n## Look\n\n```bash\nssh db01\nuptime -p\n```\n\n## Stop\n\n```bash\nsystemctl stop web\n```\n"
    )
    assert _steps(preview(text)) == ["ssh db01", "~uptime -p", "systemctl stop web"]


def test_consoles_are_left() -> None:
    text = "# A\n\n```bash\npsql\nselect 1;\n\\q\nsystemctl start web\n```\n"
    assert _steps(preview(text)) == ["psql", "~select 1;", "systemctl start web"]


@pytest.mark.parametrize(
    ("lines", "commands"),
    [
        ("$ psql <<SQL\ndrop table x;\nSQL\n$ uptime", ["psql <<SQL\ndrop table x;\nSQL", "uptime"]),
        ("$ cat <<'EOF'\n> kind: Pod\n> EOF\n$ uptime", ["cat <<'EOF'\nkind: Pod\nEOF", "uptime"]),
        ("$ for i in 1 2; do\n> echo $i\n> done\n$ uptime", ["for i in 1 2; do\necho $i\ndone", "uptime"]),
        ("$ for i in 1 2; do\n  echo $i\ndone\n$ uptime", ["for i in 1 2; do\n  echo $i\ndone", "uptime"]),
        ("$ kubectl get po \\\n>   -n a\n$ uptime", ["kubectl get po \\\n  -n a", "uptime"]),
        ("$ kubectl get po\nNAME READY\n> none\n$ uptime", ["kubectl get po", "uptime"]),
        ("~ ❯ kubectl get po", ["kubectl get po"]),
        ("$> kubectl get po", ["kubectl get po"]),
        ("/ # kubectl get po", ["kubectl get po"]),
        ("bob@h:~/x (main)$ kubectl get po", ["kubectl get po"]),
        ("test> db.x.drop()", ["~db.x.drop()"]),
        ("rs0 [direct: primary] test> rs.stepDown()", ["~rs.stepDown()"]),
        ("cqlsh> drop keyspace k;", ["~drop keyspace k;"]),
    ],
)
def test_what_stands_behind_prompts(lines: str, commands: list[str]) -> None:
    assert _steps(preview(f"# A\n\n```\n{lines}\n```\n", "markdown")) == commands


def test_a_pasted_terminal_cites_nothing() -> None:
    text = "$ sudo systemctl restart a\n$ for i in 1 2; do\n> systemctl restart $i\n> done\n"
    made = preview(text)
    assert made.normalized.form == "plain"
    assert _steps(made) == ["sudo systemctl restart a", "for i in 1 2; do\nsystemctl restart $i\ndone"]


@pytest.mark.parametrize(
    ("language", "code", "commands"),
    [
        (
            "bash",
            'drain() {\n  kubectl drain "$1"\n}\ndrain n1',
            ['drain() {\n  kubectl drain "$1"\n}\ndrain n1'],
        ),
        ("cmd", "net stop a ^\n  /y", ["~net stop a ^\n  /y"]),
        ("bash", "kubectl get pods\n\nNAME   READY\nreboot   1/1", ["kubectl get pods"]),
        ("bash", "systemctl stop a\nPGHOST=db psql -h db", ["systemctl stop a", "PGHOST=db psql -h db"]),
        ("bash", "A=1 \\\nB=2 \\\nmake deploy", ["A=1 \\\nB=2 \\\nmake deploy"]),
    ],
)
def test_commands_are_whole(language: str, code: str, commands: list[str]) -> None:
    assert _steps(preview(f"# A\n\n```{language}\n{code}\n```\n")) == commands


@pytest.mark.parametrize(
    ("item", "command"),
    [
        ("echo “hello” > /tmp/x", 'echo "hello" > /tmp/x'),
        ("systemctl stop nginx; systemctl start nginx", "systemctl stop nginx; systemctl start nginx"),
        ("systemctl start nginx\t(takes 2 min)", "systemctl start nginx"),
        ("Run `kubectl delete pod web ––force`", "kubectl delete pod web --force"),
        ("Run <code>systemctl start a</code>.", "systemctl start a"),
    ],
)
def test_commands_of_an_item_are_whole(item: str, command: str) -> None:
    assert _steps(preview(f"# A\n\n1. {item}\n2. `uptime -p`\n", "markdown")) == [command, "uptime -p"]


@pytest.mark.parametrize(
    "opener", ["ssh <replica-host>", "kubectl exec -it <pod> -n <ns> -- bash", "ssh {host}"]
)
def test_a_place_to_fill_in_hides_no_shell(opener: str) -> None:
    made = preview(f"# A\n\n1. Run `uptime -p`.\n2. Run `{opener}`.\n3. Run `rm -rf /srv/old`.\n")
    assert all("rm -rf" not in (item.step.command or "") for item in made.built.steps)
    assert any("rm -rf" in (item.step.manual or "") for item in made.built.steps)


def test_a_place_to_fill_in_hides_no_console() -> None:
    made = preview("# A\n\nRun `uptime -p`.\n\n```\npsql -h <host> -U <user>\nDROP TABLE x;\n```\n")
    assert any("DROP TABLE x;" in (item.step.manual or "") for item in made.built.steps)


def test_a_client_with_options_before_the_name_opens_a_shell_too() -> None:
    assert opens_shell("oc rsh -n openshift-etcd etcd-a.internal")
    assert opens_shell("oc debug --as-root node/a")
    assert not opens_shell("oc rsh -n storage tools-pod ceph status")
