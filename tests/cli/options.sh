# Options of the program and the statuses it ends with.

try "--version says the version" 0 --version
says '^glint [0-9]+\.[0-9]+'
silent
try "--help goes to stdout" 0 --help
says '-c'
says '--format'
silent
try "an unknown option is wrong usage" 2 --formatt json
complains "formatt"
try "-c without commands is wrong usage" 2 -c
complains '-c'
echo 'count users' >first.glint
try "-c and -f run in the order they are written in" 0 -q -c 'load datasets/blog/users.csv' -f first.glint -c 'count users where age > 200' -f first.glint
[ "$(sed 's/ .*//' out | tr '\n' ' ')" = '2,000 0 2,000 ' ] || wrong "$(tr '\n' ' ' <out)"
silent
try "after a -c that fails no -f runs" 2 -c 'no_such_command' -f first.glint
says_not 'rows'
try "--keep-going goes on with it" 2 --keep-going -c 'load datasets/blog/users.csv; no_such_command' -f first.glint
says '^2,000 rows'
try "scores to a file of an ending that nobody knows" 2 -c 'simulate blog --users 20 --posts 10 --interactions 300; features as s; fit viewed ~ age; score s to s.parquet'
complains "no way to write '.parquet' files"
complains '\.csv \.tsv \.ndjson'
[ ! -e s.parquet ] || wrong 's.parquet is there'
try "--man is a page that mandoc reads" 0 --man
says '^\.Dt GLINT 1'
command -v mandoc >/dev/null && { mandoc -T lint -W error out >lint 2>&1 || wrong "$(head -n 5 lint)"; }

settle
# the examples at the end of the man page, as the system's shell runs them
"$GLINT" --man | sed -n '/^\.Sh EXAMPLES/,$s/\\-/-/gp; /^\.Sh EXAMPLES/,$p' | grep '^glint ' | sort -u >page
name="the man page has examples"
: >out; : >err
[ "$(wc -l <page)" -ge 4 ] || wrong "$(wc -l <page) of them"
while read -r line; do
    settle
    name="of the man page: $line"
    wanted=0
    case $line in *--strict*) wanted=5 ;; esac
    PATH="$(dirname "$GLINT"):$PATH" sh -c "$line" >out 2>err </dev/null
    status=$?
    [ "$status" = "$wanted" ] || wrong "status $status, not $wanted"
    [ -s out ] || wrong "it prints nothing"
done <page

if command -v bash >/dev/null; then
    # offered LINE...: what bash completes behind these words, one a line
    cat >offered.bash <<'BASH'
source completion.bash
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
_glint
printf '%s\n' "${COMPREPLY[@]}"
BASH
    "$GLINT" --completion bash >completion.bash
    : >'a file.csv'
    settle
    for row in 'glint --fo:--format' 'glint --format js:json' 'glint -c favo:favourites' 'glint --completion f:fish' \
        'glint --:--keep-going' 'glint data:datasets' 'glint a:a file.csv'; do
        settle
        name="bash completes ${row%%:*}"
        # shellcheck disable=SC2086 # words
        bash --norc offered.bash ${row%%:*} >out 2>err
        grep -qxF -- "${row#*:}" out || wrong "not offered: ${row#*:}"
        silent
    done
else
    settle
    echo "skip bash completes - bash is not here"
fi

try "a command that is done" 0 -c 'load datasets/seed_rows.csv'
try "no such file" 1 -c 'load datasets/seed_rowz.csv'
complains 'seed_rowz.csv'
complains 'seed_rows.csv'
try "no such command" 2 -c 'laod x.csv'
complains 'load'
try "no such option of a command" 2 -c 'load datasets/seed_rows.csv --delimm ;'
complains 'delim'
try "a failed command stops a list" 1 -c 'load nothing.csv; version'
says_not '^glint'
try "--keep-going goes on and remembers" 1 --keep-going -c 'load nothing.csv; load datasets/seed_rows.csv; show'
says 'JohnDoe'
try "a prefix is for the prompt" 0 -c 'load datasets/seed_rows.csv; tables'

printf 'load datasets/seed_rows.csv as t\nshow t limit 1\n' >in
in=in
try "commands from a pipe" 0
says 'JohnDoe'
printf 'load ${WHAT} as t # a comment\nshow t\n' >script.glint
try "-f with NAME=VALUE" 0 -f script.glint WHAT=datasets/seed_rows.csv
says 'JohnDoe'
try "-f with a NAME that is not given" 1 -f script.glint
complains 'WHAT'
complains 'script.glint'
try "-f with a file that is not there" 1 -f nothing.glint
complains 'nothing.glint'
printf 'load datasets/seed_rows.csv\n\nshow t where\n' >bad.glint
try "an error in a script names its line" 2 -f bad.glint
complains 'bad.glint:3'

try "files on the command line are loaded" 0 datasets/seed_rows.csv -c tables
says 'seed_rows'
