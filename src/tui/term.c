/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * term.c - the terminal: a canvas out, keys in. The only file that includes curses.
 *
 * curses compares what is shown with what shall be, so a redraw sends what changed. Colours are the
 * 16 of ANSI, so the person's own theme rules; the background is never asked for. Ctrl-C raises the
 * program's cancel flag (cbreak mode, the handler is main's) and arrives as K_INTERRUPT. curses
 * restores the terminal on SIGTSTP and SIGTERM by itself; SIGHUP and the fatal signals get the same
 * here. NO_COLOR chooses the theme mono.
 */
#include <curses.h>
#include <langinfo.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <wchar.h>

#include "base/cancel.h"
#include "tui/term.h"

#define ESC_DELAY_MS 25

typedef struct Look {
    short colour; /* COLOR_x, or -1 */
    attr_t attr;
} Look;

typedef struct Theme {
    const char *name;
    Look look[STYLE_COUNT];
} Theme;

static const Theme themes[] = {
    {"default",
     {[STYLE_PLAIN] = {-1, A_NORMAL},
      [STYLE_HEAD] = {-1, A_BOLD | A_UNDERLINE},
      [STYLE_DIM] = {-1, A_DIM},
      [STYLE_STRONG] = {-1, A_BOLD},
      [STYLE_NEGATIVE] = {COLOR_BLUE, A_NORMAL},
      [STYLE_POSITIVE] = {COLOR_YELLOW, A_NORMAL},
      [STYLE_ERROR] = {COLOR_RED, A_BOLD},
      [STYLE_WARNING] = {COLOR_YELLOW, A_BOLD},
      [STYLE_NAME] = {COLOR_CYAN, A_NORMAL},
      [STYLE_CURSOR] = {-1, A_REVERSE},
      [STYLE_KEY] = {COLOR_CYAN, A_BOLD},
      [STYLE_TITLE] = {-1, A_BOLD}}},
    {"mono",
     {[STYLE_PLAIN] = {-1, A_NORMAL},
      [STYLE_HEAD] = {-1, A_BOLD | A_UNDERLINE},
      [STYLE_DIM] = {-1, A_DIM},
      [STYLE_STRONG] = {-1, A_BOLD},
      [STYLE_NEGATIVE] = {-1, A_NORMAL},
      [STYLE_POSITIVE] = {-1, A_NORMAL},
      [STYLE_ERROR] = {-1, A_BOLD},
      [STYLE_WARNING] = {-1, A_BOLD},
      [STYLE_NAME] = {-1, A_UNDERLINE},
      [STYLE_CURSOR] = {-1, A_REVERSE},
      [STYLE_KEY] = {-1, A_BOLD},
      [STYLE_TITLE] = {-1, A_BOLD}}},
    {"contrast",
     {[STYLE_PLAIN] = {COLOR_WHITE, A_BOLD},
      [STYLE_HEAD] = {COLOR_WHITE, A_BOLD | A_UNDERLINE},
      [STYLE_DIM] = {COLOR_WHITE, A_NORMAL},
      [STYLE_STRONG] = {COLOR_WHITE, A_BOLD},
      [STYLE_NEGATIVE] = {COLOR_CYAN, A_BOLD},
      [STYLE_POSITIVE] = {COLOR_YELLOW, A_BOLD},
      [STYLE_ERROR] = {COLOR_RED, A_BOLD | A_REVERSE},
      [STYLE_WARNING] = {COLOR_YELLOW, A_BOLD | A_REVERSE},
      [STYLE_NAME] = {COLOR_CYAN, A_BOLD},
      [STYLE_CURSOR] = {COLOR_WHITE, A_REVERSE | A_BOLD},
      [STYLE_KEY] = {COLOR_YELLOW, A_BOLD},
      [STYLE_TITLE] = {COLOR_WHITE, A_BOLD | A_REVERSE}}},
    {"present",
     {[STYLE_PLAIN] = {-1, A_BOLD},
      [STYLE_HEAD] = {-1, A_BOLD | A_UNDERLINE},
      [STYLE_DIM] = {-1, A_NORMAL},
      [STYLE_STRONG] = {-1, A_BOLD},
      [STYLE_NEGATIVE] = {COLOR_BLUE, A_BOLD},
      [STYLE_POSITIVE] = {COLOR_YELLOW, A_BOLD},
      [STYLE_ERROR] = {COLOR_RED, A_BOLD},
      [STYLE_WARNING] = {COLOR_RED, A_BOLD},
      [STYLE_NAME] = {-1, A_BOLD},
      [STYLE_CURSOR] = {-1, A_REVERSE | A_BOLD},
      [STYLE_KEY] = {-1, A_BOLD},
      [STYLE_TITLE] = {-1, A_BOLD | A_REVERSE}}},
};
#define NTHEMES (sizeof themes / sizeof *themes)

struct Term {
    SCREEN *screen;
    attr_t attr[STYLE_COUNT];
    bool up, utf8;
    const char *theme;
    Canvas *shown; /* what was drawn last: only rows that differ are handed to curses */
};

static volatile sig_atomic_t screen_is_up;

/* ---- taking and giving back ---- */

static void leave_at_exit(void)
{
    if (screen_is_up)
        endwin();
    screen_is_up = 0;
}

static const int fatal[] = {SIGHUP, SIGTERM, SIGQUIT, SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL};
#define NFATAL (sizeof fatal / sizeof *fatal)
static struct sigaction before[NFATAL]; /* what was done about them without a screen */

static void release_fatal(void)
{
    for (size_t i = 0; i < NFATAL; i++)
        sigaction(fatal[i], &before[i], NULL);
}

/* endwin() is not meant for handlers, but a terminal left in raw mode is worse than a crash in a
 * crash. Whoever was asked before then gets the signal, too. */
static void on_fatal(int sig)
{
    leave_at_exit();
    release_fatal();
    raise(sig);
}

static void catch_fatal(void)
{
    static bool at_exit;
    struct sigaction mine = {.sa_handler = on_fatal};
    sigemptyset(&mine.sa_mask);
    if (!at_exit)
        atexit(leave_at_exit);
    at_exit = true;
    for (size_t i = 0; i < NFATAL; i++)
        sigaction(fatal[i], &mine, &before[i]);
}

void term_theme(Term *t, const char *name)
{
    if (t->theme && strcmp(t->theme, name) == 0)
        return;
    const Theme *theme = &themes[0];
    const char *no_color = getenv("NO_COLOR");
    for (size_t i = 0; i < NTHEMES; i++)
        if (strcmp(themes[i].name, name) == 0)
            theme = &themes[i];
    t->theme = theme->name;
    canvas_free(t->shown);
    t->shown = NULL;
    bool colours = has_colors() && !(no_color && *no_color);
    if (!colours)
        theme = &themes[1];
    else {
        start_color();
        use_default_colors();
    }
    for (short s = 0; s < STYLE_COUNT; s++) {
        t->attr[s] = theme->look[s].attr;
        if (colours && theme->look[s].colour >= 0) {
            init_pair((short)(s + 1), theme->look[s].colour, -1);
            t->attr[s] |= COLOR_PAIR(s + 1);
        }
    }
}

Term *term_open(const char *theme, bool mouse, Error *err)
{
    const char *name = getenv("TERM");
    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) {
        fail(err, ERR_USAGE, "the screens need a terminal, and this is a pipe or a file");
        error_hint(err, "the same as text: show, describe, coef, roc, whatif");
        return NULL;
    }
    if (!name || strcmp(name, "dumb") == 0 || !*name) {
        fail(err, ERR_USAGE, "the screens need a terminal that can move its cursor (TERM is '%s')",
             name ? name : "");
        error_hint(err, "the same as text: show, describe, coef, roc, whatif");
        return NULL;
    }
    catch_fatal(); /* before curses, which takes what nobody has taken */
    SCREEN *screen = newterm(NULL, stdout, stdin);
    if (!screen) {
        release_fatal();
        fail(err, ERR_USAGE, "nothing is known of the terminal '%s'", name);
        return NULL;
    }
    Term *t = xcalloc(1, sizeof *t);
    t->screen = screen;
    t->utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
    set_term(screen);
    screen_is_up = 1;
    t->up = true;
    cbreak();
    noecho();
    nonl();
    intrflush(stdscr, FALSE);
    keypad(stdscr, TRUE);
    set_escdelay(ESC_DELAY_MS);
    if (mouse)
        mousemask(BUTTON1_CLICKED | BUTTON1_PRESSED | BUTTON1_DOUBLE_CLICKED | BUTTON4_PRESSED |
                      BUTTON5_PRESSED,
                  NULL);
    mouseinterval(0);
    term_theme(t, theme);
    return t;
}

void term_close(Term *t)
{
    if (!t)
        return;
    leave_at_exit();
    release_fatal();
    delscreen(t->screen);
    canvas_free(t->shown);
    free(t);
}

void term_suspend(Term *t)
{
    def_prog_mode();
    endwin();
    screen_is_up = 0;
    t->up = false;
}

void term_resume(Term *t)
{
    reset_prog_mode();
    screen_is_up = 1;
    t->up = true;
    clearok(curscr, TRUE);
    refresh();
}

void term_size(Term *t, int *cols, int *rows)
{
    (void)t;
    getmaxyx(stdscr, *rows, *cols);
}

/* ---- out ---- */

/* A grapheme as the locale can show it; without UTF-8 every one that is not ASCII is a question
 * mark. */
static const char *shown(const Term *t, const CanvasCell *k)
{
    return t->utf8 || (k->text[0] & 0x80) == 0 ? k->text : "?";
}

static void draw_row(const Term *t, const Canvas *c, int y)
{
    const CanvasCell *row = &c->cells[(size_t)y * (size_t)c->cols];
    char text[64 * CELL_BYTES];
    for (int x = 0; x < c->cols;) {
        int from = x, cells = 0;
        size_t n = 0;
        uint8_t style = row[x].style;
        for (; x < c->cols && row[x].style == style && cells < 64; x++, cells++) {
            const char *g = shown(t, &row[x]);
            size_t k = strlen(g);
            memcpy(text + n, g, k);
            n += k;
        }
        attrset((int)t->attr[style]);
        mvaddnstr(y, from, text, (int)n);
    }
}

/* The last line that was drawn with another size, or not at all, is drawn anew. */
static bool same_size(const Canvas *a, const Canvas *b)
{
    return a && a->cols == b->cols && a->rows == b->rows;
}

/* curses ignores ^Z while it writes, and one that comes just then would be lost: held back, it is
 * seen behind. */
static void show(void)
{
    sigset_t stop, old;
    sigemptyset(&stop);
    sigaddset(&stop, SIGTSTP);
    sigprocmask(SIG_BLOCK, &stop, &old);
    refresh();
    sigprocmask(SIG_SETMASK, &old, NULL);
}

void term_draw(Term *t, const Canvas *c)
{
    int cols, rows;
    term_size(t, &cols, &rows);
    if (cols < c->cols || rows < c->rows) /* shrunk since: the next key is K_RESIZE */
        return;
    bool all = !same_size(t->shown, c);
    if (all) {
        canvas_free(t->shown);
        t->shown = canvas_new(c->cols, c->rows);
        erase();
    }
    size_t bytes = (size_t)c->cols * sizeof *c->cells;
    for (int y = 0; y < c->rows; y++) {
        CanvasCell *old = &t->shown->cells[(size_t)y * (size_t)c->cols];
        const CanvasCell *now = &c->cells[(size_t)y * (size_t)c->cols];
        if (!all && memcmp(old, now, bytes) == 0)
            continue;
        memcpy(old, now, bytes);
        draw_row(t, c, y);
    }
    curs_set(c->cursor_x >= 0 && c->cursor_x < c->cols ? 1 : 0);
    if (c->cursor_x >= 0)
        move(c->cursor_y, c->cursor_x);
    show();
}

void term_redraw(Term *t)
{
    (void)t;
    clearok(curscr, TRUE);
}

void term_copy(Term *t, Str text)
{
    (void)t;
    Buf b = BUF_INIT;
    buf_puts(&b, "\033]52;c;");
    buf_base64(&b, text);
    buf_puts(&b, "\a");
    fwrite(b.p, 1, b.n, stdout);
    fflush(stdout);
    buf_free(&b);
}

/* ---- in ---- */

static const struct {
    int curses;
    uint32_t key;
} keymap[] = {
    {KEY_UP, K_UP},           {KEY_DOWN, K_DOWN},        {KEY_LEFT, K_LEFT},
    {KEY_RIGHT, K_RIGHT},     {KEY_SLEFT, K_SHIFT_LEFT}, {KEY_SRIGHT, K_SHIFT_RIGHT},
    {KEY_SR, K_SHIFT_UP},     {KEY_SF, K_SHIFT_DOWN},    {KEY_PPAGE, K_PAGE_UP},
    {KEY_NPAGE, K_PAGE_DOWN}, {KEY_HOME, K_HOME},        {KEY_END, K_END},
    {KEY_ENTER, K_ENTER},     {KEY_BTAB, K_BACKTAB},     {KEY_BACKSPACE, K_BACKSPACE},
    {KEY_DC, K_DELETE},       {KEY_RESIZE, K_RESIZE},    {KEY_MOUSE, K_MOUSE},
    {KEY_F(1), K_F1},
};

static uint32_t from_curses(int code)
{
    for (size_t i = 0; i < sizeof keymap / sizeof *keymap; i++)
        if (keymap[i].curses == code)
            return keymap[i].key;
    return KEY_NONE_;
}

static uint32_t from_char(wint_t ch)
{
    switch (ch) {
    case '\r':
    case '\n':
        return K_ENTER;
    case '\t':
        return K_TAB;
    case 27:
        return K_ESC;
    case 8:
    case 127:
        return K_BACKSPACE;
    case 3:
        return K_INTERRUPT;
    default:
        return (uint32_t)ch;
    }
}

static uint32_t take_mouse(Mouse *m)
{
    MEVENT e;
    if (getmouse(&e) != OK)
        return KEY_NONE_;
    *m = (Mouse){.x = e.x, .y = e.y};
    m->click = (e.bstate & (BUTTON1_CLICKED | BUTTON1_PRESSED)) != 0;
    m->double_click = (e.bstate & BUTTON1_DOUBLE_CLICKED) != 0;
    m->wheel_up = (e.bstate & BUTTON4_PRESSED) != 0;
    m->wheel_down = (e.bstate & BUTTON5_PRESSED) != 0;
    return K_MOUSE;
}

uint32_t term_key(Term *t, int ms, Mouse *mouse)
{
    (void)t;
    /* a signal does not wake curses: look at the flag ten times a second */
    for (int left = ms;;) {
        int step = left < 0 || left > 100 ? 100 : left;
        timeout(step);
        wint_t ch;
        int kind = get_wch(&ch);
        if (kind == KEY_CODE_YES)
            return (int)ch == KEY_MOUSE ? take_mouse(mouse) : from_curses((int)ch);
        if (kind == OK)
            return from_char(ch);
        if (cancel_is_raised()) {
            cancel_clear();
            return K_INTERRUPT;
        }
        if (feof(stdin))
            return K_INTERRUPT;
        if (left >= 0 && (left -= step) <= 0)
            return KEY_NONE_;
    }
}

bool term_pending(Term *t)
{
    (void)t;
    timeout(0);
    wint_t ch;
    int kind = get_wch(&ch);
    if (kind == ERR)
        return false;
    if (kind == KEY_CODE_YES)
        ungetch((int)ch);
    else
        unget_wch((wchar_t)ch);
    return true;
}
