# No terminal, or a dumb one: a reason and a hint, and not one escape byte, whichever the screen.
escapes() {
    LC_ALL=C grep -q "$(printf '\033')" "$1"
}
cd "$SCRATCH" || fail "no folder"
world='load datasets/blog/users.csv; fit age ~ country --family gaussian; fit age ~ gender --family gaussian'
for command in browse view 'view frame' 'view columns' 'view coef' 'view whatif' 'view compare'; do
    "$GLINT" -c "$world; $command" >"$SCRATCH/out" 2>&1 && fail "$command did not fail"
    grep -q 'needs* a terminal' "$SCRATCH/out" || fail "no reason: $command"
    grep -q '^help: ' "$SCRATCH/out" || fail "no hint: $command"
    escapes "$SCRATCH/out" && fail "an escape byte: $command"
done
"$GLINT" datasets/blog/users.csv --tui >"$SCRATCH/out" 2>&1 </dev/null && fail "--tui did not fail"
escapes "$SCRATCH/out" && fail "an escape byte"
start 80 24 TERM=dumb "$GLINT" --no-rc datasets/blog/users.csv --tui
see 'TERM is .dumb'
ended 2
restored
