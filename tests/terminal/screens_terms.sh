# Terminals of several kinds, and no UTF-8: every screen comes up; a dumb one is refused on each with a hint.
up() {
    keys "$1"
    see "$2"
    if [ "$ascii" = yes ]; then
        screen | LC_ALL=C grep -q '[^ -~]' && fail "not ASCII on screen $1"
    fi
    true
}
coloured() {
    tm capture-pane -p -e | grep -q "$(printf '\033')\[[0-9;]*3[0-7]m"
}
for kind in xterm-256color xterm screen linux vt100; do
    infocmp "$kind" >/dev/null 2>&1 || continue
    ascii=no
    # the console's mouse daemon is not here, and its library loses what it allocates
    open_world 80 24 TERM=$kind LC_ALL=C.UTF-8 NCURSES_GPM_TERMS=none
    each_screen up
    if [ "$kind" = xterm-256color ]; then
        coloured || fail "no colour on $kind"
    fi
    keys Q
    ended 0
    restored
    finish
done
ascii=yes
open_world 80 24 TERM=xterm-256color LC_ALL= LANG=C
each_screen up
keys Q
ended 0
restored
finish
world='load datasets/blog/users.csv; fit age ~ country --family gaussian; fit age ~ gender --family gaussian'
for name in home frame columns coef whatif compare; do
    start 80 24 TERM=dumb "$GLINT" --no-rc -q -c "'$world; view $name'"
    see 'TERM is .dumb'
    see '^help: '
    ended 2
    restored
    finish
done
start 80 24 true
