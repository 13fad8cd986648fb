# TERM=dumb: no colours, no cursor movement, still a prompt that works.
start 80 24 TERM=dumb "$GLINT"
prompt
type 'load datasets/seed_rows.csv'
keys Enter
see '^seed_rows +4 x 7'
type 'fit viewd ~ Gender'
keys Enter
see '^error: no column .viewd'
type 'quit'
keys Enter
ended 0
restored
