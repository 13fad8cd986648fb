# Ctrl-Z goes to the shell with its own screen, fg comes back to ours.
start 80 24 sh -i
type "$GLINT --no-rc datasets/blog/users.csv --tui"
keys Enter
see 'users +2,000 x 5'
keys Enter
see '^jane +34  US'
keys C-z
see '[Ss]topped'
gone '^jane +34  US'
type 'fg'
keys Enter
see '^jane +34  US'
keys j Q
gone '^jane +34  US'
type 'exit 4'
keys Enter
ended 4
restored
