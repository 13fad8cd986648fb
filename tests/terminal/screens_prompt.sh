# From the prompt to a screen and back; the prompt still works.
start 80 24 "$GLINT" --no-rc datasets/blog/users.csv
prompt
type 'browse'
keys Enter
see '^jane +34  US'
keys q
prompt
type 'view nonsense'
keys Enter
see "no screen 'nonsense'"
type 'view columns users'
keys Enter
see '^ +username +'
keys Q
type 'quit'
keys Enter
ended 0
restored
