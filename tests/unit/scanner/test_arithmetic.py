"""Arithmetic evaluates data: only what is known to be a number is harmless."""

from __future__ import annotations

import pytest

from scanner import scan
from scanner.numbers import collect
from scanner.parse import parse_bash
from schemas.risk import Risk

ACTS = """\
n=$(cat f); (( n > 1 ))
n=$(cat f); [[ $n -gt 1 ]]
n=$(cat f); [[ n -gt 1 ]]
n=$(cat f); [[ 1 -lt $n ]]
n=$(cat f); [[ "$n" -gt 1 && -f x ]]
n=$(cat f); echo $((n))
n=$(cat f); echo $(($n))
n=$(cat f); echo $((1 + n))
n=$(cat f); echo "$((n+1))"
n=$(cat f); echo $[n]
echo $(($(cat f)))
[[ $(cat f) -gt 1 ]]
(( $(cat f) > 1 ))
(( `cat f` > 1 ))
n=$(cat f); [ -v "$n" ]
n=$(cat f); [[ -v $n ]]
n=$(cat f); test -v "$n"
n=$(cat f); echo ${!n}
n=$(cat f); echo ${arr[n]}
n=$(cat f); echo ${arr[$n]}
n=$(cat f); arr[n]=1
n=$(cat f); arr[$n]=1
n=$(cat f); unset "arr[$n]"
n=$(cat f); let x=n
n=$(cat f); let "x=n"
n=$(cat f); let x=$n
n=$(cat f); declare -i x=n
n=$(cat f); declare -i x=$n
declare -i x; x=$(cat f)
f() { local -i x; x=$1; }; f "$(cat f)"
n=$(cat f); local -i x=$n
n=$(cat f); echo ${x:n}
n=$(cat f); echo ${x:0:n}
n=$(cat f); echo ${x:$n:1}
n=$(cat f); for ((i=0;i<n;i++)); do :; done
n=$(cat f); for ((i=n;i<5;i++)); do :; done
n=$(cat f); printf -v "arr[$n]" x
n=$(cat f); read "arr[$n]" < f
read -r n < f; (( n > 1 ))
read n; [[ $n -gt 1 ]]
while read -r a b; do (( b > 5 )); done < f
while read -r a b; do [[ $b -gt 5 ]] && echo $a; done < f
(( $1 > 1 ))
(( n > 1 ))
[[ $1 -eq 5 ]]
for n in $(cat f); do (( n > 1 )); done
for n in *; do (( n > 1 )); done
n=5; n=$(cat f); (( n > 1 ))
n=5; while :; do (( n > 1 )); n=$(cat f); done
m=$(cat f); n=$m; (( n > 1 ))
n=5; read n < f; (( n > 1 ))
n=5; mapfile n < f; (( n > 1 ))
false && n=5; (( n > 1 ))
if false; then n=5; fi; (( n > 1 ))
(n=5); (( n > 1 ))
arr=($(cat f)); (( arr[0] > 1 ))
arr=($(cat f)); [[ ${arr[0]} -gt 1 ]]
n=$(grep -c x *); (( n > 1 ))
n=$(wc -l f); (( n > 1 ))
n=$(wc -l < f 2>&1); (( n > 1 ))
n=$(awk '{print $1}' f); (( n > 1 ))
n=$(echo "$x" | wc -l; cat f); (( n > 1 ))
n=x; (( n > 1 ))
n='a[0]'; (( n > 1 ))
n=$(date +%A); (( n > 1 ))
declare -n r=x; r=5; (( x > 1 ))
n=5; declare "n=$x"; (( n > 1 ))
n=5; : ${n:=x}; m=${m:=$(cat f)}; (( m ))
RANDOM=$(cat f); (( RANDOM > 1 ))
n=1; n+=$(cat f); (( n ))
x=(1 2); x+=($(cat f)); (( x[2] ))
[[ -v arr[n] ]]
echo ${arr[i]}
echo ${x:off}
echo ${!n}
echo ${!1}
x=ls; read -r x <<< rm; $x -rf /data
x=ls; mapfile -t x < f; $x
x=ls; getopts ab x; $x
x=ls; printf -v x rm; $x -rf /
x=-l; read -r x < f; find . $x
wc() { cat f; }; n=$(wc -l < f); (( n ))
eval n=x; (( n ))
case $n in 5) (( n > 1 ));; esac
[[ $n -eq 0 || $m -eq 1 ]]
(( x[$(id)] ))
[[ 'a[$(id)]' -eq 1 ]]
(( a = b ))
echo $(( ${n:-5} + 1 ))
n=$(jq -r .x f); (( n ))
test -v 'x[$(id)]'""".split("\n")
READS = """\
if [ $? -eq 0 ]; then echo ok; fi
if [[ $? -ne 0 ]]; then echo bad; fi
if (( $? == 0 )); then echo ok; fi
if [ "$n" -gt 1 ]; then echo x; fi
n=5; (( n > 1 ))
n=5; [[ $n -gt 1 ]]
n=$(wc -l < f); (( n > 1 ))
n=$(grep -c x f); [[ $n -gt 1 ]]
count=$(kubectl get pods | grep -c Running); if [[ $count -gt 5 ]]; then echo x; fi
count=$(kubectl get pods --no-headers | wc -l); if (( count > 5 )); then echo x; fi
count=$(kubectl get pods | grep -c Running || true); [[ "$count" -lt 5 ]] && echo low
n=$(ls | wc -l | tr -d ' '); (( n ))
n=0; for f in a b; do (( n++ )); done; echo $n
for ((i=0; i<5; i++)); do echo $i; done
for i in 1 2 3; do echo $((i * 2)); done
for i in {1..5}; do (( i == 3 )) && echo x; done
for i in $(seq 1 5); do echo $((i+1)); done
start=$(date +%s); sleep 1; end=$(date +%s); echo $((end - start))
x=abc; echo ${#x}; (( ${#x} > 1 ))
echo $(( 1 + 2 ))
echo $((SECONDS / 60))
[[ $# -gt 1 ]]
(( $# > 0 ))
[[ ${#arr[@]} -eq 0 ]]
arr=(a b); echo ${arr[0]} ${arr[@]} ${#arr[@]} ${arr[-1]}
arr=(a b); for ((i=0; i<${#arr[@]}; i++)); do echo ${arr[i]}; done
i=0; arr[i]=5; arr[0]=1
declare -A m; m[x]=1; echo ${m[x]} ${!m[@]}
x=abc; echo ${x:0:2} ${x:1}
n=$((5 * 3)); m=$n; (( m > 1 ))
n=5; n=$((n - 1)); (( n > 1 ))
i=0; while (( i < 5 )); do i=$((i+1)); done
i=0; until [[ $i -ge 5 ]]; do ((i++)); sleep 1; done
let n=5; let n++
n=5; let m=n+1
declare -i n=5; n=6
pct=$(df -P / | tail -1 | awk '{print $5}' | tr -dc '0-9'); [[ $pct -gt 80 ]]
[[ -v FOO ]]
[ -v FOO ]
[[ "$a" == "$b" ]]
[[ $(wc -l < f) -gt 5 ]]
if [[ "$(kubectl get pods | wc -l)" -gt 5 ]]; then echo x; fi
if [ "$(cat f)" -gt 5 ]; then echo x; fi
[[ ${PIPESTATUS[0]} -eq 0 ]]
n=$(pgrep -c nginx); (( n > 0 ))
n=$(nproc); load=$((n * 2))
x=PATH; echo ${!x}
while IFS= read -r line; do echo "$line"; done < f
while IFS=, read -r a b; do echo "$a"; done < f
max=10; f() { local i=0; while (( i < max )); do i=$((i+1)); done; }; f
retries=3; while [[ $retries -gt 0 ]]; do retries=$((retries - 1)); done""".split("\n")


@pytest.mark.parametrize("command", ACTS)
def test_arithmetic_is_not_safe(command: str) -> None:
    assert scan(command.replace("⏎", "\n")).risk is not Risk.SAFE


@pytest.mark.parametrize("command", READS)
def test_arithmetic_that_is_harmless_stays_safe(command: str) -> None:
    finding = scan(command.replace("⏎", "\n"))
    assert finding.risk is Risk.SAFE, finding.why


def test_a_script_of_assignments_that_copy_each_other_is_read_in_linear_time() -> None:
    text = ";".join(f"a{index}=$a{index + 1}" for index in range(300))
    facts = collect(parse_bash(text).root, text.encode())
    assert not facts.numeric()
    assert len(facts.counts) == 300
    chained = collect(parse_bash(text + ";a300=1").root, text.encode() + b";a300=1")
    assert len(chained.numeric()) == 301
