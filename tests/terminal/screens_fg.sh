# Ctrl-Z on every screen gives the shell its own screen back, fg comes back to ours.
stopped() {
    keys "$1"
    see "$2"
    keys C-z
    see '[Ss]topped'
    gone "$2"
    clear_line='clear'
    type "$clear_line"
    keys Enter
    gone '[Ss]topped'
    type 'fg'
    keys Enter
    see "$2"
}
start 80 24 sh -i
cat >"$SCRATCH/world.glint" <<'END'
load datasets/blog/users.csv datasets/blog/posts.csv datasets/blog/products.csv datasets/blog/interactions.csv
features as ft
fit viewed ~ age + gender + lang + post_age_days --test 0.25
fit viewed ~ age + gender + lang --test 0.25
END
type "$GLINT --no-rc -q -f world.glint --tui"
keys Enter
see '^tables'
each_screen stopped
keys Q
gone '^term'
type 'exit 4'
keys Enter
ended 4
restored
