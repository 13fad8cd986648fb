# Formats, redirections, pipes that close, disks that are full.

try "json is one object a line" 0 --format json -c 'load datasets/seed_rows.csv; show limit 1'
says '^\{"command":"load",.*\}$'
says '^\{"command":"show",.*\}$'
silent
try "csv has a header" 0 -q --format csv -c 'load datasets/seed_rows.csv; show limit 1'
says '^[^,]+,[^,]+,'
try "markdown has a rule" 0 -q --format markdown -c 'load datasets/seed_rows.csv; show limit 1'
says '^\|[-:| ]+\|$'
try "an unknown format is wrong usage" 2 --format jsn -c tables
complains 'json'
try "> file by its ending" 0 -c 'load datasets/seed_rows.csv; show > rows.json'
[ -s rows.json ] || wrong "rows.json is empty"
try "--output puts results into a file" 0 --output result.txt -c 'load datasets/seed_rows.csv; show'
grep -q JohnDoe result.txt || wrong "result.txt lacks the rows"
try "save and load again" 0 -c 'load datasets/seed_rows.csv as t; save t to copy.csv.gz; load copy.csv.gz as u; show u'
says 'JohnDoe'

try "a full disk is told" 1 -c 'load datasets/blog/interactions.csv as t; save t to /dev/full'
complains 'No space left'
settle
"$GLINT" --no-rc -c 'load datasets/blog/interactions.csv; show limit 50000' 2>err | head -n 1 >out
name="a closed pipe ends it quietly"
[ ! -s err ] || wrong "stderr is not empty"
settle
name="a full stdout is told"
"$GLINT" --no-rc -c 'load datasets/blog/users.csv; show limit 2000' >/dev/full 2>err
[ $? = 1 ] || wrong "status is not 1"
grep -q 'No space left' err || wrong "stderr does not say why"
: >out
