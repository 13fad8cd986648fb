# Data and commands that cannot be: one error with its place and a way out, and the next command works.
#
#   refused NAME STATUS COMMAND   runs the commands so far ($before), COMMAND, and one that must still work
#   points TEXT                   the error's place is this text of the command

refused() {
    try "$1" "$2" --keep-going -c "$before; $3; count"
    says '^[0-9]+ rows$' # count, behind it
    [ "$(grep -c '^error' err)" = 1 ] || wrong "not one error but $(grep -c '^error' err)"
    # what may be typed stands in the message itself, or a disk is at fault: then nothing else helps
    grep -qE '^help:|^error: .*(must be|wants|cannot write)' err || wrong "no way out is told"
}

points() {
    where=$(grep -n '^ *^^*$' err | head -n 1 | cut -d: -f1)
    [ -n "$where" ] || { wrong "no place is marked"; return; }
    marked=$(awk -v at="$where" 'NR == at - 1 { line = $0 }
        NR == at { match($0, /\^+/); print substr(line, RSTART, RLENGTH) }' err)
    [ "$marked" = "$1" ] || wrong "the place is '$marked', not '$1'"
}

printf 'k,x,y,c\na,1,0,u\nb,2,1,u\nc,3,0,u\nd,4,1,u\ne,5,1,u\n' >small.csv
printf 'k,z\na,1\na,2\nb,3\n' >twice.csv
printf 'y,x,e\n0,1,\n1,2,\n1,3,\n0,4,\n1,5,\n' >nullcol.csv
printf 'y,x\n1,1\n1,2\n1,3\n1,4\n1,5\n' >one.csv
printf 'y,x\na,1\nb,2\nc,3\na,5\nb,6\n' >three.csv
awk 'BEGIN { printf "y"; for (i = 1; i <= 20; i++) printf ",x%d", i; print ""
             for (r = 0; r < 8; r++) { printf "%d", r % 2; for (i = 1; i <= 20; i++) printf ",%d", (r * 7919 + i * i * 104729) % 101
                 print "" } }' >broad.csv

before='load small.csv; load twice.csv'
refused "duplicate keys in a join" 1 'join small with twice on k as both'
complains "key k=a twice, in rows 1 and 2"
points k
before='load one.csv'
refused "a response with one value" 1 'fit y ~ x'
complains 'never varies'
points y
before='load three.csv'
refused "a response with three values" 1 'fit y ~ x'
complains 'y has 3 values \(a, b, c\)'
complains "I\(y == 'b'\)"
points y
try "one of three values against the rest" 0 -c "$before; fit y == 'b' ~ x"
before='load nullcol.csv'
refused "a column that is all null as a term" 1 'fit y ~ x + e'
complains 'e has no value at all'
points e
refused "a column that is all null as response" 1 'fit e ~ x'
points e
try "a column that is all null in a table" 0 -c "$before; describe; show; check nullcol"
says '^e +code +5'
before='load small.csv'
refused "a factor with a single level" 1 'fit y ~ x + c'
complains "c has a single level, 'u'"
points c
try "more columns than rows" 0 -c 'load broad.csv; fit y ~ .; fit y ~ . --l2 1; metrics'
cat out err >both && mv both out
says "21 coefficients for 8 rows: 14 of them are told by the others"
says 'separat'
try "more columns than rows, strictly" 5 --strict -c 'load broad.csv; fit y ~ .'

refused "an unknown column to show" 1 'show nope'
complains "no column 'nope' in 'small'"
points nope
refused "an unknown column in a condition" 1 'show where x > 1 and nope == 2'
points nope
refused "an unknown column in a formula" 1 'fit y ~ x + log(nope)'
points nope
refused "an unknown column to derive from" 1 'derive z = x + nope'
points nope
refused "an unknown column to group by" 1 'group by nope: n = count()'
points nope
refused "an unknown column to sort by" 1 'show sort -nope'
points nope
refused "an unknown level as the event" 1 'fit y ~ x --event 7'
complains "y is never '7'"
refused "an unknown table" 1 'show x --data smal'
complains "did you mean 'small'"
points smal
refused "an unknown model" 1 'fit y ~ x as first; coef firts'
complains "did you mean 'first'"
points firts
refused "an unknown command" 2 'summarize'
points summarize
refused "an unknown option" 2 'fit y ~ x --l3 1'
complains "no option '--l3'"
points --l3
refused "an option's value that is no number" 2 'fit y ~ x --l2 much'
points much
refused "an option's value out of its range" 2 'fit y ~ x --l2 -1'
points -1
refused "a choice that is none" 2 'fit y ~ x --encode dummy'
complains 'treatment, onehot or sum'
points dummy
refused "an unknown family" 1 'fit y ~ x --family poison'
complains "did you mean 'poisson'"
points poison
refused "an unknown function" 1 'derive z = logg(x)'
points logg
refused "a text where a number should be" 1 'derive z = k + 1'
points k
refused "a formula that is cut off" 2 'fit y ~ x + *'
refused "a comparison bare in a formula" 2 'fit y ~ (x > 2)'
complains 'I\('
refused "a slip in a clause word" 1 'show x wher x'
complains "the word 'where'"
refused "an input of what-if that is none" 1 'fit y ~ x; whatif q=1'
complains "its input is 'x'"
refused "a number of what-if that is none" 1 'fit y ~ x; whatif x=old'
complains 'goes from 1 to 5'
points old
refused "no connection" 4 'es indexes'
try "a level that training never saw" 0 -c 'load datasets/blog/users.csv; fit gender == "Male" ~ country; whatif country=XX'
cat out err >both && mv both out
says "'XX' was not seen"
refused "a file that cannot be written" 1 'save small to nowhere/small.csv'
complains 'nowhere'
refused "a full disk, and on" 1 'save small to /dev/full'
complains 'No space left'
refused "a picture of what draws none" 2 'show x > x.svg'
