"""awk and sed: code that strings, patterns and line breaks do not hide."""

from __future__ import annotations

import pytest

from scanner import scan
from schemas.risk import Risk

ACTS = """\
awk '/"/{system("x")} /"/' f
awk '/"/ {print > "/tmp/x"} /"/' f
awk '{ if (/"/) system("id") } /"/' f
awk '$0 ~ /"/ {system("id")} $0 ~ /"/' f
awk '/["]/{system("id")} /["]/' f
awk '/[/"]/{system("id")}/[/"]/' f
awk '{print \\⏎> "/tmp/x"}' f
awk '{print $1 \\⏎ | "sh"}' f
awk '{print $0⏎}{print $1 > "/tmp/x"}' f
awk '{ "id" | getline x }' f
awk '{ getline x < "/etc/shadow"; print x }' f
awk 'BEGIN{ while (("cat f") | getline l) print l }'
awk 'BEGIN { print "x" |& "sh" }'
awk '{ print | "sh" }' f
awk '{ print "x" | "sh" }' f
awk '{ printf "%s", $0 > "/tmp/x" }' f
awk '{ printf("%s", $0) > "/tmp/x" }' f
awk '{ print($0) >> "f" }' f
awk '{ print $1, $2 > $3 }' f
awk '{ print a[1] ">" > "x" }' f
awk '{ print "a}" > "x" }' f
awk '{ print "a;b" > "x" }' f
awk '{ print /}/ > "x" }' f
awk '{ print (1>2) > "x" }' f
awk '{ print a ? b : c > "x" }' f
awk '{ print 1,⏎2 > "x" }' f
awk '{ print 1 &&⏎2 > "x" }' f
awk '{ print > $1 }' f
awk '{ print > FILENAME ".x" }' f
awk 'BEGIN { print > ARGV[1] }' f
awk '{ a = 4 / 2; system("id"); b = 1 / 2 }' f
awk '{ a = b / c; print "x" | "sh"; d = e / f }' f
awk '{ x = a["/"] / 1; system("id") } /q/' f
awk '{ (a) / 1; system("x") ; 2 / 1 }' f
awk '{ print $1 / 2; system("x"); print $2 / 2 }' f
awk '{ print NF / 2; system("x"); print NF / 2 }' f
awk '{ i++ / 2; system("x"); j / 2 }' f
awk '# "⏎{ system("id") } # "' f
awk '# /⏎{ system("id") } # /' f
awk '{print} # "⏎BEGIN { system("id") } # "' f
awk '@load "filefuncs"; {print}' f
awk '@include "x"; {print}' f
awk '{ f = "system"; @f("id") }' f
awk -f x.awk f
awk -i inplace '{print}' f
awk -l filefuncs '{print}' f
awk -v x="$y" '{ system(x) }' f
awk -e '{ system("id") }' f
gawk --source '{ system("id") }' f
gawk -E x f
gawk -e 'BEGIN{print}' -e 'BEGIN{system("id")}'
gawk --dump-variables=/tmp/x '{print}' f
gawk -o/tmp/x '{print}' f
gawk -p/tmp/x '{print}' f
gawk --profile=/tmp/x '{print}' f
awk 'BEGIN { printf "x" > "/dev/tcp/h/1" }'
awk 'BEGIN { s = "/inet/tcp/0/h/80"; s |& getline }'
awk 'BEGIN { print ENVIRON["TOKEN"] }'
awk "{ print \\$1 > \\"$f\\" }" f
awk 'BEGIN { "date" | getline; close("date") }'
mawk '/"/{system("x")}/"/' f
nawk '/"/{system("x")}/"/' f
awk 'function f(x) { system(x) } { f($0) }' f
awk 'BEGIN{RS="\\""}{system("id")}' f
awk '{ print "\\\\" ; system("id") ; print "\\\\" }' f
awk '{ gsub(/\\\\"/, ""); system("id"); gsub(/\\\\"/, "") }' f
awk '{ gsub(/\\\\/, ""); system("id"); gsub(/\\\\/, "") }' f
awk '{ gsub(/[/]"/, ""); system("id"); gsub(/"/, "") }' f
awk '{ print /a/ "/" ; system("x") ; "/" }' f
awk '{ if (x) print "a" > "b" }' f
awk '{ print length() > "x" }' f
awk '{ print -1 " " -1 > "x" }' f
awk -- '/"/{system("x")} /"/' f
awk -F: -- '{system("x")}' f
awk '{ "cat /etc/shadow" |getline a; print a}' f
awk '{ !/"/; system("id"); !/"/ }' f
awk '{ return /"/ ; system("id") ; /"/ }' f
awk 'BEGIN{while((getline l < "/etc/shadow")>0) print l}'
awk '{ print "a" "b" > ("x" y) }' f
awk '{ sub(/a/, "b"); print >> "x" }' f
awk 'NR==1{print > "/etc/passwd"}' f
awk '{ printf "%s" , "}" , $1 > "x" }' f
awk '{ print a; b = c > d ? print > "x" : 1 }' f
awk '1 > "x" { print | "sh" }' f
awk '{ "x" > y ; print ";" > "z" }' f
awk '{ print @ind() }' f
awk '{ fflush(); system() }' f
awk '{ print "x" > /dev/stderr }' f
awk '{ print > "/dev/stdout/../../tmp/x" }' f
awk '{ print > "/dev/stderr" "x" }' f
sed -n '1e id' f
sed 's/a/b/e' f
sed 's/a/b/w /tmp/x' f
sed -n '/x/w /tmp/x' f
sed '1r /etc/shadow' f
sed '1R /etc/shadow' f
sed 'e' f
sed -f x f
sed -i s/a/b/ f
sed --expression='e id' f
sed -n -e p -e 'e id' f
sed -s -n -e '$!{e id' -e '}' f
sed 'y/a/b/;e id' f
sed 's/[/]/e/;e id' f
sed 's/[/;e id;#]/x/' f
sed 's,[,],x,;e id' f
sed 'a\\⏎x⏎e id' f
sed 'a x\\⏎y⏎e id' f
sed '/[/]/e id' f
sed '\\,x,e id' f
sed 's/a/b/ge' f
sed 's/a/b/;W /tmp/x' f
sed '5,/[/]x/e id;/' f
sed ':a;e id' f
sed ':a e id' f
sed 'b a; e id' f
sed '}e id' f
sed 's/x/\\⏎e id⏎/' f
sed '1,2{p;e id⏎}' f
sed '/[/]x/d;s/a/w /tmp/x/' f
sed -n '/[/x/w f' f
sed -n 's/[/]/x/w f' f
sed 's/a/b/pw f' f
sed 's/[^/]*/x/e' f
sed -e 'i\\' -e 'e id' f
sed -e 'a foo\\' -e 'e id' -e 'e id' f
sed --file=x f
sed -En '1!G;h;$!d;e' f
sed 'a\\' -e 'e id' f
sed "s/a/$x/" f""".split("\n")
READS = """\
awk '{print $1}' f
awk -F: '{print $1, $3}' f
awk '/error/ {c++} END {print c}' f
awk '/"error"/ {print $2}' f
awk '{ if ($1 > 5) print $2 }' f
awk '$3 > 80 {print $1}' f
awk 'NR > 1 { print $1 / 1024 }' f
awk '{s+=$1} END {print s/NR}' f
awk '{ printf "%s\\n", $1 }' f
awk -F'"' '{print $2}' f
awk '{ gsub(/"/, ""); print }' f
awk '{ print ($1 > 5 ? "x" : "y") }' f
awk '{ print $1 " > " $2 }' f
awk 'BEGIN { print "a" }'
awk -v t=5 '$1 > t' f
awk '{ a[$1]++ } END { for (k in a) print k, a[k] }' f
awk '{ print } # system("x")' f
awk '{ print $1 || $2 }' f
awk '$1 ~ /^a|b$/ {print}' f
awk '/start/,/end/' f
awk '!seen[$0]++' f
awk '{ split($0, a, "/"); print a[2] }' f
awk '{ sub(/\\/[^\\/]*$/, ""); print }' f
awk '{print $NF}' f
awk 'length($0) > 80' f
awk '{ print $1; if ($2 > 3) x = 1 }' f
awk '{print $2 / 1024 / 1024 " MB"}' f
awk 'NR==FNR{a[$1];next} $1 in a' f g
awk '{ print > "/dev/stderr" }' f
sed -n '1,5p' f
sed 's/a/b/g' f
sed -e 's/[^0-9]//g' f
sed -n '/start/,/end/p' f
sed '1d;$d' f
sed 's|/|-|g' f
sed -E 's/([0-9]+)/<\\1>/' f
sed ':a;N;$!ba;s/\\n/ /g' f""".split("\n")


@pytest.mark.parametrize("command", ACTS)
def test_program_is_not_safe(command: str) -> None:
    assert scan(command.replace("⏎", "\n")).risk is not Risk.SAFE


@pytest.mark.parametrize("command", READS)
def test_program_that_is_harmless_stays_safe(command: str) -> None:
    finding = scan(command.replace("⏎", "\n"))
    assert finding.risk is Risk.SAFE, finding.why
