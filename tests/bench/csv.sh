#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# csv.sh BUILD [ROWS] - loads one CSV file with glint's reader, polars, DuckDB, pyarrow and pandas in turn, five times
# each, in one run, and prints medians, ratios and peak memory beside what the machine could do.
#
# The others come from a Python environment of their own in build/bench/venv (python3 with venv; pip). Each is asked
# for a table in memory the way its manual says first, each run in a fresh process, files in the page cache.
set -eu
cd "$(dirname "$0")/../.."
tools=$1
rows=${2:-1000000}
work=build/bench
file=$work/load_$rows.csv
mkdir -p "$work"
[ -s "$file" ] || { "$tools/make_csv" "$rows" 1 >"$file.part" && mv "$file.part" "$file"; }
if [ ! -x "$work/venv/bin/python" ]; then
    python3 -m venv "$work/venv"
fi
"$work/venv/bin/python" -c 'import polars, duckdb, pyarrow, pandas' 2>/dev/null ||
    "$work/venv/bin/pip" -q install polars duckdb pyarrow pandas
exec "$work/venv/bin/python" tests/bench/load.py "$tools/load_csv" "$file"
