# kill -TERM at the prompt and in a command: the terminal is left in order.
start 80 24 "$GLINT"
prompt
type 'half a li'
see 'half a li'
kill -TERM "$(pgrep -f "^$GLINT\$" -n)"
ended 143
restored
