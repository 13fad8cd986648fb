#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# readme.sh [LANGUAGE] - README's sessions are what the program prints: the fenced block of LANGUAGE (console) is played as a
# transcript. BLESS=1 writes what came out back into README.md.
set -u
root=$(cd "$(dirname "$0")/.." && pwd)
language=${1:-console}
block="$SCRATCH/readme-$language.session"
sed -n "/^\`\`\`$language\$/,/^\`\`\`\$/p" "$root/README.md" | sed '1d;$d' >"$block"
[ -s "$block" ] || { echo "not ok readme $language: README.md has no such block"; exit 0; }
"$root/tests/session.sh" "$block"
[ -n "${BLESS:-}" ] || exit 0
awk -v new="$block" -v start="\`\`\`$language" '
    $0 == start { print; while ((getline line < new) > 0) print line; skip = 1; next }
    $0 == "```" { skip = 0 }
    !skip { print }' "$root/README.md" >"$SCRATCH/README.new" && cp "$SCRATCH/README.new" "$root/README.md"
