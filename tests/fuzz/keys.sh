#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# keys.sh ENTRY KEYS [SEED] - so many keys by chance on each screen under the sanitizers; ends at the first find, and says
# in which file the block stands that found it.
set -u
entry=$1 keys=$2 seed=${3:-1}
work=$(mktemp -d "${TMPDIR:-/tmp}/glint-keys-XXXXXX") || exit 1
mkdir "$work/tmp" "$work/home" && cd "$work" || exit 1
export TMPDIR="$work/tmp" HOME="$work/home" LC_ALL=C.UTF-8 TERM=dumb
screen=0
for name in home frame columns coef roc whatif compare; do
    if "$entry" "random:$screen:$seed:$keys" </dev/null >"$work/log" 2>&1; then
        echo "$name: $keys keys, nothing found"
    else
        tail -n 40 "$work/log"
        echo "$name: found something; the block: $work/block"
        exit 1
    fi
    screen=$((screen + 1))
done
rm -rf "$work"
