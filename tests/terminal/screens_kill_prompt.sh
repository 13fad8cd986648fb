# kill -TERM on a screen that was opened from the prompt.
start 80 24 "$GLINT" --no-rc datasets/blog/users.csv -i
prompt
type 'browse'
keys Enter
see '^jane +34  US'
kill -TERM "$(child)"
ended 143
restored
