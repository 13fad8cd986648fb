# The screens on a real terminal: keys, a command, a resize at any time, too small and back, and out again.
start 80 24 "$GLINT" --no-rc datasets/blog/users.csv --tui
see '^\* users +2,000 x 5'
keys Enter
see '^jane +34  US'
keys Right '['
see 'glint> show users sort age'
resize 40 12
see '1 of 2,000$'
resize 18 5
see 'terminal too'
resize 160 50
see 'frequencies'
type ':describe users age'
keys Enter
see 'describe users age ─'
keys Escape
gone 'describe users age ─'
keys C-c
see 'q goes back, Q leaves'
keys F
see 'count users age'
keys q Q
ended 0
restored
