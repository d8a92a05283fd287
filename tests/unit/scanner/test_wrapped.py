"""Programs that run another one: the inner command decides, or it is not known."""

from __future__ import annotations

import pytest

from scanner import scan
from schemas.risk import Risk

ACTS = """\
parallel rm ::: a b
parallel 'rm {}' ::: a
parallel -j2 'rm -rf {}' ::: a
parallel ::: 'rm -rf /' ls
parallel < cmds
cat cmds | parallel
parallel -a cmds
parallel --jobs 2 < cmds
parallel ls ::: a | sh
parallel --tmuxpane rm ::: x
parallel --rpl '{x} rm' ls ::: x
parallel -S host ls ::: x
parallel --sshlogin host ls ::: x
parallel --results /tmp/x ls ::: a
parallel --joblog /tmp/x ls ::: a
parallel --basefile x ls ::: a
parallel --transfer ls ::: a
parallel --profile x ls ::: a
parallel --env x ls ::: a
parallel --shellquote ls
parallel bash -c ::: 'rm -rf /'
parallel 'bash -c {}' ::: 'rm -rf /'
parallel 'eval {}' ::: 'rm x'
parallel {} ::: 'rm -rf /'
parallel '{} x' ::: rm
parallel '{1} {2}' ::: rm ::: x
parallel 'cat {}' :::: f
parallel 'echo {= system("id") =}' ::: a
parallel --plus 'echo {=uq=}' ::: a
parallel "echo {= qx(id) =}" ::: a
parallel --pipe sh
parallel --pipepart -a f sh
parallel -q rm ::: x
parallel -- rm ::: x
parallel 'cat {} | sh' ::: f
parallel --fg ls ::: a
parallel --onall -S h ls
parallel --tee sh ::: x
sem rm x
sem --id x 'rm x'
script -c 'rm -rf /data' /dev/null
script -c 'id' /dev/null
script -qc 'rm x' /dev/null
script -qec 'rm -rf /data' /dev/null
script --command 'rm x'
script --command='rm x'
script out.txt
script
script -a x
script -q /dev/null rm x
script -q /dev/null id
script -fc 'rm x' /dev/null
flock /tmp/l rm x
flock /tmp/l -c 'rm x'
flock -n /tmp/l -c 'rm -rf /data'
flock /tmp/l --command 'rm -rf /data'
flock -c 'rm x' /tmp/l
flock -w 5 /tmp/l sh -c 'rm -rf /data'
flock /tmp/l ls
flock 9
flock -x 200
flock -nE 5 /tmp/l rm -rf /data
systemd-run rm x
systemd-run ls
systemd-run --user --scope rm -rf /data
systemd-run -t bash
systemd-run --on-calendar=daily rm x
systemd-run -p ExecStartPre=/bin/rm ls
systemd-run --property=ExecStopPost='rm x' ls
systemd-run --unit x --wait rm -rf /data
systemd-run --shell
at now
at now + 1 minute <<< 'rm x'
echo 'rm x' | at now
at -f x now
at -l
at -d 5
at -c 5
batch
batch <<< ls
echo ls | batch
atrm 5
atq; at now
watch 'rm x'
watch -n1 'ls | sh'
nohup rm x &
setsid rm x
timeout 5 rm x
nice rm x
ionice -c3 rm x
stdbuf -o0 rm x
time rm x
xargs rm < f
xargs -I{} sh -c '{}' < f
xargs -a f rm
xargs -P4 -n1 rm < f
xargs sh -c 'rm "$@"' _ < f
xargs -I{} {} x < f
xargs < f sh
xargs env < f
xargs -d '\\n' -n1 bash < f
echo x | xargs -I % % y
chroot / rm x
unshare rm x
nsenter -t1 -m rm x
runuser -u x rm y
runuser -u x -- rm y
runuser x -c 'rm y'
su x -c 'rm y'
su - x
sudo -u x rm y
sudo sh -c 'rm y'
doas rm x
pkexec rm x
expect -c 'spawn rm x'
unbuffer rm x
strace rm x
strace -o '|rm x' ls
ltrace rm x
perf record ls
perf stat rm x
gdb -ex 'shell rm x'
gdb --batch -ex 'call system("id")' -p 5
valgrind rm x
entr rm x
inotifywait -m x | while read l; do rm x; done
cpulimit -l 5 rm x
daemonize rm x
start-stop-daemon --start --exec /bin/rm
run-one rm x
retry rm x
firejail rm x
proot rm x
bwrap --ro-bind / / rm x
dbus-launch rm x
screen -dmS x rm y
screen -S x -X stuff 'rm y'
tmux new -d 'rm x'
tmux send-keys 'rm x' Enter
tmux run-shell 'rm x'
tmux list-sessions \\; run-shell 'rm x'
ssh h rm x
ssh h
trap 'rm x' EXIT
command rm x
builtin eval rm x
exec rm x
coproc rm x
env rm x
env -i rm x
env -S 'rm x'
busybox rm x
ld.so /bin/rm x
find . -exec rm {} +
find . -execdir rm {} \\;
find . -ok rm {} \\;
find . -fprintf /tmp/x x
find . -fls /tmp/x
fd -x rm
fd -X rm
git submodule foreach 'rm x'
make -n
tee x
tee >(sh)
crontab -
crontab x
crontab -e
crontab -r
logger -f /etc/shadow
mail -s x y < /etc/shadow
wall x
write x""".split("\n")
READS = """\
xargs ls < f
xargs -n1 echo < f
timeout 5 ls
nice ls
time ls
watch ls
watch -n 5 'kubectl get pods'
crontab -l""".split("\n")


LOOKS_ELSEWHERE = (
    "for h in a b; do ssh $h uptime; done",
    "for h in web{1..3}; do ssh -n \"$h\" 'df -h'; done",
    "for h in w{01..30}; do ssh $h uptime; done",
    'H="a b"; for h in $H; do ssh $h uptime; done',
    'for s in nginx app; do ssh web1 "systemctl status $s"; done',
)
"""Loops over words of the script: judged by what they run, which is caution since it runs elsewhere."""


@pytest.mark.parametrize("command", LOOKS_ELSEWHERE)
def test_a_loop_is_judged_by_its_words(command: str) -> None:
    assert scan(command).risk is Risk.CAUTION
    assert scan(command.replace(" in ", " in '-h; reboot' ")).risk in (Risk.UNKNOWN, Risk.DANGEROUS)
    assert scan(command.replace(" in ", " in $(cat hosts) ")).risk is Risk.UNKNOWN


@pytest.mark.parametrize("command", ACTS)
def test_wrapper_is_not_safe(command: str) -> None:
    assert scan(command.replace("⏎", "\n")).risk is not Risk.SAFE


@pytest.mark.parametrize("command", READS)
def test_wrapper_that_is_harmless_stays_safe(command: str) -> None:
    finding = scan(command.replace("⏎", "\n"))
    assert finding.risk is Risk.SAFE, finding.why
