# What an error says and helps with is broken between words on a terminal, and stands on one line elsewhere.
start 60 20 "$GLINT" --no-rc
prompt
type 'load datasets/blog/users.csv; fit age ~ country --family gaussian as m; predict users with m'
keys Enter
see "^error: 'with' is a word more than predict reads$"
see '^help:  usage: predict \[T\|es:INDEX\] \[as U\] \[--model M\]$'
see '^       \[--scale response\|eta\|both\]'
keys C-d
ended 0
restored
cd "$SCRATCH" && "$GLINT" --no-rc -c 'load datasets/blog/users.csv; fit age ~ country --family gaussian as m; predict users with m' \
    2>"$SCRATCH/stderr" >/dev/null && fail "no error"
grep -q '^help:  usage: predict .*unseen base|null|error\]$' "$SCRATCH/stderr" || fail "the hint is broken in a file"
