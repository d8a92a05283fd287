"""Variables that steer programs, set in every way that a shell has."""

from __future__ import annotations

import pytest

from scanner import scan
from schemas.risk import Risk

ACTS = """\
for PATH in ./e; do ls; done
for PATH; do ls; done
select PATH in ./e; do ls; done
read -r PATH <<< ./e; ls
read PATH
read -r LD_PRELOAD < f; ls
read -rp 'x' -a PATH; ls
IFS=: read -r a PATH <<< x
read -ra BASH_ENV < f
while read -r PATH; do ls; done < f
while IFS=, read -r GIT_SSH_COMMAND b; do git status; done < f
mapfile -t PATH < f; ls
readarray PATH < f
mapfile -t -C 'rm -rf /' -c 1 x < f
mapfile -c1 -Crm x < f
let PATH=1
let 'PATH=x'
(( PATH = 1 ))
((PATH=1)); ls
(( a = (PATH = 1) ))
echo $((PATH=1)); ls
for ((PATH=0; PATH<1; PATH++)); do ls; done
((PATH++)); ls
getopts ab PATH; ls
while getopts ab: PATH; do ls; done
printf -v PATH ./e; ls
printf -vPATH ./e; ls
printf -v 'PATH' %s ./e
printf -v "$x" %s ./e
printf -v x[0] %s ./e
printf -v 'x[$(id)]' %s ./e
declare PATH=./e; ls
declare -x PATH=./e; ls
declare "PATH=./e"; ls
declare -x "LD_PRELOAD=/tmp/x"; ls
declare -n x=PATH; x=./e; ls
local -n ref=PATH
f() { local -n r=PATH; r=./e; }; f; ls
typeset PATH=./e; ls
typeset -n x=PATH
export PATH=./e; ls
export "PATH=./e"; ls
export 'LD_PRELOAD=/tmp/x.so'; ls
export BASH_ENV=/tmp/x
export -n PATH
readonly PATH=./e
readonly "PATH=./e"; ls
local PATH=./e
declare -g PATH=./e
declare -- PATH=./e
export x PATH=./e
PATH+=:./e; ls
PATH=./e ls
PATH=(./e); ls
PATH[0]=./e; ls
env PATH=./e ls
unset PATH; ls
${PATH:=./e}; ls
: ${PATH:=./e}
: ${LD_PRELOAD=./e}; ls
echo ${BASH_ENV:=/tmp/x}; bash -c ls
wait -p PATH; ls
exec {PATH}> /dev/null; ls
ls {PATH}< f
coproc PATH { ls; }
coproc LD_PRELOAD { ls; }; ls
PROMPT_COMMAND='id'; true
PS4='$(id)'; set -x; ls
ENV=/tmp/x sh -c ls
set -a; read LD_PRELOAD <<< x; ls
set -k
BASH_ARGV0=x
eval PATH=./e
typeset -f
enable -f ./x.so ls
hash -p ./e ls; ls
hash -p /tmp/e ls
source /tmp/x
compgen -C 'id'
complete -C id x
bind -x '"a": id'
shopt -s expand_aliases
history -c
fc -e rm
test -v 'x[$(id)]'
read 'x[$(id)]' <<< 1
read x[0]
unset 'x[$(id)]'
declare 'x[$(id)]=1'
for x in PATH; do read $x; done
x=PATH; read -r $x <<< ./e; ls
x=PATH; declare $x=./e; ls
x=PATH; export $x=./e; ls
x=PATH; printf -v $x ./e; ls
vared PATH
select x in $(id); do :; done; PS3='$(id)'
for GIT_DIR in a b; do git status; done
for HOME in a b; do cat ~/.x; done
for IFS in a; do ls; done
read IFS
read -r -d '' PATH < f
read -ep x PATH
read -rN 5 PATH
read -t5 PATH
read -u3 PATH
export PATH=$PATH:.
export PATH="$PATH:/tmp/x"
read REPLY PATH
((x=1, PATH=2)); ls
[[ $((PATH=1)) ]]; ls
x[PATH=1]=2; ls
echo ${x[PATH=1]}; ls
echo ${x:PATH=1}; ls
let x=PATH=1; ls
ls $[PATH=1]; ls""".split("\n")
READS = """\
for x in a b; do ls; done
for pod in $(kubectl get pods -o name); do kubectl logs $pod; done
read -r line < f; echo "$line"
while read -r a b; do echo "$a"; done < f
while IFS=, read -r a b; do echo "$a"; done < f
mapfile -t lines < f; echo "${lines[0]}"
let x=1
((x=1))
x=0; ((x++))
for ((i=0; i<5; i++)); do ls; done
declare x=1
declare -r x=1
local x=1
export TZ=UTC
export LANG=C
x=1
x+=1
unset x
: ${x:=1}
getopts ab x
export NAMESPACE=prod
wait
wait $!
for i in 1 2 3; do kubectl get pods; sleep 5; done
while true; do date; sleep 5; done
for path in /a /b; do ls $path; done
for host in a b; do ping -c1 $host; done
read -p 'x' name
mapfile -t pods < <(kubectl get pods)
arr=(a b c); echo "${arr[0]}\"""".split("\n")


@pytest.mark.parametrize("command", ACTS)
def test_setting_is_not_safe(command: str) -> None:
    assert scan(command.replace("⏎", "\n")).risk is not Risk.SAFE


@pytest.mark.parametrize("command", READS)
def test_setting_that_is_harmless_stays_safe(command: str) -> None:
    finding = scan(command.replace("⏎", "\n"))
    assert finding.risk is Risk.SAFE, finding.why
