# What the documented keys hold, and the pictures that > saves.

try "describe: numbers under their keys, levels as a list" 0 -q --format json \
    -c 'load datasets/blog/users.csv; describe country, age, joined'
says '"column":"country","type":"code","missing":0,"distinct":8,"min":null,.*"levels":\[\{"level":"US","n":536,'
says '"column":"age","type":"int","missing":17,.*"min":16,"q25":25,.*"histogram":\[154,216,'
says '"column":"joined","type":"time",.*"min":"2021-01-01",.*"max":"2024-05-31"'
try "describe as csv quotes its lists" 0 -q --format csv -c 'load datasets/blog/users.csv; describe country'
says '"\[\{""level"":""US""'
try "count of two columns is a row a pair" 0 -q --format json -c 'load datasets/blog/users.csv; count gender, country'
says '\{"gender":"Female","country":"US","n":244,"share":0.268'
try "hist of moments has moments" 0 -q --format json -c 'load datasets/blog/users.csv; hist joined'
says '"low":"2021-01-01","high":"2021-03-20","n":120'
try "plot by levels" 0 -q --format json -c 'load datasets/blog/users.csv; plot age ~ gender'
says '\{"x":"Female","n":899,"y":32,'
try "plot against time has moments" 0 -q --format json -c 'load datasets/blog/users.csv; plot age ~ joined'
says '\{"x":"2022-10-10","y":34\}'
try "-c twice runs both" 0 -c 'load datasets/blog/users.csv' -c 'count'
says '^2,000 rows'
try "flip says how far it can go" 0 -q --format json \
    -c 'load datasets/seed_illustration.csv; fit viewed ~ gender --l2 1; flip --freeze gender'
says '"best":0'
silent
try "corr as a picture" 0 -q -c 'load datasets/seed_illustration.csv; corr > corr.svg'
grep -q '<svg' corr.svg || wrong "corr.svg is no picture"
try "plot by levels as a picture" 0 -q -c 'load datasets/blog/users.csv; plot age ~ country > plot.svg'
grep -q '<svg' plot.svg || wrong "plot.svg is no picture"
silent
try "a cloud of many points stays small" 0 -q \
    -c 'load datasets/blog/interactions.csv; derive h = hour(timestamp); derive d = days(timestamp, "2023-01-01"); plot d ~ h > cloud.svg'
[ "$(wc -c <cloud.svg)" -lt 3000000 ] || wrong "cloud.svg has $(wc -c <cloud.svg) bytes"
silent

# a tag that only rows with a missing country have: the dot leaves it out
printf 'username,age,country\nu1,20,US\nu2,30,\nu3,25,DE\n' >users.csv
printf 'post_id,author,tags,date\np1,a,x,2024-01-01\np2,b,y,2024-01-01\np3,a,rare,2024-01-01\n' >posts.csv
{
    echo 'username,post_id,interaction_type,timestamp'
    for d in 02 03 04 05 06 07 08 09 10 11; do
        echo "u1,p1,view,2024-01-$d 08:00:00"
        echo "u1,p2,like,2024-01-$d 09:00:00"
        echo "u3,p1,like,2024-01-$d 10:00:00"
        echo "u3,p2,view,2024-01-$d 11:00:00"
        echo "u2,p3,view,2024-01-$d 12:00:00"
    done
} >interactions.csv
try "the dot leaves out what is constant in the rows that count" 0 -q --format json \
    -c 'load users.csv posts.csv interactions.csv; features as ft; fit viewed ~ . - interaction_type --l2 1'
says '"command":"fit",.*"n":40,"dropped":10,'
says_not 'tag_rareTRUE'

try "a rare probability has digits, and the sampling is told" 0 -c 'load datasets/blog/*.csv; features as s --rows pairs --negatives 3
    fit viewed ~ age + lang; whatif age=30'
says '^0\.0[0-9]{3} '
complains 'offset sampling_offset'
try "a time split by a number says so" 0 -q -c 'load datasets/blog/*.csv; features as ft
    derive d = days("2023-01-01", timestamp); fit viewed ~ age --test 0.25 --split time --split-column d
    save m1 to byday.glm; load byday.glm as again; echo loaded; model again'
says '^again .*to test \(the last ones by d\)'

# the documented keys, one by one
keys() {
    what=$1
    shift
    line=$(grep "^{\"command\":\"$what\"" out | head -n 1)
    [ -n "$line" ] || wrong "no line of $what"
    for key in "$@"; do
        case $line in
        *"\"$key\":"*) ;;
        *) wrong "$what lacks the key $key" ;;
        esac
    done
}
try "the documented keys" 0 --format json -c 'load datasets/blog/users.csv; describe; tables
    show limit 1; derive old = age > 60; filter where old as elders; save elders to elders.csv
    load datasets/blog/*.csv; roles; features as ft; favourites languages by gender top 1
    hist users age; plot users age ~ joined; corr ft age, viewed
    fit viewed ~ age + gender --test 0.25; coef; metrics; whatif age=25; script'
keys load table rows columns seconds rejected notes
keys describe columns type missing distinct min q25 median q75 max mean sd levels histogram
keys tables tables rows columns bytes origin
keys show columns rows
keys derive table rows
keys filter table rows
keys save rows
keys roles roles
keys features table rows features
keys favourites rows
keys hist bins
keys plot points
keys corr matrix
keys fit model formula family link n dropped coefficients deviance null_deviance df_null df_residual loglik aic bic \
    dispersion iterations status seconds aliased notes coef metrics
keys coef term estimate se z p ci_low ci_high odds_ratio
keys metrics n threshold tp fp tn fn accuracy precision recall f1 roc_auc roc_auc_low roc_auc_high pr_auc log_loss brier
keys whatif probability eta se ci_low ci_high inputs contributions term value coefficient contribution notes
# The folds of roc and metrics are those of cv: the same areas, and a where clause takes rows out of them.
areas() { grep -o '"roc_auc":[0-9.]*' "$1"; }
try "the folds of roc are those of cv" 0 -q --format json -c 'load datasets/blog/*.csv; features as ft
fit viewed ~ age + lang --test 0.25 as m; cv m > cv.json; roc m --on folds > roc.json; metrics m --on folds > pooled.json; metrics m --on folds where age > 40 > old.json'
areas cv.json | head -n 5 >five
areas roc.json | tail -n 5 >curves
[ -s five ] && cmp -s five curves || wrong "the curves have $(tr '\n' ' ' <curves)and cv $(tr '\n' ' ' <five)"
grep -qF "$(areas pooled.json)" cv.json || wrong "$(areas pooled.json) is not among cv's"
grep -q '"n":10477,' old.json || wrong "not the rows above 40: $(head -c 80 old.json)"
try "theta and its error" 0 --format json -c 'load "'"$root"'/tests/reference/data/epil.csv" as epil
    fit y ~ trt + lbase --family negbin'
keys fit theta theta_se
try "roc marks the threshold that is asked for" 0 -q -c 'load datasets/blog/*.csv; features as ft; fit viewed ~ age + lang as m; roc m --threshold 0.3; pr m --threshold 0.45'
says '^the mark is threshold 0.3: '
says '^the mark is threshold 0.45: '
