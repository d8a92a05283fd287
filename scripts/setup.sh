#!/bin/sh
# Makes .venv, or finds that it is as it should be. Run from the root of the repository by `make setup`.
set -u

if ! command -v git >/dev/null 2>&1; then
    echo "setup: git is needed and was not found; install it and try again." >&2
    exit 2
fi

# The fast path: the environment itself says whether anything it was made from has changed.
if [ -x .venv/bin/python ] && .venv/bin/python -S -E -m scripts.setup --is-fresh 2>/dev/null; then
    exit 0
fi

python=$(sh scripts/find_python.sh) || exit 2
exec "$python" -m scripts.setup
