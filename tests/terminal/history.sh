# What was typed comes back with the up arrow, in this run and the next; the file is for its owner only.
start 80 24 "$GLINT"
prompt
type 'help tables'
keys Enter
see 'list what is in memory'
keys Up
see '^glint> help tables$'
keys C-u C-d
ended 0
finish
file=$(find "$HOME" -name history -type f)
[ -n "$file" ] || fail "no history file"
[ "$(stat -c %a "$file")" = 600 ] || fail "its mode is $(stat -c %a "$file")"
start 80 24 "$GLINT"
prompt
keys Up
see '^glint> help tables$'
keys C-u C-d
ended 0
