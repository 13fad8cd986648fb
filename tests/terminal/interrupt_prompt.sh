# Ctrl-C at the prompt clears the line and runs nothing; the next line works.
start 80 24 "$GLINT"
prompt
type 'quit'
see '^glint> quit$'
keys C-c
prompt
type 'load datasets/seed_rows.csv as t'
keys Enter
see '^t +4 x 7'
type '"an open quote'
keys Enter
see '^   \.\.\.> ?$'
keys C-c
prompt
type 'quit'
keys Enter
ended 0
restored
