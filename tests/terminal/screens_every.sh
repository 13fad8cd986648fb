# Every screen at three sizes, resized while it is up; Ctrl-C stays; the next key still works.
sizes() {
    keys "$1"
    see "$2"
    resize 40 12
    see "$2"
    see '^[^ ].*keys' # the bar with the help key fits
    resize 160 50
    see "$2"
    keys C-c
    see 'q goes back, Q leaves|stopped: what'
    keys '?'
    see 'stops the work'
    keys Escape
    gone 'stops the work'
    resize 80 24
    see "$2"
}
open_world 80 24
each_screen sizes
keys Q
ended 0
restored
