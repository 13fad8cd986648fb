# A prompt that answers, keeps what is loaded, and leaves with Ctrl-D.
start 80 24 "$GLINT"
prompt
type 'load datasets/seed_rows.csv'
keys Enter
see '^seed_rows +4 x 7'
type 'show where Gender == "Male"'
keys Enter
see 'JohnDoe.*Male'
gone 'JaneDoe'
keys C-d
ended 0
restored
