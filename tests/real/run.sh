#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# run.sh - real data of other people against the numbers that their READMEs give (../shared/data; skipped when absent).
#
# A script is tests/real/FOLDER.glint (or FOLDER-more.glint), run with DATA=../shared/data/FOLDER and --format json. Below
# a command stand lines about its JSON:
#   #= roc_auc 0.92748                       the key's number, to the digits that are given
#   #= estimate of log1p(u_asks) -0.150496   the same in the row whose term (or other first key) is that
#   #= roc_auc >= 0.90     #= seconds < 1    a bound
#   #= says separation: level TRUE of isNew  a note has this text
#   #= coefs FILE                            every row of FILE (term, coef, std_err, z, p_value) to its digits
# Each is one test. A command that fails is one, too.
set -u
root=$(cd "$(dirname "$0")/../.." && pwd)
data=$root/../shared/data
cd "$SCRATCH" || exit 1

for script in "$root"/tests/real/*.glint; do
    name=$(basename "$script" .glint)
    folder=$data/${name%%-*}
    if [ ! -d "$folder" ]; then
        echo "skip $name - ../shared/data/${name%%-*} is not here"
        continue
    fi
    "$GLINT" --no-rc --format json --seed 1 -f "$script" "DATA=$folder" >out 2>err
    sed "s|\${DATA}|$folder|g" "$script" >commands
    awk -v name="$name" -f "$root/tests/real/check.awk" out commands
    sed -n '/^error/s/^/# /p' err
done

# csv-spectrum: each file's rows as its JSON has them; one JSON has a slip (see the README there).
torture=$data/csv-torture/spectrum
[ -d "$torture" ] || echo "skip csv-torture - ../shared/data/csv-torture is not here"
for csv in "$torture"/*.csv; do
    [ -f "$csv" ] || continue
    name=$(basename "$csv" .csv)
    rm -f rows.ndjson
    "$GLINT" --no-rc -c "load '$csv' as t; save t to rows.ndjson" >out 2>err
    awk -f "$root/tests/real/torture.awk" rows.ndjson >got
    sed 's/1234567890/2095257564/' "$torture/$name.json" | awk -f "$root/tests/real/torture.awk" >want
    if cmp -s got want; then
        echo "ok csv-torture: $name"
    else
        echo "not ok csv-torture: $name"
        sed 's/^/#   wanted: /' want
        sed 's/^/#   got:    /' got
        sed 's/^/#   stderr: /' err
    fi
done
