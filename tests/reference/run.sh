#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# run.sh - every case of tests/reference/expected through BUILD/reference/run_reference.
set -u
cd "$(dirname "$0")" || exit 1
for f in expected/*.json; do
    name=${f#expected/}
    set -- "$@" "${name%.json}"
done
exec "$BUILD/reference/run_reference" . "$@"
