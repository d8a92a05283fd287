"""The same file, place or secret in another spelling or by another tool: none of these is safe."""

from __future__ import annotations

import pytest

from scanner import scan
from scanner.paths import normal_path
from schemas.risk import Risk

ACTS = """\
python3 -m json.tool *.json
python3 -m json.tool a*
python3 -m json.tool $B
python3 -m json.tool --indent 2 *.json
cat /proc/self/./root/etc/shadow
cat /./proc/self/root/etc/shadow
cat //proc//self/root//etc/shadow
cat /proc/self/root/./etc/shadow
cat /proc/self/../self/root/etc/shadow
cat /etc/../proc/1/root/etc/shadow
cat /proc/self/task/./1/root/etc/shadow
cat /proc/1/root/../etc/shadow
cat /proc/1/cwd/./../etc/shadow
cat /proc/1/root/proc/./1/root/etc/shadow
cat /proc/self/roo?/etc/shadow
cat /p*c/self/./root/etc/shadow
cat /proc/self/task/1/[r]oot/etc/shadow
cat ../../proc/self/root/etc/shadow
cat ~/../../proc/self/root/etc/shadow
grep x ../../proc/1/task/2/cwd/a
gcloud run services describe s
gcloud beta run services describe s
gcloud run services describe s --format=yaml
gcloud run services list --format=json
gcloud run revisions describe r
gcloud run jobs describe j
gcloud functions describe f
gcloud functions list --format yaml
gcloud app versions describe v
gcloud config list
gcloud config configurations describe c
az containerapp show -n a -g g
az containerapp list
az container show -n a -g g
az deployment group show -n d -g g
az functionapp config appsettings list -n a -g g
az webapp config show -n a -g g
az webapp config appsettings list -n a -g g
doctl apps get a
doctl apps spec get a
doctl apps list -o json
git config --list
git config -l
git config --global --list
git config list
git config --show-origin -l
git config --get-regexp remote
git config --get-regexp .
haproxy -c -f /tmp/x
haproxy -c -f //tmp/x
haproxy -c -f /./tmp/x
haproxy -c -f /etc/../tmp/x
haproxy -c -f ~bob/x
haproxy -c -f ./x
haproxy -c -f x
kubectl get pods --certificate-authority=//tmp/x
kubectl get pods --certificate-authority=/./tmp/x
kubectl get pods --kubeconfig=//tmp/x
kubectl get pods --kubeconfig /./tmp/x
kubectl get pods --kubeconfig=/proc/self/root/tmp/x
docker --tlscacert //tmp/x ps
docker --tlscacert=/./tmp/x ps
kafka-topics --describe --command-config //tmp/x
kafka-topics --describe --command-config=/./tmp/x
terraform -chdir=//tmp/x validate
cd //tmp/x && git status
cd /./tmp/x && git status""".split("\n")
READS = """\
python3 -m json.tool a.json
python3 -m json.tool --indent 2 a.json
cat /proc/self/./status
cat /proc/1/root/etc/hostname
gcloud run services list
gcloud functions list
gcloud compute instances list --format=json
gcloud config get-value project
az webapp show -n a -g g
git config --get user.name
git branch -l
haproxy -c -f /etc/haproxy/haproxy.cfg
haproxy -c -V -f //etc/haproxy/haproxy.cfg
kubectl get pods --kubeconfig=/etc/kubernetes/admin.conf
kubectl get pods --kubeconfig ~/.kube/config
docker --tlscacert /etc/docker/ca.pem ps
kafka-topics --describe --command-config /etc/kafka/client.properties""".split("\n")
DESTROYS = """\
gcloud compute --project p instances delete vm
gcloud compute --project=p instances delete vm
gcloud --project p compute --quiet instances delete vm
gcloud sql --project p databases delete d
az vm -g rg delete -n x""".split("\n")


@pytest.mark.parametrize("command", ACTS)
def test_another_way_is_not_safe(command: str) -> None:
    assert scan(command).risk is not Risk.SAFE


@pytest.mark.parametrize("command", READS)
def test_what_is_harmless_beside_it_stays_safe(command: str) -> None:
    finding = scan(command)
    assert finding.risk is Risk.SAFE, finding.why


@pytest.mark.parametrize("command", DESTROYS)
def test_an_option_between_groups_hides_no_deletion(command: str) -> None:
    assert scan(command).risk is Risk.DANGEROUS


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("/proc/self/./root/etc/shadow", "/etc/shadow"),
        ("//proc//self//root", "/"),
        ("/proc/1/root/../../etc/x", "/etc/x"),
        ("/proc/1/root/x/../proc/2/task/3/cwd/y", "/y"),
        ("/proc/1/status", "/proc/1/status"),
        ("/proc/1/rooted/x", "/proc/1/rooted/x"),
        ("~/proc/1/root/x", "~/proc/1/root/x"),
    ],
)
def test_a_path_is_followed_as_the_kernel_does(written: str, read: str) -> None:
    assert normal_path(written) == read
