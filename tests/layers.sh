#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# layers.sh - the rules of the house that a machine can read: which room may include which, which file may use which
# library, and what no file may call. One test a rule; a line that breaks it is named as file:line.
set -u
cd "$(dirname "$0")/.." || exit 1

files() {
    find src include -name '*.[ch]' | sort
}

# Doors: "room: rooms it may include". A room always sees itself.
doors='
base:
data: base
glm: base
features: data base
model: features data glm base
es: model features data glm base
shell: es model features data glm base
tui: shell es model features data glm base
main: tui shell es model features data glm base
'

# Libraries: "header pattern: path patterns of the files that may include it".
libraries='
^gsl/|^gsl_:             src/glm/ include/glm/ src/features/ src/main.c
^cblas.h:                src/glm/ include/glm/
^yajl/:                  src/es/page.c src/data/ndjson.c
^cairo:                  src/shell/picture.c src/shell/picture_rows.c src/shell/picture_priv.h
^curl/:                  src/es/http.c
^readline/:              src/shell/line.c
curses|^term.h|^termios.h|^sys/ioctl.h: src/tui/term.c src/shell/line.c src/shell/screen.c src/shell/connection.c
^zlib.h|^zstd.h|^lzma.h: src/base/
^utf8proc.h:             src/base/
^cJSON|^cjson/:          src/base/ include/base/ src/model/ src/es/
^pthread.h|^threads.h:   src/base/
^locale.h:               src/main.c src/tui/term.c
'

# Calls: "pattern: path patterns where it may stand: why not elsewhere".
calls='
(strcpy|strcat|sprintf|vsprintf|atoi|atof|strtok|gets|alloca)\(:none:use Str, Buf, parse_real
(printf|puts|putchar|perror)\(:src/shell/ src/tui/ src/main.c:only the shell speaks to a person
fprintf\(std(out|err):src/shell/ src/tui/ src/main.c src/base/mem.c:only the shell speaks to a person
pthread_create\(:src/base/par.c:only par.c starts threads
(^|[^_a-z])(rand|random|drand48|srand)\(:none:named streams of rng.h
(^|[^_a-z])(time|gettimeofday|localtime|mktime)\(:src/base/clock.c:clock_now()
'

includes() {
    # file:line:header, for both kinds of include
    files | xargs grep -nE '^ *# *include' | sed -E 's/^([^:]*:[0-9]+):.*[<"]([^>"]*)[>"].*/\1:\2/'
}

verdict() { # NAME OUTPUT-FILE
    if [ -s "$2" ]; then
        echo "not ok $1"
        sed 's/^/# /' "$2"
    else
        echo "ok $1"
    fi
}

out=${SCRATCH:-/tmp}/layers.$$
trap 'rm -f "$out" "$out.inc" "$out.code"' EXIT
includes >"$out.inc"
# file:line:code, without comments and the insides of strings
files | xargs grep -n '' /dev/null | sed -E -e '/^[^:]*:[0-9]+: *\*/d' -e 's/"([^"\\]|\\.)*"/""/g' -e 's,/\*.*,,' >"$out.code"

echo "$doors" | while IFS=: read -r room may; do
    [ -n "$room" ] || continue
    awk -F: -v room="$room" -v may=" $room $may " '
        { n = split($1, part, "/"); r = part[2]; if (r == "main.c") r = "main" }
        r != room { next }
        { split($3, h, "/"); target = h[1] }
        target ~ /^(base|data|glm|features|model|es|shell|tui)$/ && index(may, " " target " ") == 0 {
            print $1 ":" $2 ": " room " may not include " $3
        }
        $3 ~ /_priv\.h$/ && $3 ~ /\// && $3 !~ /^\.\.?\// && target != room {
            print $1 ":" $2 ": " $3 " is private to " target
        }' "$out.inc" >"$out"
    verdict "doors of $room" "$out"
done

echo "$libraries" | while IFS=: read -r pattern may; do
    [ -n "$pattern" ] || continue
    awk -F: -v pattern="$pattern" -v may="$may" '
        BEGIN { n = split(may, ok, " ") }
        $3 !~ pattern || $3 ~ /^(base|data|glm|features|model|es|shell|tui)\// { next }
        { for (i = 1; i <= n; i++) if (index($1, ok[i]) == 1) next; print $1 ":" $2 ": <" $3 "> belongs to" may }
    ' "$out.inc" >"$out"
    verdict "library $pattern" "$out"
done

echo "$calls" | while IFS=: read -r pattern may why; do
    [ -n "$pattern" ] || continue
    grep -E ":[0-9]+:(.*[^_a-zA-Z])?$pattern" "$out.code" |
        awk -F: -v may="$may" -v why="$why" '
        BEGIN { n = split(may, ok, " ") }
        { for (i = 1; i <= n; i++) if (index($1, ok[i]) == 1) next; print $1 ":" $2 ": " why }' >"$out"
    verdict "call $pattern" "$out"
done

files | xargs awk 'FNR == 1 && !/SPDX-License-Identifier: GPL-3.0-or-later/ { print FILENAME }' >"$out"
verdict "a licence line first" "$out"
