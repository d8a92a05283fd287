"""Secrets by a path that is not literal: patterns, braces, folders, searches."""

from __future__ import annotations

import pytest
import re2

from scanner import scan
from scanner.paths import is_sensitive
from scanner.tables import knowledge, names
from schemas.risk import Risk

ACTS = """\
cat /etc/sha*
cat /etc/s*
cat /etc/$X
cat /root/$X
cat ~/$X
cat /etc/kubernetes/pki/$X
ls /etc | xargs -I{} cat /etc/{}
cd /etc && ls | xargs cat
ls -A ~ | xargs -I{} cat ~/{}
echo c2hhZG93 | base64 -d | xargs -I{} cat /etc/{}
for f in $(ls /etc); do cat /etc/$f; done
pgrep java | xargs -I{} cat /proc/{}/{}
cat /etc/*
cat /etc/{shadow,passwd}
cat /etc/{passwd,sha}*
cat /etc/shado?
cat /etc/[s]hadow
cat /etc/sh[a-z]dow
cat /*/shadow
cat /etc/../etc/shadow
cat //etc/shadow
cat /./etc//shadow
cat ~/.ssh/*
cat ~/.ssh/id_*
cat ~/.s*/id_rsa
cat ~root/.ssh/id_rsa
cat ~/.aws/c*
head /root/.aws/c*
cat /root/.a*/credentials
cat /home/*/.ssh/id_rsa
cat $HOME/.ssh/*
cat ~/.*history
cat ~/.bash_h*
cat /root/.*
cat ~/.*
cd /etc && cat shadow
cd /etc; cat shadow
cd /etc; cat ./shadow
cd /etc; cat sha*
cd / && cat etc/shadow
cd /etc/ssl && cat private/x.pem
cd ~/.ssh && cat *
cd ~/.aws; cat credentials
cd ~ && cat .ssh/id_rsa
cd /root && cat .ssh/config .aws/credentials
cd /proc/1 && cat environ
cd /proc/self; cat environ
cd /etc/x/.. && cat shadow
cd /var && cd /etc && cat shadow
cd "$d" && cat shadow
cd /etc && cat ../etc/shadow
pushd /etc; cat shadow
cat /proc/*/environ
cat /proc/1/env*
cat /proc/self/e*
cat /proc/*/e*
cat /proc/$$/environ
cat /proc/$pid/environ
strings /proc/1/environ
tr '\\0' '\\n' < /proc/1/environ
cat < /etc/sha*
cat < /etc/shadow
while read l; do echo $l; done < /etc/shadow
grep -r password /etc
grep -r x /etc/
grep -R x /root
grep -r x /
grep -r x ~
grep -rn x /home
grep -r password ~/.ssh
grep x /etc/*
rg x /etc
rg --hidden x ~
find / -name shadow -exec cat {} +
find / -name shadow -exec cat {} \\;
find /etc -name 'sh*' -exec head {} \\;
find /etc -type f -exec grep x {} +
find /etc -type f | xargs cat
find / -name id_rsa | xargs cat
find ~/.ssh -type f -exec cat {} +
ls /etc/shadow | xargs cat
echo /etc/shadow | xargs cat
echo /etc/sha* | xargs cat
for f in /etc/sha*; do cat "$f"; done
for f in /etc/*; do cat $f; done
for f in ~/.ssh/*; do cat $f; done
f=/etc/shadow; cat $f
f=/etc/sha*; cat $f
d=/etc; cat $d/shadow
d=/etc; cat "$d"/sha*
cat "/etc/shadow"
cat '/etc'/shadow
cat /etc/"shadow"
cat /etc/shadow-
cat /etc/gshadow
cat /etc/kubernetes/*.conf
cat /etc/kubernetes/admin.c*
cat /etc/kubernetes/pki/*
cat /etc/kubernetes/pki/ca.k*
cat /etc/ssl/private/*
cat /etc/pki/*/x
cat *.pem
cat *.key
cat *
cat .*
cat .env*
cat ./.e*
cat .en?
cat config/*
cat *secret*
cat secrets.*
cat credentials*
cat id_rsa*
cat *rsa
cat */.env
cat **/.env
cat @(/etc/shadow)
cat /etc/@(shadow|passwd)
cat /etc/!(passwd)
cat /etc/+(s)hadow
cat /etc/sh{a,b}dow
cat {/etc/shadow,x}
cat /e{t,u}c/shadow
cat /etc/sh{a..c}dow
cat /etc/shad{o..p}w
cat /etc/{s,}hadow
head -c 100 /etc/sha*
tail /etc/sha*
less /etc/sha*
sort /etc/sha*
cut -d: -f2 /etc/sha*
awk '{print}' /etc/sha*
sed -n p /etc/sha*
base64 /etc/sha*
xxd /etc/sha*
od -c /etc/sha*
strings /etc/sha*
diff /etc/sha* /dev/null
cat -- /etc/sha*
grep . /etc/sha*
jq . ~/.docker/c*
jq . ~/.docker/config.json
tail -f /etc/sha*
cat /var/run/secrets/*/*/token
cat /run/secrets/*
cat /run/s*/x
cat /var/run/secrets/kubernetes.io/serviceaccount/token
cat /etc/NetworkManager/system-connections/*
cat /etc/wireguard/*
cat /etc/wireguard/wg0.conf
cat /root/*/id_rsa
paste /etc/shadow /etc/passwd
cat /dev/s*
cat /dev/sd?
wc -l < /etc/sha*
comm /etc/shadow x
zcat /etc/sha*
bat /etc/sha*
python3 -m json.tool ~/.docker/config.json
openssl x509 -in /etc/ssl/private/*.key
cat "$HOME"/.ssh/*
cat ${HOME}/.aws/credentials
cat ~+/.env""".split("\n")
READS = """\
tail -f $LOGFILE
cat "$LOG"
cat /var/log/$X
cat /etc/nginx/conf.d/$X
pgrep java | xargs -I{} cat /proc/{}/status
cat /var/log/*.log
cat /var/log/syslog*
tail -n 50 /var/log/nginx/*.log
grep error /var/log/*.log
grep -r error /var/log
grep -rn TODO src
grep -r x .
grep -r x /var/log/nginx
ls /etc/*
ls ~/.ssh
ls -la /etc
ls /proc/*/fd
cat /etc/os-release
cat /etc/*-release
cat /etc/passwd
cat /etc/hosts
cat /etc/host*
cat /etc/nginx/conf.d/*.conf
cat /etc/nginx/sites-enabled/*
cat /proc/meminfo
cat /proc/cpuinfo
cat /proc/*/status
cat /proc/1/status
cat /proc/1/limits
cat /sys/class/net/*/address
cd /var/log && tail syslog
cd /var/log; cat *.log
cd /etc/nginx && cat nginx.conf
cd /etc && cat hosts
cd /tmp; ls
find /var/log -name '*.log' -exec wc -l {} +
find /var/log -name '*.log' -exec grep -l error {} +
find . -name '*.py' | xargs wc -l
find /etc -name '*.conf'
find /var/log -name '*.log' | xargs grep error
for f in /var/log/*.log; do tail -1 "$f"; done
for f in *.log; do wc -l $f; done
cat *.log
cat *.txt
cat *.yaml
wc -l *.csv
du -sh /etc/*
cat README*
cat README.md
cat file.{txt,log}
cat /etc/{hosts,resolv.conf}
cat /var/log/app/{a,b}.log
head -5 data/*.csv
cat /etc/cron.d/*
cat /etc/systemd/system/*.service
cat /etc/resolv.conf""".split("\n")


@pytest.mark.parametrize("command", ACTS)
def test_reading_is_not_safe(command: str) -> None:
    assert scan(command.replace("⏎", "\n")).risk is not Risk.SAFE


@pytest.mark.parametrize("command", READS)
def test_reading_that_is_harmless_stays_safe(command: str) -> None:
    finding = scan(command.replace("⏎", "\n"))
    assert finding.risk is Risk.SAFE, finding.why


def test_each_sample_is_a_secret_by_the_patterns_and_each_pattern_has_a_sample() -> None:
    samples = names("secret_samples")
    assert [sample for sample in samples if not is_sensitive(sample)] == []
    for pattern in knowledge()["patterns"]["sensitive_paths"]:
        compiled = re2.compile(pattern)
        assert any(compiled.fullmatch(sample) for sample in samples), pattern
