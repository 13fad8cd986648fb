# Tab completes commands, options, files, columns and levels.
start 80 24 "$GLINT"
prompt
type 'loa'
keys Tab
see '^glint> load $|^glint> load$'
type 'datasets/seed_r'
keys Tab
see '^glint> load datasets/seed_rows.csv'
keys Enter
see '^seed_rows +4 x 7'
type 'show Usern'
keys Tab
see '^glint> show Username'
type ' --'
keys C-u
type 'fit viewed ~ age --sta'
keys Tab
see '^glint> fit viewed ~ age --standardize'
keys C-u
type 'show where Gender = "F'
keys Tab
see '^glint> show where Gender = "Female" *$'
keys C-u
type 'whati'
keys Tab
see '^glint> whatif'
keys C-u C-d
ended 0
restored
