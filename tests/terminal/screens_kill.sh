# kill -TERM while a screen is up: the terminal is as it was.
start 80 24 "$GLINT" --no-rc datasets/blog/users.csv --tui
see 'users +2,000 x 5'
kill -TERM "$(child)"
ended 143
restored
