"""Dangerous commands, each as its words, one or more a tool: what the generator disguises."""

from __future__ import annotations

import shlex
from typing import Final

_WRITTEN: Final = r"""
rm -rf /data
rm -r -f /var/lib/postgresql
shred -u /etc/ssl/private/key.pem
dd if=/dev/zero of=/dev/sda bs=1M
mkfs.ext4 /dev/sda1
wipefs -a /dev/sda
truncate -s 0 /var/lib/mysql/ibdata1
find /srv -delete
chmod -R 777 /
chown -R nobody /etc
lvremove -f vg0/data
vgremove -f vg0
zpool destroy tank
zfs destroy -r tank/data
umount -l /data
kubectl delete namespace prod
kubectl delete pod api-0 -n prod
kubectl drain node-1 --ignore-daemonsets --delete-emptydir-data
kubectl scale deploy/api --replicas=0
helm uninstall api -n prod
oc delete project prod
docker system prune -af
docker rm -f db
docker volume rm data
podman rm -f db
docker-compose down -v
aws ec2 terminate-instances --instance-ids i-0123456789abcdef0
aws s3 rm s3://backups --recursive
aws rds delete-db-instance --db-instance-identifier prod
gcloud compute instances delete vm-1 --quiet
gcloud projects delete prod
az group delete -n prod -y
terraform destroy -auto-approve
pulumi destroy -y
git push --force origin main
git reset --hard HEAD~3
git clean -fdx
psql -c "DROP TABLE users"
psql -d prod -c "DELETE FROM orders"
mysql -e "DROP DATABASE prod"
sqlite3 app.db "DROP TABLE users"
mongosh --eval "db.dropDatabase()"
redis-cli FLUSHALL
redis-cli SHUTDOWN NOSAVE
etcdctl del --prefix /registry
kafka-topics.sh --bootstrap-server k:9092 --delete --topic orders
rabbitmqctl delete_queue orders
vault delete secret/prod
consul kv delete -recurse prod
nomad job stop -purge api
ceph osd purge 3 --yes-i-really-mean-it
shutdown -h now
reboot
halt -p
kill -9 1
pkill -9 postgres
killall -9 java
iptables -F
nft flush ruleset
ip link set eth0 down
userdel -r deploy
crontab -r
systemctl stop postgresql
systemctl disable --now kubelet
apt-get purge -y postgresql
dnf remove -y kernel
curl -X DELETE https://api.example/v1/tenants/1
ansible all -m shell -a "rm -rf /data"
"""

SEEDS: Final[tuple[tuple[str, ...], ...]] = tuple(
    tuple(shlex.split(line)) for line in _WRITTEN.strip().splitlines()
)
