# make demo ends at a prompt with everything loaded.
start 100 40 "$(dirname "$GLINT")/../../tests/demo.sh" "$GLINT"
WAIT=90
see '^glint> whatif --vary lang'
prompt
type 'tables'
keys Enter
see '^. +ft +42,608'
type 'quit'
keys Enter
ended 0
restored
