# Every plot as SVG, PNG and PDF. What the eye found is asked here by colour, as SVG writes it.

blue='rgb(0%,44.7%' orange='rgb(90.2%' red='rgb(83.5%' wine='rgb(53.3%'
drawn() { # NAME: three files of that kind
    grep -q '<svg' "$1.svg" || wrong "$1.svg is no picture"
    [ "$(head -c 4 "$1.png" | tail -c 3)" = PNG ] || wrong "$1.png is no picture"
    [ "$(head -c 4 "$1.pdf")" = %PDF ] || wrong "$1.pdf is no picture"
}
has() { # FILE COLOUR
    grep -q "$2" "$1" || wrong "$1 has no $2"
}
each() { # NAME COMMAND
    for ending in svg png pdf; do echo "$2 > $1.$ending"; done
}
{
    echo 'load datasets/blog/*.csv; features as ft; fit viewed ~ age + lang --test 0.25 as m'
    each roc 'roc m'
    each pr 'pr m'
    each calibration 'calibration m'
    each lift 'lift m'
    each cost 'thresholds m --best cost'
    each coef 'coef m'
    each effect 'effect age'
    each levels 'effect lang'
    each hist 'hist ft age'
    each rates 'hist ft age by viewed'
    each step 'whatif age=25 lang=java'
    each path 'path viewed ~ age + lang + gender --data ft'
} >pictures.glint
try "every plot is a picture of each kind" 0 -q -f pictures.glint
for p in roc pr calibration lift cost coef effect levels hist rates step path; do drawn $p; done
has hist.svg "$blue"
grep -q "$orange" hist.svg && wrong "hist.svg has two columns of bars"
has rates.svg "$orange" # the mean stands beside the counts
has levels.svg "$red"
has path.svg "$wine" # eight curves, eight colours that are seen on white
grep -q 'rgb(94.1' path.svg && wrong "path.svg has yellow on white"
