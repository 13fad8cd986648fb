# Without UTF-8 everything is ASCII; with NO_COLOR there is no colour.
coloured() {
    tm capture-pane -p -e | grep -q "$(printf '\033')\[3[0-7]m"
}
start 80 24 LC_ALL=C NO_COLOR=1 "$GLINT" --no-rc datasets/blog/users.csv --tui
see 'users +2,000 x 5'
keys '?'
see '\+- home -+\+'
keys q 3
see 'shape'
screen | LC_ALL=C grep -q '[^ -~]' && fail "not ASCII"
coloured && fail "colours in spite of NO_COLOR"
keys Q
ended 0
restored
