#!/bin/sh
# Pin requirements/dev.in with hashes. The lock names no index and no host: it serves behind any of them.
set -eu
CUSTOM_COMPILE_COMMAND='make lock' .venv/bin/pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras \
    --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --no-header \
    --output-file requirements/dev.lock "$@" requirements/dev.in
{ echo '# Written by `make lock` from requirements/dev.in.'; cat requirements/dev.lock; } > requirements/dev.lock.new
mv requirements/dev.lock.new requirements/dev.lock
if grep -nE '://|index-url|trusted-host|find-links' requirements/dev.lock; then
    echo "why502: the lock names a host; it must not" >&2
    exit 1
fi
