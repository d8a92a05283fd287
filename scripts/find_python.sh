#!/bin/sh
# Prints the Python (3.11 or later) that makes .venv: the one named by PYTHON=, else the first that fits.
# One sentence on standard error and exit code 2 where there is none.
set -u

fits() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

if [ -n "${PYTHON:-}" ]; then
    if ! command -v "$PYTHON" >/dev/null 2>&1; then
        echo "setup: PYTHON=$PYTHON is not a command on this machine." >&2
        exit 2
    fi
    if ! fits "$PYTHON"; then
        echo "setup: PYTHON=$PYTHON does not start, or is older than Python 3.11." >&2
        exit 2
    fi
    command -v "$PYTHON"
    exit 0
fi

for candidate in python3 python3.14 python3.13 python3.12 python3.11; do
    if command -v "$candidate" >/dev/null 2>&1 && fits "$candidate"; then
        command -v "$candidate"
        exit 0
    fi
done

echo "setup: Python 3.11 or later is needed and none was found; install it, or name it: make PYTHON=/path/to/python3." >&2
exit 2
