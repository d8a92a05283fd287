"""What a command opens from where it stands: behind a `cd`, below another root, in another shell.

Each row of `ACTS` was once safe, and opens a device, shows a secret, or lets data run commands. Beside them
stands what must stay safe, and what must not keep the scanner busy.
"""

from __future__ import annotations

import time
from typing import Final

from scanner import scan
from schemas.risk import Risk

ACTS: Final = r"""
cd /dev && cat < sda
(cd /dev && cat < sda)
! cd /dev && cat < sda
cd /root/.kube && cat < config
cd /root/.ssh && cat < prod
cd /dev && wc -l < sda || true
cd /dev && cat < sda | wc -l
cd /dev && cat < sd*
cd /dev && cat < $(echo sda)
cd /dev; true && cat 0<> sda
cd /etc && while read -r l; do echo "$l"; done < shadow
f=/etc/shadow && cat < $f
cat < /dev/sd?
git diff ../../root/.aws /tmp/x
git diff ../.ssh /tmp/e
git diff .. /tmp/x
git diff a/../../.ssh b
git diff ~/x .ssh
git diff /tmp/x .env
cd /root; git diff .aws ../tmp/x
blkid /dev/*
blkid /dev/w*
blkid /d?v/watchdo?
blkid ../dev/watchdog
blkid /host/dev/watchdog
smartctl -i /dev/*
cd /dev; blkid w*
cat /host/dev/sd*
cat /host/dev/*
cat /rootfs/d?v/sda
cat /host/dev/mapper/vg-root
cat /host/dev/sdaa
cat /host/dev/loop0
cat /host/dev/disk/by-id/x
cd /host; cat dev/sd?
ksh -c 'n=$(cat f); test "$n" "-eq" 3'
zsh -c 'n=$(cat f); test "$n" \-eq 3'
ksh -c 'n=$(cat f); test "$n" -e""q 3'
ksh -c 'n=$(cat f); [ "$n" "-eq" 3 ]'
ksh -c 'n=$(cat f); o=-eq; test "$n" $o 3'
ksh -c 'n=$(cat f); o=-eq; [ "$n" $o 3 ]'
ksh -c 'n=$(cat f); o=$(cat g); test "$n" "$o" 3'
ksh -c 'n=$(cat f); ex\it "$n"'
ksh -c 'n=$(cat f); e=exit; $e "$n"'
ksh -c 'n=$(cat f); command ex""it "$n"'
ksh -c 'for i in 1; do break "$(cat f)"; done'
zsh -c 'for i in 1; do continue "$(cat f)"; done'
zsh -c 'typeset "-T" A a; ls'
zsh -c 'type\set -xT A a; ls'
zsh -c 't=typeset; $t -T A a; ls'
csh -c 'ls 2>&1'
tcsh -c 'ls >& 1'
n=$(cat f); x=([$n]=1)
n=$(cat f); x+=([0]=a [$n]=1)
n=$(cat f); declare -a x=([$n]=1)
n=$(cat f); x=([n]=1)
n=$(cat f); x=([a[$n]]+=1) ls
od /host/dev/port
printf "%$x" PATH
printf "%-$w$x" PATH
printf "%l$x" PATH
curl user@ftp.example.com
curl user:pw@ftp.example.com/x
curl a@b@dict.example.com
curl -G -d qry=java.lang:type=Runtime 'http://h/jmx?qry=java.lang:type=Memory'
curl -G -d @f 'http://h/jmx?qry=java.lang:type=Memory'
curl 'http://h/jmx?qry=java.lang:type=Run[t-t]ime'
curl 'http://h/jmx?qry=java.lang:type=Run{t}ime'
psql -c "select lpad('a',20000), repeat(lpad(b,20000),10000)"
psql -c "select replace(space(20000), ' ', space(20000))"
psql -c "select lpad(a, 200000000)"
psql -c "select lpad(a,20000) from generate_series(1,10000)"
"""
STAYS_SAFE: Final = r"""
cd /tmp && cat < sda
cd /var/log && wc -l < syslog
cd /var/log && while read -r l; do echo "$l"; done < syslog
git diff ../a ../b
git diff HEAD ../src
git diff ..origin/main x
git diff main..origin/main
blkid /dev/sd*
smartctl -H /dev/sda
ls /dev/*
cat envs/dev/main.tf
cat envs/dev/*.tf
cat /srv/dev/*.yaml
ksh -c 'test -n "$x" && ls'
ksh -c '[ -n "$x" ] && ls'
ksh -c 'test "$x" = "$y" && ls'
ksh -c 'ls; exit $?'
bash -c 'n=$(cat f); test "$n" "-eq" 3'
csh -c 'ls >& /dev/null'
zsh -c 'df -T'
zsh -c 'ls -ltT'
zsh -c 'kubectl get pods -oT'
declare -A m; n=$(cat f); m=([$n]=1)
declare -A m=([a]=1 [b]=2); echo "${m[a]}"
x=([0]=a [1]=b); echo "${x[@]}"
i=3; x=([i+1]=a); echo "${x[@]}"
cat /host/dev/null
printf "100%% $x"
printf "%s: $x" a
curl ftpd.example.com/x
curl 'http://h/jmx?qry=java.lang:type=Memory'
psql -c "select lpad(a,20), lpad(b,20), lpad(c,20), lpad(d,20), lpad(e,20), lpad(f,20), lpad(g,20) from t"
"""
LONG: Final = (
    "x=(" + "[1 " * 4_000 + ")",
    "x=(" + "[1]=2 " * 500 + ")",
    "x=([" + "a[" * 3_000 + "1" + "]" * 3_000 + "]=1)",
    "cd /dev" + " && cat < sda" * 2_000,
    "cat " + "../" * 20_000 + "dev/x",
    "cat '" + "dev/mapper/" * 5_000 + "'",
    "cat " + "d*/" * 99 + "x",
    "cat " + "/host/d?v/s*d " * 1_000,
    "git diff " + "../x " * 1_900,
    "curl " + "a@" * 30_000 + "h",
    "printf '" + "%-" * 15_000 + "' $x",
    'printf "' + "%$x-" * 1_500 + '"',
    "ksh -c '" + "[ a" * 10_000 + "'",
    "ksh -c '" + "test a " * 3_000 + "'",
    "zsh -c '" + "export -" * 7_000 + "'",
    "ksh -c '" + "break " * 3_000 + "'",
    'psql -c "select ' + "lpad(a,20)," * 2_000 + ' 1"',
)


def test_what_opens_it_from_there_is_not_safe() -> None:
    rows = ACTS.strip().splitlines()
    assert [text for text in rows if scan(text).risk is Risk.SAFE] == []


def test_what_only_looks_like_it_stays_safe() -> None:
    rows = STAYS_SAFE.strip().splitlines()
    assert [text for text in rows if scan(text).risk is not Risk.SAFE] == []


def test_a_redirection_behind_a_list_is_told_once() -> None:
    found = scan("true && cat < /etc/shadow")
    assert (found.rule_ids, len(found.spans)) == (("secrets.read",), 1)


def test_none_of_them_takes_long() -> None:
    times = {}
    for text in LONG:
        begun = time.process_time()
        scan(text)
        times[text[:40]] = time.process_time() - begun
    assert {text: took for text, took in times.items() if took > 0.5} == {}
