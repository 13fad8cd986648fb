# The next result uses the terminal's new width.
start 60 24 "$GLINT"
prompt
type 'load datasets/blog/users.csv; describe'
keys Enter
see '\([0-9,]+ rows.* columns shown'
resize 160 40
type 'describe'
keys Enter
see '^column +type +missing +distinct +min +25 % +median'
keys C-d
ended 0
restored
