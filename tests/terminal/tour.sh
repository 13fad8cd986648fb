# The whole tour at 80x24, each step typed as it says; a pager and a screen on the way are left with q.
start 80 24 "$GLINT" --no-rc --tour
see '^1 of 15 '
see '^    simulate blog --users 600'
prompt
type 'nonsense'
keys Enter
see 'no command'
prompt
type 'tour'
keys Enter
see '^1 of 15 '
take() { # COMMAND NEXT [q]: types it, leaves a pager or screen with q, waits for the next step
    prompt
    type "$1"
    keys Enter
    if [ $# = 3 ]; then
        see "$3"
        keys q
    fi
    see "$2"
}
take 'simulate blog --users 600 --posts 150 --interactions 20000' '^2 of 15 '
take 'describe users' '^3 of 15 '
take 'features as ft' '^4 of 15 '
take 'plot viewed ~ post_age_days' '^5 of 15 '
take 'fit viewed ~ age + lang + post_age_days + log1p(prev_views) --test 0.25' '^6 of 15 ' 'Space shows more, q goes back'
take 'coef top 5 --words' '^7 of 15 '
take 'roc' '^8 of 15 '
take 'whatif age=25 lang=java post_age_days=2' '^9 of 15 '
take 'flip --freeze age' '^10 of 15 '
take 'near --k 3' '^11 of 15 '
prompt
keys C-c
prompt
take 'view whatif' '^12 of 15 ' 'Left Right change'
take 'tour skip' '^13 of 15 '
take 'tour 12' '^12 of 15 '
take 'fit viewed ~ age * lang + post_age_days + log1p(prev_views) --test 0.25' '^13 of 15 ' 'Space shows more, q goes back'
take 'compare m1 m2' '^14 of 15 ' 'Space shows more, q goes back'
take 'report to tour.html' '^15 of 15 '
take 'script' 'That was the tour'
prompt
[ -s "$SCRATCH/tour.html" ] || fail "no page"
type 'tour 99'
keys Enter
see 'the tour has 15 steps'
type 'tour 3'
keys Enter
see '^3 of 15 '
prompt
type 'tour end'
keys Enter
see 'the tour is over'
type 'quit'
keys Enter
ended 0
restored
