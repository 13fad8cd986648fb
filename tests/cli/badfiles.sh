# Files that are not what they should be: one clear error, or all rows accounted for, and a session that goes on.

go_on='; load datasets/seed_rows.csv as fine; show fine'

mkdir -p folder
try "no file of this name" 1 --keep-going -c "load datasets/seed_rowz.csv$go_on"
complains "no file 'datasets/seed_rowz.csv'"
complains "^help: .*seed_rows.csv"
points datasets/seed_rowz.csv
says '4 rows'
try "a folder" 1 --keep-going -c "load folder$go_on"
complains "cannot read 'folder': it is a folder"
complains '^help: .*\.csv'
points folder
says '4 rows'
: >empty.csv
try "an empty file" 1 --keep-going -c "load empty.csv$go_on"
complains "'empty.csv' is empty"
complains '^help: .*first line'
points empty.csv
says '4 rows'
printf 'a,b\n' >header.csv
try "a header and no rows" 0 -c 'load header.csv; show; describe; count; hist a; check'
says '^header +0 x 2 +a b'
says '^a has no value$'
says '^header has no rows: there is nothing to look at$'
complains 'names of columns and no row'
try "a header and no rows to fit" 1 --keep-going -c "load header.csv; fit a ~ b$go_on"
complains '^error: .*no row'
says '4 rows'
head -c 5000 "$GLINT" >binary.csv
try "a binary file" 1 --keep-going -c "load binary.csv$go_on"
complains "'binary.csv' looks binary: NUL byte in line 1"
complains '^help: .*reads text'
points binary.csv
says '4 rows'
printf 'a,b\n1,2\n3\n4,5,6\n7,8\n' >ragged.csv
try "ragged rows are shown with line and reason" 0 -c 'load ragged.csv; show'
cat out err >both && mv both out
says '3: .*1 field|line 3|3.*1 field'
says '4: .*3 fields|line 4|4.*3 field'
try "--max-bad 1 refuses two" 1 -c 'load ragged.csv --max-bad 1'
complains '2'
printf 'a,b\n"x,1\ny,2\n' >quote.csv
try "an unclosed quote" 1 --keep-going -c "load quote.csv$go_on"
complains 'quote that opens in line 2 is never closed'
complains '^help: .*close it'
points quote.csv
says '4 rows'
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
printf 'when,what\n2023-02-28,a\n2023-03-01,b\n2023-03-02,c\n2023-02-30,d\n' >nearly.csv
try "one date that does not exist among good ones is named" 0 -c 'load nearly.csv'
complains "column 'when' is code, not time: 1 of 4 values does not fit, first '2023-02-30' in row 4"
try "a date that does not exist makes it text" 0 -c 'load dates.csv; describe'
says 'when +(text|code)'
try "a date that does not exist where one is declared" 0 -c 'load dates.csv --types when=time; show'
cat out err >both && mv both out
says '2023-02-29'
printf 'n\n99999999999999999999\n1\n' >large.csv
try "numbers too large for int are kept whole" 0 -c 'load large.csv; show'
says '^99999999999999999999'
complains "column 'n'"
printf 'x\n1e999\n1\n' >huge.csv
try "numbers too large for anything are told" 0 -c 'load huge.csv; show'
complains "column 'x' has numbers beyond 1.8e308: read as inf"
printf 'a,a,b\n1,2,3\n' >twice.csv
try "a column name twice is told and numbered" 0 -c 'load twice.csv; show'
cat out err >both && mv both out
says 'a_2'
awk 'BEGIN { for (i = 1; i <= 100000; i++) printf "c%d%s", i, i < 100000 ? "," : "\n"
             for (i = 1; i <= 100000; i++) printf "%d%s", i, i < 100000 ? "," : "\n" }' >wide.csv
try "100,000 columns" 0 -c 'load wide.csv; show c99999; check wide; describe c1, c100000'
says '^wide +1 x 100000 '
says '^ 99999$'
says '^\(1 row, 2 columns\)$'
try "100,000 columns as terms" 1 --keep-going -c "load wide.csv; fit c1 ~ .$go_on"
complains '^error: the formula makes more than 50000 columns'
complains '^help: .*name the terms'
points .
says '4 rows'
awk 'BEGIN { printf "a\n"; for (i = 0; i < 1000000; i++) printf "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789"; print "" }' >long.csv
try "a line of 100 MB" 0 -c 'load long.csv'
says '1 (x|row)'
sed 1d long.csv >header.csv
try "a line of 100 MB as header" 1 -c 'load header.csv'
complains 'the name of column 1 would have 100000000 bytes'
complains '^help: .*--no-header'
points header.csv
(printf 'a,b\n1,"' && cat long.csv) >open.csv
try "a quote that swallows 100 MB" 1 -c 'load open.csv'
complains 'quote that opens in line 2'
rm -f wide.csv long.csv header.csv open.csv
