# Files that are not what they should be: one clear error, or all rows accounted for, and a session that goes on.

go_on='; load datasets/seed_rows.csv as fine; show fine'

mkdir -p folder
try "a folder" 1 --keep-going -c "load folder$go_on"
complains 'folder'
says '4 rows'
: >empty.csv
try "an empty file" 1 -c 'load empty.csv'
complains 'empty'
printf 'a,b\n' >header.csv
try "a header and no rows" 0 -c 'load header.csv'
says '0 x 2|0 rows'
head -c 5000 "$GLINT" >binary.csv
try "a binary file" 1 -c 'load binary.csv'
complains 'binary|NUL|not text'
printf 'a,b\n1,2\n3\n4,5,6\n7,8\n' >ragged.csv
try "ragged rows are shown with line and reason" 0 -c 'load ragged.csv; show'
cat out err >both && mv both out
says '3: .*1 field|line 3|3.*1 field'
says '4: .*3 fields|line 4|4.*3 field'
try "--max-bad 1 refuses two" 1 -c 'load ragged.csv --max-bad 1'
complains '2'
printf 'a,b\n"x,1\ny,2\n' >quote.csv
try "an unclosed quote" 1 -c 'load quote.csv'
complains 'quote'
complains '2'
printf 'name,n\ncaf\351,1\n' >latin.csv
try "latin-1 bytes are read when declared" 0 -c 'load latin.csv --encoding latin1; show'
says 'café'
try "latin-1 bytes not declared are told" 0 -c 'load latin.csv; show'
cat out err >both && mv both out
says 'latin1|UTF-8'
printf 'a,b\n1,x\0y\n' >nul.csv
try "NUL bytes" 1 -c 'load nul.csv'
complains 'NUL byte in line 2'
printf 'name\n\033[31mred\n\342\200\256evil\n' >escape.csv
try "escape bytes are shown, not sent" 0 -c 'load escape.csv; show'
says '\\x1b\[31mred'
says '\\u202eevil'
printf 'when\n2023-02-29\n2023-02-28\n' >dates.csv
try "a date that does not exist makes it text" 0 -c 'load dates.csv; describe'
says 'when +(text|code)'
try "a date that does not exist where one is declared" 0 -c 'load dates.csv --types when=time; show'
cat out err >both && mv both out
says '2023-02-29'
printf 'n\n99999999999999999999\n1\n' >large.csv
try "numbers too large for int are kept whole" 0 -c 'load large.csv; show'
says '^99999999999999999999'
complains "column 'n'"
printf 'a,a,b\n1,2,3\n' >twice.csv
try "a column name twice is told and numbered" 0 -c 'load twice.csv; show'
cat out err >both && mv both out
says 'a_2'
awk 'BEGIN { for (i = 1; i <= 100000; i++) printf "c%d%s", i, i < 100000 ? "," : "\n"
             for (i = 1; i <= 100000; i++) printf "%d%s", i, i < 100000 ? "," : "\n" }' >wide.csv
try "100,000 columns" 0 -c 'load wide.csv'
says '100,?000'
awk 'BEGIN { printf "a\n"; for (i = 0; i < 1000000; i++) printf "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789"; print "" }' >long.csv
try "a line of 100 MB" 0 -c 'load long.csv'
says '1 (x|row)'
rm -f wide.csv long.csv
