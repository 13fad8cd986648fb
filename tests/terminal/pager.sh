# A result taller than the screen goes through the pager; one that fits does not.
start 80 12 GLINT_PAGER=\'tr a-z A-Z\' "$GLINT"
prompt
type 'help tables'
keys Enter
see 'list what is in memory'
type 'load datasets/blog/users.csv; show limit 40'
keys Enter
see '^[A-Z]+2 +[0-9]+ +[A-Z]{2} +(FE)?MALE'
prompt
keys C-d
ended 0
restored

# A pager that is not here loses nothing: the usual one is taken, or none.
start 80 12 GLINT_PAGER=no-such-pager PATH=/nowhere "$GLINT"
prompt
type 'load datasets/blog/users.csv; show limit 40'
keys Enter
see '^hugo2 +40 +DE +Male'
prompt
keys C-d
ended 0
restored
