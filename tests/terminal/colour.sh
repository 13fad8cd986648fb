# Colours on a terminal, none with NO_COLOR.
coloured() {
    tm capture-pane -p -e | grep -q "$(printf '\033')\[3[0-9]m"
}
start 80 24 "$GLINT"
prompt
type 'nonsense'
keys Enter
see 'no command'
wait_until coloured || fail "no colour on a terminal"
keys C-d
ended 0
finish
start 80 24 NO_COLOR=1 "$GLINT"
prompt
type 'nonsense'
keys Enter
see 'no command'
coloured && fail "a colour in spite of NO_COLOR"
keys C-d
ended 0
