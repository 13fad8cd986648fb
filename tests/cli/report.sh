# The page about a model: whole, safe, needing nothing else.

try "report writes a page that needs nothing else" 0 -c 'load datasets/blog/users.csv datasets/blog/posts.csv datasets/blog/interactions.csv; features as ft
fit viewed ~ age + lang --test 0.25 as m; report to page.html'
says '^page.html: one page about m, [0-9,]+ bytes$'
for part in '<title>m</title>' 'How good it is' 'ROC curve' 'Coefficients' 'In words' 'How it was made' 'load datasets/blog/users.csv' 'image/svg+xml;base64,'; do
    grep -q "$part" page.html || wrong "the page lacks $part"
done
grep -qiE '<script|src="[^d]|href=' page.html && wrong "the page wants something from elsewhere"
[ "$(grep -c '<h2>' page.html)" -ge 8 ] || wrong "sections are missing"
printf 'y,g\n1,<b>&"x"\n0,a\n1,a\n0,<b>&"x"\n1,a\n0,a\n1,<b>&"x"\n0,<b>&"x"\n1,a\n' >odd.csv
try "names with < and & are escaped" 0 -c "load odd.csv; fit y ~ g as m; report to odd.html"
grep -q '<b>' odd.html && wrong "a tag of the data is in the page"
grep -q '&lt;b&gt;&amp;' odd.html || wrong "the level is not in the page"
try "a model of amounts has no ROC curve" 0 -c "load datasets/blog/users.csv; fit age ~ country --family gaussian; report to amounts.html"
grep -q 'ROC curve' amounts.html && wrong "a ROC curve of amounts"
grep -q 'Coefficients' amounts.html || wrong "no coefficients"
try "a page that cannot be written is an error" 1 -c "load datasets/blog/users.csv; fit age ~ country --family gaussian; report to /nowhere/x.html"
complains 'nowhere'
