"""git, hg, svn: another repository's settings, and listing forms that make something."""

from __future__ import annotations

import pytest

from scanner import scan
from schemas.risk import Risk

ACTS = """\
git -C /other/repo status
git -C ../other status
git -C ~/x log
git -C "$d" status
git -C /tmp/x diff
git --git-dir=/tmp/x/.git status
git --git-dir /tmp/x/.git log
git --work-tree=/tmp/x status
git --work-tree /tmp/x diff
GIT_DIR=/tmp/x git status
GIT_WORK_TREE=/tmp/x git status
GIT_CONFIG_GLOBAL=/tmp/x git status
git -c core.fsmonitor=/tmp/x status
git -c core.pager=x log
git --exec-path=/tmp/x status
git --config-env=core.pager=X log
git branch --sort=refname y
git branch --sort refname y
git tag --sort=refname v1
git tag --sort refname v1
git tag --contains x -f v1
git branch --contains x --force y
git branch --format=x y
git tag --format=x v1
git branch --column y
git branch -v y
git branch --color=always y
git branch --no-color y
git stash list; git -C /x status
git branch -i y
git branch --abbrev=5 y
git tag --column v1
git tag -i v1
git branch -q y
git branch -r y z
hg -R /other status
hg --repository /other log
hg -R../x log
hg --cwd /x status
hg --config ui.x=y status
svn status --config-dir /tmp/x
git log --output=/tmp/x
git diff --ext-diff
git grep -O x
git grep --open-files-in-pager=x y
git ls-remote ext::x
git fetch --upload-pack=x
git ls-remote --upload-pack=x y
git archive --exec=x
git blame --contents /etc/shadow f
git diff --no-index /etc/shadow /dev/null
git log -p --ext-diff
git config --file /tmp/x core.pager x
git config --get-urlmatch x y
git bugreport
git fsck --lost-found
git symbolic-ref HEAD refs/heads/x
git reflog expire --all
git notes add -m x
git worktree add x
git submodule status; git submodule update
git describe --dirty; git tag x
git config alias.x '!id'
git config user.name x
git remote add x y
git remote show -n x; git remote rm x
git bisect log; git bisect run x
cd /tmp/x && git status
cd "$d" && git log""".split("\n")
READS = """\
git status
git log -5
git diff
git branch
git branch -a
git branch -v
git branch -vv
git branch --list 'x*'
git branch --contains abc
git branch --merged main
git branch --sort=-committerdate
git branch -r
git tag
git tag -l 'v*'
git tag --list
git tag --sort=-creatordate
git tag --sort=-v:refname -l 'v*'
git tag -n
git tag --points-at HEAD
git tag --contains abc
git remote -v
git remote get-url origin
git config --get user.name
git stash list
git branch --show-current
git --no-pager log -3
git describe --tags
git rev-parse HEAD
git branch --format='%(refname:short)'
git branch -a --sort=-committerdate
git branch --list --format='%(refname)' 'x*'
cd /srv/app && git log -1 && git status -s
git tag -n5 'v*'""".split("\n")


@pytest.mark.parametrize("command", ACTS)
def test_repository_is_not_safe(command: str) -> None:
    assert scan(command.replace("⏎", "\n")).risk is not Risk.SAFE


@pytest.mark.parametrize("command", READS)
def test_repository_that_is_harmless_stays_safe(command: str) -> None:
    finding = scan(command.replace("⏎", "\n"))
    assert finding.risk is Risk.SAFE, finding.why
