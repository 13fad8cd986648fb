# y copies what is seen by OSC 52, Y the same as Markdown; s writes it to a file.
start 80 24 "$GLINT" --no-rc datasets/blog/users.csv --tui
tm set -s set-clipboard on
copied() {
    tm show-buffer 2>/dev/null | grep -qE -- "$1"
}
see 'users +2,000 x 5'
keys Enter
see '^jane +34  US'
keys y
wait_until copied '^jane +34  US' || fail "not copied"
see 'copied, [0-9]+ bytes'
keys Down Right Y
wait_until copied '^\| jane \| +34 \|' || fail "not copied as Markdown"
keys s
see '^save as:'
type 'seen.csv'
keys Enter
see 'written$'
[ "$(sed -n 2p "$SCRATCH/seen.csv" | cut -d, -f1,2)" = jane,34 ] || fail "not what was seen"
keys Q
ended 0
restored
