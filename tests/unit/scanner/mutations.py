"""Destructive commands in disguise: a seeded generator. What it makes must never come out safe."""

from __future__ import annotations

import base64
import random
from collections.abc import Callable, Iterator
from typing import Final

DESTRUCTIVE: Final = """\
rm -rf /data
kubectl delete namespace prod
terraform destroy -auto-approve
dropdb prod
redis-cli FLUSHALL
git push --force origin main
docker system prune -af --volumes
aws ec2 terminate-instances --instance-ids i-0abc
systemctl poweroff
mkfs.ext4 /dev/sdb1
dd if=/dev/zero of=/dev/sda
psql -c 'DROP TABLE users'
curl -X DELETE https://api.example/v1/all
helm uninstall api
find /data -delete
iptables -F
chmod -R 777 /
userdel -r app
kill -9 -1
truncate -s 0 /var/lib/mysql/ibdata1""".split("\n")

_WRAPPED: Final = """\
sudo {}|sudo -n -u root {}|env X=1 {}|nohup {} &|nice -n 5 {}|timeout 60 {}|time {}|command {}
exec {}|ssh db1 {}
setsid {}|stdbuf -oL {}|ionice -c3 {}|strace -f {}|chroot /mnt {}|xargs {} < list
watch -x {}|kubectl exec p -- {}
docker exec c {}|flock /tmp/l {}|unknowntool run {}|ls; {}|ls && {}|true || {}|({})|{{ {}; }}|! {}
if true; then {}; fi|while {}; do :; done|for i in 1; do {}; done|echo $({})|cat <({})|x=$({})|ls > "$({})"
f() {{ {}; }}; f|case x in x) {};; esac|[[ -n $({}) ]]|trap '' INT; {}|a=1 {}|{} # harmless|>/dev/null {}
{} 2>/dev/null|coproc {}|nsenter -t 1 -m {}|parallel {} ::: x|echo "${{x:-$({})}}"
echo "${{x//$({})/}}"|ls 2>&1; {}"""
_LINES: Final = (
    "cat <<EOF\n$({})\nEOF",
    "# note\n{}",
    "ls \\\n  -la\n{}",
    "ls # x\n{}",
    "ls\n\\{}",
    "cat <<'EOF'\nx\nEOF\n{}",
)
_TEXTS: Final = """\
bash -c {}|sh -c {}|sudo bash -c {}|eval {}|ssh db1 {}|su -c {}|echo {} | sh|printf '%s' {} | bash
bash <<< {}|watch {}
xargs -I% sh -c {}|docker exec c sh -c {}|kubectl exec p -- sh -c {}|trap {} EXIT|alias ls={}
env -S {}|timeout 5 bash -c {}
find . -exec sh -c {} \\;|PAGER={} man ls|git -c core.pager={} log|bash -lc {}
busybox sh -c {}|nohup sh -c {} &
C={}; eval "$C"|ssh -t db1 -- bash -c {}|cat f | tee >(bash -c {})|bash -c '"$@"' _ bash -c {}"""


def _forms(text: str) -> list[str]:
    """The templates of a table; a bar with blanks around it is a pipe, not a border."""
    marked = text.replace("\n", "|").replace(" | ", "\0").replace("||", "\1")
    return [form.replace("\0", " | ").replace("\1", "||") for form in marked.split("|")]


def _quote(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


def _named(text: str) -> tuple[str, str] | None:
    name, _, rest = text.partition(" ")
    return (name, rest) if len(name) > 1 and name.isalnum() else None


def _split_quotes(text: str, chance: random.Random) -> str:
    """Empty quotes, quotes around a letter, a backslash or a folder in the program's name."""
    parts = _named(text)
    if parts is None:
        return text
    name, rest = parts
    at = chance.randrange(1, len(name))
    head, tail = name[:at], name[at:]
    forms = [f"{head}''{tail}", f'{head}""{tail}', f"{head}\\{tail}", f"'{head}'{tail}", f'"{name}"']
    forms += [f"{head}'{tail[0]}'{tail[1:]}", f"\\{name}", f"/usr/bin/{name}", f"$'{name}'", f"//bin//{name}"]
    return f"{chance.choice(forms)} {rest}"


def _encoded(text: str, chance: random.Random) -> str:
    code = base64.b64encode(text.encode()).decode()
    hexed = "".join(f"\\x{byte:02x}" for byte in text.encode())
    forms = [f"echo {code} | base64 -d | sh", f"base64 -d <<< {code} | bash", f"printf '{hexed}' | sh"]
    forms += [
        f'eval "$(echo {code} | base64 --decode)"',
        f"bash -c $'{hexed}'",
        f'sh -c "$(echo {code} | base64 -d)"',
    ]
    forms += [
        f"python3 -c \"import os; os.system('{code}')\"",
        f"echo {code} | base64 -d > /tmp/x; sh /tmp/x",
    ]
    return chance.choice(forms)


def _variables(text: str, chance: random.Random) -> str:
    parts = _named(text)
    if parts is None:
        return text
    name, rest = parts
    forms = [
        f"c={name}; $c {rest}",
        f'c={name}\n"$c" {rest}',
        f"${{UNSET_X:-{name}}} {rest}",
        f"`echo {name}` {rest}",
    ]
    forms += [
        f"c={name}; ${{c}} {rest}",
        f"a={name[:1]}; b={name[1:]}; $a$b {rest}",
        f"$(echo {name}) {rest}",
    ]
    return chance.choice(forms)


def _wrapped(text: str, chance: random.Random) -> str:
    return chance.choice([*_forms(_WRAPPED), *_LINES]).format(text)


def _as_text(text: str, chance: random.Random) -> str:
    return chance.choice(_forms(_TEXTS)).format(_quote(text))


def _spaced(text: str, chance: random.Random) -> str:
    name, _, rest = text.partition(" ")
    return chance.choice(
        [f"{name}   {rest}", f"{name}\t{rest}", f"{name} \\\n  {rest}", f"  {name} {rest}  "]
    )


_MUTATIONS: Final[tuple[Callable[[str, random.Random], str], ...]] = (
    _split_quotes,
    _encoded,
    _variables,
    _wrapped,
    _wrapped,
    _as_text,
    _as_text,
    _spaced,
)


def disguised(count: int, seed: int) -> Iterator[str]:
    """`count` commands, each a destructive one through one to three disguises."""
    chance = random.Random(seed)
    for _ in range(count):
        text = chance.choice(DESTRUCTIVE)
        if chance.random() < 0.5:
            text = _split_quotes(text, chance)
        for _ in range(chance.randint(1, 3)):
            text = chance.choice(_MUTATIONS)(text, chance)
        yield text
