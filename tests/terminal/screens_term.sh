# kill -TERM on every screen: the terminal is as it was, the status says which signal.
killed() {
    open_world 80 24
    keys "$1"
    see "$2"
    kill -TERM "$(child)"
    ended 143
    restored
    finish
}
each_screen killed
start 80 24 true
