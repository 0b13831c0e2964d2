#!/bin/sh
# Make .venv from the lock; touch nothing outside it.
set -eu
python=${PYTHON:-python3}

command -v "$python" >/dev/null 2>&1 || {
    echo "why502: there is no $python. On Debian: apt-get install -y make python3-venv" >&2
    exit 1
}
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
    echo "why502: Python 3.11 or newer is needed, $python is $("$python" --version 2>&1). Name another: make PYTHON=python3.12 …" >&2
    exit 1
}
if [ ! -x .venv/bin/python ] || ! .venv/bin/python -c 'import pip' >/dev/null 2>&1; then
    "$python" -c 'import ensurepip, venv' 2>/dev/null || {
        echo "why502: $python cannot make environments. On Debian: apt-get install -y make python3-venv" >&2
        exit 1
    }
    echo "why502: making .venv" >&2
    "$python" -m venv --clear .venv
fi
echo "why502: installing the locked packages into .venv (nowhere else)" >&2
.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-input --require-hashes -r requirements/dev.lock
.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-input --no-deps --no-build-isolation --no-index -e .
touch .venv/.ready
