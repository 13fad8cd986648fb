# For screen readers: no boxes, no bars, and the terminal's cursor stands on the line that is the current one.
at() {
    [ "$(tm display-message -p '#{cursor_y} #{cursor_flag}')" = "$1" ]
}
open_world 80 24
tm display-message -p '#{cursor_flag}' | grep -q 0 || fail "a cursor that is no help"
type ':set plain on'
keys Enter
gone 'plain on ─'
keys 3
see '^ +column'
wait_until at "2 1" || fail "the cursor is not on the first line"
keys Down Down
wait_until at "4 1" || fail "the cursor did not follow"
keys 6
see 'feature +value'
wait_until at "4 1" || fail "the cursor is not on the first feature"
screen | grep -q '[█─●▁]' && fail "bars for a screen reader"
keys Q
ended 0
restored
