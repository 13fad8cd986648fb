# The frame itself: a shell in it answers, resizes and ends.
start 60 10 sh
see '^[#$]'
type 'echo one-$((1+1))-three'
keys Enter
see '^one-2-three'
resize 100 20
type 'stty size'
keys Enter
see '^20 100'
type 'exit 3'
keys Enter
ended 3
restored
