"""A tree and the raw text must show the same live signs; bash itself says what runs in texts called safe."""

from __future__ import annotations

import random
import shutil
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

import pytest

from base.limits import SCAN_MAX_BYTES
from scanner import scan
from scanner.heredocs import Unsure
from scanner.marks import Marks
from scanner.parse import parse_bash, parse_tree
from schemas.risk import Risk

READ_ALIKE: Final = """\
cat <<E | sort⏎a $x $(ls)⏎E⏎ls
cat <<E && ls⏎E⏎ls $(ls)
cat <<'E'⏎$(rm y) `⏎E⏎
cat <<"E F"⏎$(rm y)⏎E F⏎
cat <<-E⏎	$x⏎	E⏎ls
cat <<E⏎a \\$(rm y)⏎E⏎
x=$(cat <<-'E'⏎a $x⏎E⏎)
(cat <<E⏎$x⏎E⏎)
for i in $(ls); do case $i in a|b) echo "$(ls)";; *) ls;; esac; done
x=$(case $y in (a) ls;; b) ls;; esac)
if [[ $x =~ ^(a|b)$ && -n "$(ls)" ]]; then ls; fi
[[ a == *b* || ( -f `ls` ) ]]
a=($(ls) b); echo "${a[@]}" "${x:-'a b'}" ${x:-"$(ls)"}
diff <(ls a) <(ls b) | grep a
f() { echo $(ls); }; f
function f { echo $(case x in x) ls;; esac); }
for ((i=0;i<3;i++)); do ls $(ls); done # a `b`
ls -l "$(dirname "$(which ls)")" > /dev/null 2>&1
echo "$(( $(date +%s) - (5 << 2) ))"
echo '`' "it's" $'\\'' \\` $(ls) # `
echo ${f%.*} "${f##*/}" ${f/a*b/$(ls)}
[ -f "$(ls)" ] && [ -d x -o -d y ] || ls
echo $'a\\n' 'c'
a=($(ls))
(ls == x)
echo a==b | grep '(a)#' # c
ls `echo a` |& cat &""".split("\n")
UNSURE: Final = """\
echo "${x:-it's $(ls)}"
cat <<$x⏎$x⏎
cat <<E⏎$(ls⏎E⏎
cat <<E⏎$x
cat <<E "a⏎b"⏎E⏎
x=$(cat <<E)⏎E⏎
echo `echo \\`ls\\``
echo $(ls
((ls $(ls)) )
cat <<E⏎\\⏎E⏎
echo ${ ls;}
[ -f a || $(ls) ]
[ -f a⏎$(ls) ]
[[ a = $(ls) # ]]""".split("\n")
DIFFERENT: Final = """\
cat <<E; rm y⏎$x⏎E⏎
cat <<E⏎a $x$⏎E⏎rm y⏎
echo ${x:-`rm y`$(ls)}
[[ a =~ <(rm y) ]]
echo $'\\\\'; rm y; echo '\\'
(echo == a; rm y)
(test == >y)
a=(x)#; rm y
a=()#|rm y
{ ls; }#; rm y
[ a == b*>z ]
[ a =~ b>z ]
find . -delet$"e"
echo ${x=>(rm y)}""".split("\n")
LOST: Final = """\
local x=\\⏎⏎rm y
declare -r x=\\⏎ ⏎rm y
x=\\⏎⏎rm y
ls⏎\\⏎rm y
x=\\⏎ $(ls)
cat <⏎rm y
ls 2> \\⏎⏎rm y""".split("\n")
"""Line ends that the grammar takes for a blank: bash runs rm, or nothing at all."""


@pytest.mark.parametrize("text", READ_ALIKE)
def test_what_both_read_alike_is_read(text: str) -> None:
    text = text.replace("⏎", "\n")
    assert parse_tree(text).complete
    assert parse_bash(text).complete


@pytest.mark.parametrize("text", UNSURE)
def test_what_can_not_be_read_with_certainty_says_so(text: str) -> None:
    with pytest.raises(Unsure):
        Marks(text.replace("⏎", "\n").encode())
    assert not parse_bash(text.replace("⏎", "\n")).complete


@pytest.mark.parametrize("text", DIFFERENT)
def test_a_tree_that_shows_something_else_is_not_read(text: str) -> None:
    text = text.replace("⏎", "\n")
    Marks(text.encode())
    assert parse_tree(text).complete
    assert not parse_bash(text).complete


@pytest.mark.parametrize("text", LOST)
def test_a_tree_that_loses_a_line_end_is_not_read(text: str) -> None:
    assert not parse_tree(text.replace("⏎", "\n")).complete


@pytest.mark.parametrize("text", ["local x=\\\na", "ls \\\n\n", "cat \\\n < a", "x=\\\na ls", "\\\nls\nls"])
def test_lines_that_are_joined_are_read(text: str) -> None:
    assert parse_tree(text).complete


def test_what_is_seen_in_such_a_tree_still_counts() -> None:
    assert scan("cat <<E; ls\n$x\nE\nrm -rf /srv\n").risk is Risk.DANGEROUS
    assert scan("rm -rf /srv; echo ${x:-`ls`$(ls)}").risk is Risk.DANGEROUS


HEADS: Final = """\
cat <<E|cat <<-E|cat <<'E'|cat <<"E"|cat << E|x=$(cat <<E|cat <<E <<F|cat <<E && ls|(cat <<E|{ cat <<E|echo \
|[[ a |[[ a =~ |[[ a = |[[ a == |echo ${x:-|echo "${x:-|echo ${x/a/|echo ${x#|echo ${x:=|y=|a=(|for i in \
|case a in |echo $((|((|echo "|echo `ls |echo $(ls |ls <(ls |f() { |export x=|echo ${x^|[[ -n \
|select i in |echo $'|! """.split("|")
TOKENS: Final = """\
⏎ ⏎ ⏎E⏎ ⏎F⏎ E⏎ $ $x ${x} $(rm␣y) $(rm␣y) `rm␣y` `rm␣y` <(rm␣y) >(rm␣y) $(ls) `ls` ; ;␣rm␣y &&␣rm␣y ␣rm␣y \
⏎rm␣y⏎ a b x ␣ ␣ ' " \\ \\⏎ # ␣#␣ ( ) { } ]] ␣]] )) $((1+1)) ${x:-a} $'a' & =~ == < 2>&1 ;; in do done E F \
* ? [a] @( ! ^ // $# ${x# ` $( <<E <<-F <<< ] : - e' E' E" \\E $E E;""".split(" ")
ENDS: Final = {
    "[[": " ]]", "${": "}", '"${': '}"', "$((": "))", "((": "))", "=(": ")", "$(": ")", "<(": ")", 'o "': '"',
    "`": "`", "for": "; do ls; done", "sel": "; do ls; done", "cas": " esac", "f()": "; }; f", "{ c": "}",
    "(c": ")", "$'": "'",
}  # fmt: skip


def sequence(random_: random.Random) -> str:
    """A head, some tokens, and often what closes the head."""
    head = random_.choice(HEADS)
    parts = [head]
    for _ in range(random_.randint(1, 6)):
        parts += [random_.choice(TOKENS), " " * (random_.random() < 0.3)]
    if random_.random() < 0.8:
        if "<<" in head:
            parts.append(random_.choice(("⏎E⏎", "⏎E⏎rm␣y⏎")))
        parts += [end for sign, end in ENDS.items() if sign in head]
    return "".join(parts).replace("⏎", "\n").replace("␣", " ")


BASH: Final = shutil.which("bash") or "/bin/bash"


def ran(text: str, folder: Path) -> bool:
    """Whether bash runs `rm`, which is a function there as all other commands are, or writes a file."""
    names = {f"BASH_FUNC_{name}%%": "() { :; }" for name in ("ls", "cat", "a", "b", "x", "E", "F")}
    names["BASH_FUNC_rm%%"] = "() { builtin echo >> ran; }"
    subprocess.run(
        [BASH, "--norc", "-c", text],
        cwd=folder,
        env={"PATH": "", **names},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=20,
        check=False,
    )
    return any(folder.iterdir())


def test_bash_runs_nothing_hidden_in_what_is_safe(tmp_path: Path) -> None:
    random_ = random.Random(20261130)
    texts = {text for _ in range(1_500) if "rm" in (text := sequence(random_))}
    safe = [text for text in sorted(texts) if scan(text).risk is Risk.SAFE]
    assert len(safe) > 10
    assert [text for text in safe if ran(text, tmp_path)] == []


LONG: Final = (
    "$(ls) ",
    "`ls` ",
    "<<E ",
    "<<E\n",
    "\\",
    "\\\\\n",
    "\t",
    "'",
    '"',
    "((",
    "[[ ",
    "case a in ",
    "$'",
    "# `\n",
)
SECONDS: Final = 0.2
"""Of processor time on a busy machine; a search from each line again takes 20."""


@pytest.mark.parametrize("head", ["echo `ls` ", "cat <<E\n", "cat <<-E\n", 'echo "${x:-'])
def test_reading_takes_a_time_that_grows_with_the_text(head: str) -> None:
    for piece in LONG:
        source = (head + piece * SCAN_MAX_BYTES)[: SCAN_MAX_BYTES - 4].encode() + b"\nE\n"
        began = time.process_time()
        with suppress(Unsure):
            Marks(source)
        assert time.process_time() - began < SECONDS, piece
