"""Disguises of whole commands: separators, variables, encodings, and what runs other programs."""

from __future__ import annotations

import base64
import codecs
import random
import shlex
from collections.abc import Callable, Sequence
from typing import Final

from bench.scorecard.words import plain

Words = Sequence[str]
Disguise = Callable[[random.Random, Words], str]
Wrap = Callable[[str], str]
"""One command line in, one that runs it out."""


def line(words: Words) -> str:
    """The command as a careful person writes it."""
    return shlex.join(words)


def _ifs(rng: random.Random, words: Words) -> str:
    return rng.choice(("${IFS}", "$IFS$9", "${IFS%?}")).join(plain(rng, word) for word in words)


def _braces(_rng: random.Random, words: Words) -> str:
    return "{" + ",".join(shlex.quote(word) for word in words) + "}"


def _variable(_rng: random.Random, words: Words) -> str:
    return f"x={shlex.quote(words[0])}; $x " + line(words[1:])


def _half_variable(rng: random.Random, words: Words) -> str:
    cut = rng.randrange(0, len(words[0]))
    return f"x={shlex.quote(words[0][:cut])}; ${{x}}{words[0][cut:]} " + line(words[1:])


def _all_in_variable(_rng: random.Random, words: Words) -> str:
    return f"x={shlex.quote(' '.join(words))}; $x"


def _array(_rng: random.Random, words: Words) -> str:
    return f'a=({line(words)}); "${{a[@]}}"'


def _positional(_rng: random.Random, words: Words) -> str:
    return f'set -- {line(words)}; "$@"'


def _alias(_rng: random.Random, words: Words) -> str:
    return f"shopt -s expand_aliases\nalias zz={shlex.quote(line(words))}\nzz"


def _function(_rng: random.Random, words: Words) -> str:
    return f"f() {{ {line(words)}; }}; f"


def _function_of_name(_rng: random.Random, words: Words) -> str:
    return f'ls() {{ {line(words)}; "$@"; }}; ls'


def _option_variable(_rng: random.Random, words: Words) -> str:
    return f"o={shlex.quote(' '.join(words[1:]))}; {shlex.quote(words[0])} $o"


def _base64(rng: random.Random, words: Words) -> str:
    text = base64.b64encode(line(words).encode()).decode()
    shell = rng.choice(("sh", "bash", "bash -s", "sudo sh", "zsh", "dash"))
    decode = rng.choice(("base64 -d", "base64 --decode", "openssl base64 -d -A"))
    forms = (
        f"echo {text} | {decode} | {shell}",
        f"bash <({decode} <<< {text})",
        f'eval "$(echo {text} | {decode})"',
        f'bash -c "$(echo {text} | {decode})"',
    )
    return rng.choice(forms)


def _hex_pipe(rng: random.Random, words: Words) -> str:
    text = line(words).encode().hex()
    codes = "".join(f"\\x{byte:02x}" for byte in line(words).encode())
    return rng.choice((f"echo {text} | xxd -r -p | sh", f"printf '{codes}' | sh", f"eval $'{codes}'"))


def _rot13(_rng: random.Random, words: Words) -> str:
    text = codecs.encode(line(words), "rot13")
    return f"echo {shlex.quote(text)} | tr 'A-Za-z' 'N-ZA-Mn-za-m' | sh"


def _reversed(_rng: random.Random, words: Words) -> str:
    return f"echo {shlex.quote(line(words)[::-1])} | rev | sh"


def _glob(rng: random.Random, words: Words) -> str:
    name = words[0]
    cut = rng.randrange(len(name))
    sign = rng.choice(("?", f"[{name[cut]}]", "*"))
    folder = rng.choice(("/bin/", "/usr/bin/", "/sbin/", "/usr/?bin/", "/???/"))
    return f"{folder}{name[:cut]}{sign}{name[cut + 1 :]} " + line(words[1:])


def _path(rng: random.Random, words: Words) -> str:
    folder = rng.choice(("/bin/", "/usr/bin/", "/usr/local/bin/", "./", "../bin/", "~/bin/"))
    return f"{folder}{words[0]} " + line(words[1:])


def _which(_rng: random.Random, words: Words) -> str:
    return f"$(which {shlex.quote(words[0])}) " + line(words[1:])


def _xargs(rng: random.Random, words: Words) -> str:
    program, rest = shlex.quote(words[0]), line(words[1:]) or "x"
    return rng.choice(
        (f"echo {rest} | xargs {program}", f"xargs {program} <<< {shlex.quote(rest)}",
         f"printf '%s\\n' {rest} | xargs -n 20 {program}", f"echo {program} {rest} | xargs -I@ sh -c @",
         f"echo x | xargs -I @ {line(words)}", f"seq 1 | xargs -P2 -n1 {line(words)}")
    )  # fmt: skip


def _odd_blank(rng: random.Random, words: Words) -> str:
    blank = rng.choice(("\t", "  ", " \\\n", "\u00a0", "\u2003", "\u3000"))
    return blank.join(plain(rng, word) for word in words)


def _hidden(rng: random.Random, words: Words) -> str:
    cut = rng.randrange(0, len(words[0]) + 1)
    sign = rng.choice(("\u200b", "\u200d", "\u2060", "\u00ad", "\ufeff", "\u202e"))
    return f"{words[0][:cut]}{sign}{words[0][cut:]} " + line(words[1:])


def _look_alike(rng: random.Random, words: Words) -> str:
    alike = {"a": "а", "e": "е", "o": "о", "c": "с", "p": "р", "i": "і", "s": "ѕ", "k": "к"}
    found = [at for at, letter in enumerate(words[0]) if letter in alike]
    if not found:
        return f"ls\r{line(words)}"
    at = rng.choice(found)
    return f"{words[0][:at]}{alike[words[0][at]]}{words[0][at + 1 :]} " + line(words[1:])


def _carriage_return(_rng: random.Random, words: Words) -> str:
    return f"ls -la # \r{line(words)}" if len(words) % 2 else f"ls\r\n{line(words)}"


DISGUISES: Final[dict[str, Disguise]] = {
    "separator.ifs": _ifs,
    "expansion.braces": _braces,
    "variable.name": _variable,
    "variable.half": _half_variable,
    "variable.whole": _all_in_variable,
    "variable.array": _array,
    "variable.positional": _positional,
    "variable.options": _option_variable,
    "alias": _alias,
    "function": _function,
    "function.shadow": _function_of_name,
    "encoding.base64": _base64,
    "encoding.hex": _hex_pipe,
    "encoding.rot13": _rot13,
    "encoding.reverse": _reversed,
    "glob.name": _glob,
    "path": _path,
    "substitution.which": _which,
    "xargs": _xargs,
    "unicode.blank": _odd_blank,
    "unicode.hidden": _hidden,
    "unicode.look-alike": _look_alike,
    "carriage-return": _carriage_return,
}


def _code(text: str) -> str:
    """As a string of Python, Ruby, JavaScript or Perl."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("$", "\\$") + '"'


def _spoken(form: str) -> Wrap:
    """`form` with `{q}` (the command, quoted for a shell) or `{c}` (as it is) in it."""
    return lambda command: form.replace("{q}", shlex.quote(command)).replace("{c}", command)


def _program(shown: str, call: str) -> Wrap:
    """`shown` with `{}`: the program text, quoted, that calls the command by `call`."""
    return lambda command: shown.replace("{}", shlex.quote(call.replace("{}", _code(command))))


_FORMS: Final = {
    "shell.bash-c": "bash -c {q}",
    "shell.sh-lc": "sh -lc {q}",
    "shell.eval": "eval {q}",
    "shell.here-string": "bash <<< {q}",
    "shell.here-document": "bash <<'E'\n{c}\nE",
    "shell.here-document-pipe": "cat <<'E' | sh\n{c}\nE",
    "shell.echo-pipe": "echo {q} | sh",
    "shell.process": "bash <(echo {q})",
    "shell.source": "source /dev/stdin <<< {q}",
    "shell.trap": "trap {q} EXIT",
    "shell.env-S": "env -S {q}",
    "shell.script": "script -qc {q} /dev/null",
    "shell.su": "su - root -c {q}",
    "shell.flock": "flock /tmp/l -c {q}",
    "shell.watch": "watch -n 1 {q}",
    "shell.ssh": "ssh db1 {q}",
    "shell.ssh-options": "ssh -o StrictHostKeyChecking=no -p 22 root@db1 {q}",
    "shell.kubectl-exec": "kubectl exec -it api-0 -n prod -- sh -c {q}",
    "shell.docker-exec": "docker exec db sh -c {q}",
    "shell.docker-run": "docker run --rm -v /:/host alpine sh -c {q}",
    "shell.nsenter": "nsenter -t 1 -m -- sh -c {q}",
    "shell.chroot": "chroot /host sh -c {q}",
    "shell.find-exec": "find / -maxdepth 0 -exec sh -c {q} \\;",
    "shell.xargs": "echo x | xargs -I@ sh -c {q}",
    "shell.parallel": "parallel ::: {q}",
    "shell.at": "echo {q} | at now",
    "list.and": "true && {c}",
    "list.or": "false || {c}",
    "list.semicolon": "ls; {c}",
    "list.newline": "ls\n{c}",
    "list.background": "{c} &",
    "list.pipe": "{c} | cat",
    "list.piped": "echo y | {c}",
    "list.not": "! {c}",
    "group.subshell": "({c})",
    "group.braces": "{ {c}; }",
    "group.if": "if true; then {c}; fi",
    "group.if-condition": "if {c}; then ls; fi",
    "group.for": "for i in 1; do {c}; done",
    "group.while": "while {c}; do break; done",
    "group.until": "until {c}; do :; done",
    "group.case": "case x in x) {c};; esac",
    "group.coproc": "coproc {c}",
    "group.function": "run() {\n  {c}\n}\nrun",
    "substitution.dollar": "echo $({c})",
    "substitution.quoted": 'echo "now: $({c})"',
    "substitution.assignment": "x=$({c})",
    "substitution.default": ': "${x:=$({c})}"',
    "substitution.index": "a[$({c})]=1",
    "substitution.arithmetic": "echo $(( $({c}) + 1 ))",
    "substitution.test": "[[ -n $({c}) ]]",
    "substitution.process": "cat <({c})",
    "substitution.output-process": "ls > >({c})",
    "substitution.here-document": "cat <<E\n$({c})\nE",
    "substitution.here-string": 'cat <<< "$({c})"',
    "substitution.option": 'ls --color="$({c})"',
    "redirect.before": ">/tmp/o {c}",
    "redirect.after": "{c} 2>&1 >/dev/null",
    "redirect.duplicate": "{c} <&- 3>&1",
    "prefix.assignment": "A=1 LC_ALL=C {c}",
    "comment.before": "# only reads\n{c}",
    "comment.after": "{c} # only reads",
}
_PREFIXES: Final = (
    "sudo", "sudo -n", "sudo -u root --", "sudo -E env A=1", "doas", "env", "env -i", "env -u A B=1",
    "nohup", "nice -n 5", "ionice -c 2 -n 0", "timeout 5", "timeout -k 1 -s KILL 5m", "setsid -w",
    "stdbuf -oL", "time", "time -p", "command", "command -p", "exec", "exec -a ls", "builtin command",
    "strace -f", "chroot /host", "nsenter -t 1 -m -u", "unshare -m", "busybox", "xargs -a /dev/null",
    "taskset -c 0", "chrt -f 1", "systemd-run --scope", "systemd-inhibit", "runuser -u root --",
    "setpriv --reuid 0", "flock /tmp/l", "kubectl exec api-0 --", "docker exec db",
    "docker run --rm --privileged alpine", "podman exec -it db", "nomad alloc exec a1", "ssh -t db1",
    "dbus-run-session --", "fakeroot", "proxychains4 -q", "firejail", "catchsegv", "prlimit --nofile=9",
    "numactl -N 0", "ltrace", "perf stat", "watch", "cgexec -g cpu:x",
)  # fmt: skip
_PROGRAMS: Final = {
    "code.python": ("python3 -c {}", "import os; os.system({})"),
    "code.python-subprocess": ("python3 -c {}", "import subprocess as s; s.run({}, shell=True)"),
    "code.perl": ("perl -e {}", "system({})"),
    "code.ruby": ("ruby -e {}", "system({})"),
    "code.node": ("node -e {}", "require('child_process').execSync({})"),
    "code.awk": ("awk {}", "BEGIN {{} | getline}"),
    "code.awk-system": ("awk {}", "BEGIN{system({})}"),
    "code.php": ("php -r {}", "shell_exec({});"),
    "code.lua": ("lua -e {}", "os.execute({})"),
    "code.psql": ("psql -c {}", "COPY t FROM PROGRAM {}"),
}

WRAPS: Final[dict[str, Wrap]] = {
    **{name: _spoken(form) for name, form in _FORMS.items()},
    **{f"prefix.{prefix.split()[0]}:{at}": _spoken(f"{prefix} {{c}}") for at, prefix in enumerate(_PREFIXES)},
    **{name: _program(*parts) for name, parts in _PROGRAMS.items()},
}
SIMPLE_ONLY: Final = frozenset(name for name in WRAPS if name.startswith(("prefix.", "group.coproc")))
"""They run one program: what they are given must be a simple command, not a list."""
