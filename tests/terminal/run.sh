#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# run.sh [NAME...] - each tests/terminal/NAME.sh is one test in a real terminal (see lib); one line a test.
set -u
cd "$(dirname "$0")" || exit 1
[ $# -gt 0 ] || set -- $(ls -- *.sh | sed '/^run.sh$/d;s/\.sh$//')
if ! command -v tmux >/dev/null 2>&1; then
    echo "skip terminal - tmux is not installed"
    exit 0
fi
root=$(cd ../.. && pwd)
all=$SCRATCH
for name in "$@"; do
    SCRATCH="$all/$name"
    mkdir -p "$SCRATCH/home"
    ln -sfn "$root/datasets" "$SCRATCH/datasets"
    # shellcheck disable=SC1090,SC1091
    if (HOME="$SCRATCH/home" && export HOME SCRATCH && . ./lib && . "./$name.sh" && finish) >"$all/$name.log" 2>&1; then
        echo "ok $name"
    else
        echo "not ok $name"
        sed 's/^#* */# /' "$all/$name.log"
    fi
done
