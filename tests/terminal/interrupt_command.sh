# Ctrl-C in a command ends the command within two seconds, not the program, and leaves the session as it was.
start 80 24 "$GLINT"
prompt
type 'load datasets/seed_rows.csv as t'
keys Enter
see '^t +4 x 7'
type 'simulate blog --users 400000 --posts 20000 --interactions 40000000'
keys Enter
see ' %|/s'
keys C-c
WAIT=2
see 'cancelled'
WAIT=30
type 'tables'
keys Enter
see '^. +t +4 '
gone '^[* ]+interactions '
type 'quit'
keys Enter
ended 0
restored
