# A crash on any screen (a signal that nobody expects): the terminal is as it was.
crashed() {
    open_world 80 24 ASAN_OPTIONS=handle_segv=0 # the crash is to be our own
    keys "$1"
    see "$2"
    kill -SEGV "$(child)"
    ended 139
    restored
    finish
}
each_screen crashed
start 80 24 true
