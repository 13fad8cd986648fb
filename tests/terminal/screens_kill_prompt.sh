# kill -TERM on a screen that was opened from the prompt.
start 80 24 "$GLINT" --no-rc datasets/blog/users.csv -i
prompt
type 'browse'
keys Enter
see '^jane +34  US'
kill -TERM "$(pgrep -f "^$GLINT --no-rc datasets/blog/users.csv -i" -n)"
ended 143
restored
