"""Secrets that commands are given, and those that files of settings keep: found by how they stand there."""

from __future__ import annotations

import pytest

from scanner.given_secrets import _FORMS
from scanner.redact import redact
from scanner.secrets import find_secrets
from tests.unit.scanner.needed import needed

# Forms only: none of these is or was a credential of anything.
GIVEN = r"""
docker login -u app -p § registry.example.com
docker login --username app \
  -p § registry.example.com
oc login https://api:6443 -u admin -p §
az login --service-principal -u app -p § --tenant t
mongo -u admin -p § --authenticationDatabase admin
cqlsh -u cassandra -p § 10.0.0.1
rabbitmqadmin -u admin -p § list queues
usermod -p '§' app
sqlcmd -S db1 -U sa -P '§' -Q "select 1"
bcp app.dbo.t out t.bcp -S db1 -U sa -P§ -c
ipmitool -I lanplus -H bmc1 -U admin -P § power status
zip -P § a.zip a
ldapsearch -x -D "cn=admin" -w '§' -b dc=e
7z x -p§ a.7z
openssl enc -d -aes-256-cbc -in a.enc -k §
snmpwalk -v3 -u mon -A § sw1
newtool --host db1 -u admin --fast -p § sync
newtool -p § -u admin sync
curl -uadmin:§ https://x.example.com/api
curl -X PUT -u a:'§' https://x.example.com/api
curl -u admin:\
§ https://x.example.com
http -a admin:§ https://x.example.com/api
splunk search x -auth admin:§
lftp -u app,§ ftp.example.com
smbclient //nas/share -U app%§
sqlplus system/§@//db1:1521/ORCL
exp scott/§@orcl file=a.dmp
rabbitmqctl add_user app §
htpasswd -bc /etc/nginx/.htpasswd app '§'
vault operator unseal §
AUTH app §
CONFIG SET requirepass §
ACL SETUSER app on >§ ~* +@all
mc alias set m https://minio AKEY12345678 §
net use Z: \\nas\share § /user:app
net user app § /domain
wpa_passphrase net §
ConvertTo-SecureString -AsPlainText "§" -Force
db.auth("app", "§")
expect -c 'spawn ssh a@b; expect "assword:"; send "§\r"; interact'
aws configure set aws_secret_access_key §
aws secretsmanager put-secret-value --secret-id app --secret-string §
aws ssm put-parameter --name /app/db --type SecureString --value §
aws rds modify-db-instance --db-instance-identifier a --master-user-password §
az storage blob list --account-key § --container c
gpg --batch --passphrase '§' -d a.gpg
keytool -importkeystore -srcstorepass § -deststorepass a.jks
mysql -u root --password=\
§
java -Ddb.pass=§ -jar a.jar
SSHPASS=§ sshpass -e ssh root@db1 uptime
REDISCLI_AUTH=§ redis-cli ping
kubectl create secret generic db --from-literal='db-pass=§'
setx DB_PASSWORD §
echo "§" | docker login -u app --password-stdin registry.example.com
echo 'root:§' | sudo chpasswd
echo § | sudo -S systemctl restart nginx
echo -e "§\n§" | passwd app
kinit app <<< §
gh auth login --with-token <<< §
curl -H "Cookie: session=§" https://x.example.com/
curl -b "JSESSIONID=§" https://x.example.com/
curl -H "Authorization: Bearer \
§" https://x.example.com
CREATE USER app IDENTIFIED BY "§";
CREATE USER app IDENTIFIED BY §;
SET PASSWORD FOR 'app'@'%' = PASSWORD('§');
SET PASSWORD FOR 'app'@'%' = '§';
db-pass: §
<password>§</password>
<add key="Password" value="§"/>
<property name="hibernate.connection.password">§</property>
db1.example.com:5432:app:app:§
"""
PLAIN = r"""
docker run -u 1000:1000 -p 8080:80 nginx
mysql -u root -p Shop2
mysqldump -u root -p ShopDb1
psql -U app -w Db1
psql -U app -P pager=off Db1
sudo -u app mkdir -p Backup2024
cp -p -u A1b2 C1
ps -u root -p 123
ssh -p 2222 user@host
curl -u "$U:$P" https://x
curl -u ${U}:${P} https://x
curl -u <user>:<password> https://x
docker login -u x -p $TOKEN
docker login -u x -p <token>
rsync -u web1:~/Backup2 .
rsync -a web1:Backup2024 .
snmpwalk -v2c -c public Sw1
vault login
vault login -method=github token=$T
rabbitmqctl change_password app new_password
rabbitmqctl change_password app NewPassword
echo "$PW" | docker login -u a --password-stdin r1
echo y | sudo passwd root
The pods are identified by App1 and Label2.
tool --auth=Kerberos5 --auth ScramSha256
image: quay.io/app-auth:V2x
image: registry/app-token:1.2Ab
set requirepass in redis.conf
ssh_auth_key = ~/.ssh/Id1
kubectl create secret generic db --from-file=password=./Pw1.txt
tool --cache-key Abc1 --partition-key=Xy9Z --primary-key Id1x --ssh-key=Key1A
bypass=Ab12cd compass: V12ab
redis://cache-1:6379/0
gcloud secrets versions access latest --secret=app-db-1
helm upgrade app ./c --set image.tag=v1.2Ab --set existingSecret=app-db1
curl -b cookies.txt -c cookies.txt https://x
curl -b "a=$COOKIE" https://x
smbclient //nas/Share1 -U app
export IMAGE=registry.example.com/payments@sha256:0123456789abcdef
import x from "https://cdn.example.com/npm/checkout@5/+esm"
net use Z: \\nas\Share1
mc alias set m https://minio $A $B
<h2 id="reset-password">Step2</h2>
db1:5432:app:app:*
"""
SECRET = "Zq7vRt2mWx"
MANIFEST = """---
kind: ConfigMap
data:
  level: V3rbose9
---
kind: Secret
data:
  cfg: {secret}
---
kind: ConfigMap
data:
  level: V3rbose9
"""


@pytest.mark.parametrize("form", GIVEN.strip().replace("\\\n", "\0").split("\n"))
def test_what_a_command_or_a_file_is_given_is_found(form: str) -> None:
    text = form.replace("\0", "\\\n").replace("§", SECRET)
    assert SECRET not in redact(f"before\n{text}\nafter")


@pytest.mark.parametrize("form", [line for line in PLAIN.strip().split("\n") if line])
def test_names_numbers_places_and_holes_are_none(form: str) -> None:
    assert find_secrets(f"before\n{form}\nafter") == []


def test_of_a_manifest_only_a_secret_keeps_some() -> None:
    masked = redact(MANIFEST.format(secret=SECRET))
    assert SECRET not in masked
    assert masked.count("V3rbose9") == 2


def test_a_key_in_a_client_configuration_is_one() -> None:
    assert "LS0tLS1CRUdJTiBSU0E" not in redact("    client-key-data: LS0tLS1CRUdJTiBSU0EgUFJJVkFURSBLRVk=\n")


@pytest.mark.parametrize(("signs", "pattern"), [(signs, pattern) for signs, _, pattern in _FORMS])
def test_what_a_form_takes_has_one_of_its_signs(signs: str, pattern: str) -> None:
    texts = needed(pattern)
    assert not signs or (texts and all(any(sign in text for sign in signs.split()) for text in texts))
