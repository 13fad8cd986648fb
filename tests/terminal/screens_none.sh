# No terminal, or a dumb one: a reason and a hint, and not one escape byte.
escapes() {
    LC_ALL=C grep -q "$(printf '\033')" "$1"
}
cd "$SCRATCH" || fail "no folder"
for command in 'browse' 'view columns'; do
    "$GLINT" -c "load datasets/blog/users.csv; $command" >"$SCRATCH/out" 2>&1 && fail "$command did not fail"
    grep -q 'needs a terminal' "$SCRATCH/out" || fail "no reason"
    grep -q '^help: ' "$SCRATCH/out" || fail "no hint"
    escapes "$SCRATCH/out" && fail "an escape byte"
done
"$GLINT" datasets/blog/users.csv --tui >"$SCRATCH/out" 2>&1 </dev/null && fail "--tui did not fail"
escapes "$SCRATCH/out" && fail "an escape byte"
start 80 24 TERM=dumb "$GLINT" --no-rc datasets/blog/users.csv --tui
see 'TERM is .dumb'
ended 2
restored
