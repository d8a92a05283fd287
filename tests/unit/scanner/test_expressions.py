"""What bash evaluates, wherever it stands: a value in it may hold a command, which runs."""

from __future__ import annotations

from typing import Final

from scanner import scan
from schemas.risk import Risk

FORMS: Final = (
    "${r[$x]}",
    "${r[x]}",
    '${r["$x"]@K}',
    "${x@P}",
    "${y:x}",
    "${y:0:x}",
    "${!x}",
    "$((x))",
    "$((x=x))",
    '$((y="x"))',
    "$[x]",
    "${#r[x]}",
    "$(( ${r[x]} ))",
)
"""Each evaluates what `x` holds, which a file decides."""
PLACES: Final = """\
echo § "§"
cat <<E⏎§⏎E
cat <<-E⏎	§⏎	E
cat <<E | grep a⏎"§"⏎E
cat <<< "a§"
echo ${y#§} "${y%%§*}"
echo ${y/§/b} ${y//b/§}
echo ${y:-§}
echo "${y:+${y:-§}}"
echo ${y^§}
[[ a = *§* ]]
[[ a =~ ^(a|§)$ ]]
[[ -n § && b ]]
[ "§" = a ]
case § in a) ls;; esac
case a in *§*|b) ls;; esac
ls > a§
ls 3<&§
for i in "§"; do ls; done
z=("§")
z=([0]=§)
z=§ ls
declare z="§"
f() { ls §; }; f
! ls §
time ls §
echo `echo "§"`
bash -c "ls §"
eval "ls §"
trap "ls §" EXIT
echo {a,§}
z[§]=1
! ((§))
time ((§))
let "z=§"
for ((i=0;i<§;i++)); do ls; done
echo [[ a == *§* ]]""".split("\n")


def test_an_expression_is_unknown_in_every_place() -> None:
    texts = [
        f"x=$(cat g); {place}".replace("§", form)
        for at, place in enumerate(PLACES)
        for form in FORMS[at % 2 :: 2]
    ]
    assert [text for text in texts if scan(text.replace("⏎", "\n")).risk is Risk.SAFE] == []


def test_the_same_places_are_safe_for_a_number() -> None:
    numbered = ("echo §", "[[ a = *§* ]]", "z=(§)", "cat <<< a§")
    texts = [f"x=5; {place}".replace("§", "$((x + 1))") for place in numbered]
    assert [text for text in texts if scan(text).risk is not Risk.SAFE] == []
