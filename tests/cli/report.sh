# The page about a model: whole, safe, needing nothing else.

try "report writes a page that needs nothing else" 0 -c 'load datasets/blog/users.csv datasets/blog/posts.csv datasets/blog/interactions.csv; features as ft
fit viewed ~ age + lang --test 0.25 as m; report to page.html'
says '^page.html: one page about m, [0-9,]+ bytes$'
for part in '<title>m</title>' 'How good it is' 'ROC curve' 'Coefficients' 'In words' 'How it was made' 'load datasets/blog/users.csv' 'image/svg+xml;base64,'; do
    grep -q "$part" page.html || wrong "the page lacks $part"
done
grep -qiE '<script|src="[^d]|href=' page.html && wrong "the page wants something from elsewhere"
[ "$(grep -c '<h2>' page.html)" -ge 8 ] || wrong "sections are missing"
# A browser without a window, where there is one: every picture is drawn, nothing is asked of a network.
browser=
for b in chromium chromium-browser google-chrome; do
    command -v "$b" >/dev/null 2>&1 && browser=$b && break
done
if [ -n "$browser" ]; then
    try "a browser shows the page" 0 -c 'load datasets/blog/users.csv datasets/blog/posts.csv datasets/blog/interactions.csv; features as ft
fit viewed ~ age + lang --test 0.25 as m; report to seen.html'
    # a copy that says of each picture how wide it came out; the page itself has no script
    sed 's#</body>#<script>onload=function(){document.title=[].map.call(document.images,function(i){return i.naturalWidth})+";"+[].map.call(document.querySelectorAll(".half"),function(h){return h.offsetTop})+";"+(document.documentElement.scrollWidth>innerWidth?"wider":"fits")}</script></body>#' \
        seen.html >asked.html
    timeout 120 "$browser" --headless --no-sandbox --disable-gpu --disable-dev-shm-usage --window-size=1200,900 --user-data-dir="$PWD/browser" --dump-dom "file://$PWD/asked.html" \
        >dom.html 2>/dev/null || wrong "the browser ended with status $?"
    grep -qE '<title>([1-9][0-9]*,){4,}[1-9][0-9]*;' dom.html || wrong "pictures are not drawn: $(grep -oE '<title>[^<]*' dom.html)"
    # on a wide page the curves stand two by two
    grep -qE '<title>[0-9,]*;([0-9]+),\1,([0-9]+),\2;fits<' dom.html || wrong "curves are not beside each other: $(grep -oE '<title>[^<]*' dom.html)"
    [ "$(grep -c '<section' dom.html)" -ge 8 ] || wrong "sections are missing in the browser"
    # on a narrow one a table that is too wide scrolls by itself, not the page
    timeout 120 "$browser" --headless --no-sandbox --disable-gpu --disable-dev-shm-usage --window-size=500,900 --user-data-dir="$PWD/browser" --dump-dom \
        "file://$PWD/asked.html" >narrow.html 2>/dev/null || wrong "the browser ended with status $?"
    grep -qE '<title>[^<]*;fits<' narrow.html || wrong "the narrow page scrolls: $(grep -oE '<title>[^<]*' narrow.html)"
    rm -rf browser
else
    settle
    echo "skip a browser shows the page - no chromium is here"
fi
printf 'y,g\n1,<b>&"x"\n0,a\n1,a\n0,<b>&"x"\n1,a\n0,a\n1,<b>&"x"\n0,<b>&"x"\n1,a\n' >odd.csv
try "names with < and & are escaped" 0 -c "load odd.csv; fit y ~ g as m; report to odd.html"
grep -q '<b>' odd.html && wrong "a tag of the data is in the page"
grep -q '&lt;b&gt;&amp;' odd.html || wrong "the level is not in the page"
try "a model of amounts has no ROC curve" 0 -c "load datasets/blog/users.csv; fit age ~ country --family gaussian; report to amounts.html"
grep -q 'ROC curve' amounts.html && wrong "a ROC curve of amounts"
grep -q 'Coefficients' amounts.html || wrong "no coefficients"
try "a page that cannot be written is an error" 1 -c "load datasets/blog/users.csv; fit age ~ country --family gaussian; report to /nowhere/x.html"
complains 'nowhere'
