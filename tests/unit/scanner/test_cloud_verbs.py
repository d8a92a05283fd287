"""Clouds: the verb is the first word that is no group, not a later one that looks like a read."""

from __future__ import annotations

import pytest

from scanner import scan
from schemas.risk import Risk

ACTS = """\
gcloud compute instances stop info
gcloud compute instances stop list
gcloud compute instances start describe
gcloud sql instances restart status
gcloud sql instances failover list
gcloud compute ssh list
gcloud compute instances reset list
gcloud compute instances add-tags info --tags x
gcloud compute instances create list
gcloud run deploy list
gcloud run services update list
gcloud app deploy list
gcloud app versions stop list
gcloud container clusters resize list --num-nodes 0
gcloud container clusters get-credentials list
gcloud config set project list
gcloud projects add-iam-policy-binding list
gcloud pubsub topics publish list
gcloud pubsub subscriptions pull list
gcloud functions call list
gcloud functions call describe
gcloud beta compute instances stop list
gcloud alpha sql instances restart list
gcloud --project p compute instances stop list
gcloud --project=p compute instances stop list
gcloud compute --zone z instances stop list
gcloud dns record-sets create list
gcloud compute instances move list
gcloud components update list
gcloud components install list
gcloud auth login list
gcloud auth print-access-token
gcloud auth list print
gcloud secrets versions access latest
gcloud builds submit list
gcloud workflows run list
gcloud scheduler jobs run list
gcloud scheduler jobs pause list
gcloud tasks queues pause list
gcloud init list
gcloud compute instances suspend list
gcloud frob list
gcloud frobs frob list
gcloud compute frob list
openstack server stop list
openstack server reboot show
openstack server start list
openstack server create list
openstack server migrate show
openstack volume create list
nova stop list
nova reboot show
cinder create list
fly deploy status
fly machine stop list
fly machine start status
fly scale count show
fly ssh console list
flyctl deploy list
fly apps restart list
fly secrets set list
doctl compute droplet create list
doctl compute droplet-action reboot list
doctl apps create list
az vm stop -n list
az vm restart list
az webapp restart list
az group create -n list
az sql db create list
az vm start show
heroku restart list
heroku ps:restart list
heroku run list
heroku pg:promote list
heroku maintenance:on info
hcloud server reboot list
hcloud server poweroff list
oci compute instance action list
linode-cli linodes reboot list
ibmcloud is instance-stop list
scw instance server stop list
vercel deploy list
netlify deploy list
netlify deploy status
cf restart list
cf push list
cf stop info
cf scale list
yc compute instance stop list
aliyun ecs StopInstance list
pscale branch create list
pscale deploy-request deploy list
confluent kafka topic create list
supabase db push list
supabase db reset list
railway up list
railway run list
databricks jobs run-now list
snow sql list
civo instance stop list
exo compute instance stop list
tccli cvm StopInstances list
vercel env pull list
heroku config
heroku config:get X
az keyvault secret show -n x
az storage account keys list
doctl auth list x create
fly logs; fly deploy list
oci os object put list""".split("\n")
READS = """\
gcloud compute instances list
gcloud compute instances describe vm --zone z
gcloud --project p compute instances list
gcloud compute instances list --format json
gcloud sql instances describe db
gcloud sql instances list
gcloud container clusters describe c
gcloud container clusters list
gcloud config list
gcloud projects list
gcloud projects describe p
gcloud info
gcloud version
gcloud logging read 'severity>=ERROR' --limit 5
gcloud run services describe s
gcloud run services list
gcloud beta compute instances list
gcloud app versions list
gcloud auth list
gcloud dns record-sets list --zone z
gcloud compute instances get-serial-port-output vm
gcloud projects get-iam-policy p
gcloud compute backend-services get-health b --global
gcloud pubsub topics list
gcloud functions logs read f
gcloud compute operations list
gcloud container node-pools list --cluster c
gcloud monitoring dashboards list
gcloud compute instances describe stop
openstack server list
openstack server show x
openstack volume list
nova list
nova show x
fly status
fly logs
fly apps list
fly machine list
fly status -a app
doctl compute droplet list
doctl compute droplet get 5
doctl kubernetes cluster list
az vm list
az vm show -g g -n n
az group list
az webapp show -n a -g g
az account show
az aks list
az vm get-instance-view -g g -n n
az monitor metrics list --resource r
heroku logs
hcloud server list
hcloud server describe x
oci compute instance list
oci compute instance get --instance-id x
linode-cli linodes list
ibmcloud ks cluster ls
scw instance server list
vercel ls
netlify status
yc compute instance list
pscale branch list db
confluent kafka topic list
databricks jobs list""".split("\n")


@pytest.mark.parametrize("command", ACTS)
def test_verb_is_not_safe(command: str) -> None:
    assert scan(command.replace("⏎", "\n")).risk is not Risk.SAFE


@pytest.mark.parametrize("command", READS)
def test_verb_that_is_harmless_stays_safe(command: str) -> None:
    finding = scan(command.replace("⏎", "\n"))
    assert finding.risk is Risk.SAFE, finding.why
