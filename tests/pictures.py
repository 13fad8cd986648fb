# SPDX-License-Identifier: GPL-3.0-or-later
"""pictures.py GLINT FOLDER - the pictures of README.md from real runs: plots that the program draws, and its screens as a
terminal shows them (tmux's capture-pane), as SVG.

A captured screen is drawn cell by cell: letters as text of a set length, bars, lines and braille as shapes, so that it
looks the same whatever fonts there are. What stands in SCREENS is typed; a screen is taken when its line is seen.
"""
import os
import re
import subprocess
import sys
import tempfile
import time

SMALL = "fit viewed ~ age + gender + country + lang + post_age_days + log1p(prev_views) --test 0.25 --split time"
LARGE = ("fit viewed ~ age + gender + country + lang + post_age_days + same_country + log1p(prev_views) + "
         "log1p(prev_author_hits) + log1p(prev_tag_hits) + gender:lang --test 0.25 --split time")
WORLD = ["load datasets/blog/*.csv", "features as ft", LARGE, SMALL]
PLOTS = ["coef > {}/coef.svg", "roc > {}/roc.svg", "calibration > {}/calibration.svg",
         "whatif age=25 lang=java post_age_days=2 prev_views=30 prev_author_hits=4 same_country=true --model m1 > {}/waterfall.svg"]
# name, columns, rows, keys, a line that shows when it is there
SCREENS = [
    ("screen-whatif", 112, 24,
     [":view whatif m1\r", ":whatif age=25 lang=java post_age_days=2 prev_views=30 prev_author_hits=4 --model m1\r", "<Escape>",
      "jjjj"], r"this row"),
    ("screen-coef", 80, 24, ["4"], r"langjava"),
    ("screen-roc", 80, 24, ["5", "<Left>", "<Left>", "<Left>"], r"threshold +0\.47"),
    ("screen-frame", 80, 24, ["2", "lllllllllll", "H"], r"mean of viewed"),
]

# ---- a terminal ----


class Terminal:
    opened = 0

    def __init__(self, glint, cols, rows, home):
        Terminal.opened += 1  # the last one's server may still be on its way out
        self.socket = f"pictures-{os.getpid()}-{Terminal.opened}"
        script = os.path.join(home, "world.glint")
        with open(script, "w") as f:
            f.write("\n".join(WORLD) + "\n")
        self.tmux("new-session", "-d", "-x", str(cols), "-y", str(rows),
                  f"env HOME={home} LC_ALL=C.UTF-8 TERM=tmux-256color {glint} --no-rc -q -f {script} --tui", ";", "set", "-g",
                  "status", "off", ";", "set", "-g", "escape-time", "0")

    def tmux(self, *words):
        return subprocess.run(["tmux", "-L", self.socket, "-f", "/dev/null", *words], capture_output=True, text=True,
                              check=True).stdout

    def see(self, pattern):
        for _ in range(600):
            shown = self.tmux("capture-pane", "-p")
            if re.search(pattern, shown):
                time.sleep(0.3)  # the rest of the same screen
                return
            time.sleep(0.05)
        sys.exit(f"pictures: the screen never showed {pattern}:\n{shown}")

    def type(self, text):
        self.tmux("send-keys", *([text[1:-1]] if text.startswith("<") else ["-l", "--", text]))
        time.sleep(0.5)

    def rows(self):
        return self.tmux("capture-pane", "-p", "-e").rstrip("\n").split("\n")

    def close(self):
        self.tmux("kill-server")


# ---- cells ----

PLAIN = (None, False, False, False, False)  # colour, bold, dim, underline, reverse


def cells(line):
    """[(character, style)] of a line with escapes."""
    out, style = [], list(PLAIN)
    for part in re.split(r"(\x1b\[[0-9;]*m|\x0e|\x0f)", line):
        if part.startswith("\x1b["):
            for code in (int(c or 0) for c in part[2:-1].split(";")):
                if code == 0:
                    style = list(PLAIN)
                elif code in (1, 2, 4, 7):
                    style[{1: 1, 2: 2, 4: 3, 7: 4}[code]] = True
                elif 30 <= code <= 37:
                    style[0] = code - 30
                elif code == 39:
                    style[0] = None
        elif part not in ("\x0e", "\x0f"):
            out += [(ch, tuple(style)) for ch in part]
    return out


# ---- SVG ----

W, H, SIZE, PAD = 8, 18, 13, 14
BACK, FORE = "#1b1f27", "#d6dbe3"
COLOURS = {1: "#f07178", 3: "#eeb868", 4: "#6fb0f7", 6: "#5ccfe0"}
EIGHTHS_LEFT = "\u258f\u258e\u258d\u258c\u258b\u258a\u2589\u2588"
EIGHTHS_LOW = "\u2581\u2582\u2583\u2584\u2585\u2586\u2587\u2588"
# arms of a line: left, right, up, down
LINES = {"─": "lr", "│": "ud", "┌": "rd", "┐": "ld", "└": "ru", "┘": "lu", "┴": "lru", "┃": "UD"}
DOT = [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (0, 3), (1, 3)]


def num(v):
    return f"{v:.1f}".rstrip("0").rstrip(".")


def looks(style):
    colour = COLOURS.get(style[0], FORE)
    return BACK if style[4] else colour


def block(ch):
    """(x, y, w, h) of a cell that a block character fills, or None."""
    if ch in EIGHTHS_LEFT:
        return 0, 0, (EIGHTHS_LEFT.index(ch) + 1) / 8, 1
    if ch in EIGHTHS_LOW:
        share = (EIGHTHS_LOW.index(ch) + 1) / 8
        return 0, 1 - share, 1, share
    return {"▐": (0.5, 0, 0.5, 1), "▕": (7 / 8, 0, 1 / 8, 1)}.get(ch)


def rect(x, y, w, h, fill, extra=""):
    return f'<rect x="{num(x)}" y="{num(y)}" width="{num(w)}" height="{num(h)}" fill="{fill}"{extra}/>'


def runs(row, same):
    """Neighbours that are alike: (from, to)."""
    at = 0
    while at < len(row):
        to = at + 1
        while to < len(row) and same(row[at], row[to]):
            to += 1
        yield at, to
        at = to


def draw_shapes(row, y, out, dots):
    for at, to in runs(row, lambda a, b: a == b):
        ch, style = row[at]
        x, fill, extra = PAD + at * W, looks(style), ' opacity=".55"' if style[2] else ""
        shape = block(ch)
        if shape:
            bx, by, bw, bh = shape
            whole = bw == 1
            out.append(rect(x + bx * W, y + by * H + (0 if bh < 1 else 2), W * (to - at) if whole else bw * W,
                            bh * H - (0 if bh < 1 else 4), fill, extra))
        elif ch in LINES:
            arms, d = LINES[ch], ""
            cx, cy, end = x + W / 2, y + H / 2, x + (to - at) * W
            if "l" in arms or "r" in arms:
                d += f"M{num(x if 'l' in arms else cx)} {num(cy)}H{num(end if 'r' in arms else cx)}"
            if set(arms) & set("udUD"):
                d += f"M{num(cx)} {num(y if set(arms) & set('uU') else cy)}V{num(y + H if set(arms) & set('dD') else cy)}"
            out.append(f'<path d="{d}" stroke="{fill}" stroke-width="{2 if "U" in arms else 1}" fill="none"{extra}/>')
        elif 0x2800 < ord(ch) < 0x2900:
            for k in range(at, to):
                for bit, (dx, dy) in enumerate(DOT):
                    if (ord(ch) - 0x2800) >> bit & 1:
                        dots.setdefault(fill, []).append(f"M{num(PAD + (k + 0.28 + 0.5 * dx) * W)} {num(y + (dy + 0.5) * H / 4)}h0")
        elif ch == "●" or ch == "○":
            look = f'fill="{fill}"' if ch == "●" else f'fill="none" stroke="{fill}"'
            out.append(f'<circle cx="{num(x + W / 2)}" cy="{num(y + H / 2)}" r="3" {look}{extra}/>')


def is_text(cell):
    ch = cell[0]
    return not (block(ch) or ch in LINES or 0x2800 <= ord(ch) < 0x2900 or ch in "●○")


def escape(text):
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def draw_text(row, y, out):
    for at, to in runs(row, lambda a, b: a[1] == b[1] and is_text(a) and is_text(b)):
        text = "".join(c[0] for c in row[at:to]) if is_text(row[at]) else ""
        style = row[at][1]
        if style[3]:
            out.append(f'<path d="M{num(PAD + at * W)} {num(y + H - 2)}H{num(PAD + to * W)}" stroke="{looks(style)}" opacity=".4"/>')
        for m in re.finditer(r"\S+(?: \S+)*", text):  # two blanks end a piece
            x = PAD + (at + m.start()) * W
            extra = (' font-weight="700"' if style[1] else "") + (' opacity=".6"' if style[2] else "")
            fill = looks(style)
            extra += f' fill="{fill}"' if fill != FORE else ""
            out.append(f'<text x="{num(x)}" y="{num(y + 13)}" textLength="{num(len(m.group()) * W)}"{extra}>{escape(m.group())}</text>')


def svg(rows, cols):
    out, dots = [], {}
    for k, line in enumerate(rows):
        row, y = cells(line), PAD + k * H
        for at, to in runs(row, lambda a, b: a[1][4] == b[1][4]):
            if row[at][1][4]:
                out.append(rect(PAD + at * W, y, (to - at) * W, H, FORE))
        draw_shapes(row, y, out, dots)
        draw_text(row, y, out)
    for fill, d in dots.items():
        out.append(f'<path d="{"".join(d)}" stroke="{fill}" stroke-width="2.3" stroke-linecap="round"/>')
    w, h = cols * W + 2 * PAD, len(rows) * H + 2 * PAD
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {num(w)} {num(h)}" width="{num(w)}" height="{num(h)}">'
            f'<rect width="100%" height="100%" rx="9" fill="{BACK}"/>'
            f'<g font-family="ui-monospace,SFMono-Regular,Menlo,Consolas,DejaVu Sans Mono,monospace" font-size="{SIZE}" fill="{FORE}">'
            + "\n".join(out) + "</g></svg>\n")


# ---- what is made ----


def shorter(text):
    """Plots as cairo writes them, with a hundredth of a point for the last digit."""
    text = re.sub(r"\d+\.\d{3,}", lambda m: f"{float(m.group()):.2f}".rstrip("0").rstrip("."), text)
    text = re.sub(r'xlink:href="#', 'href="#', text)
    names = {}
    text = re.sub(r'(id="|href="#)(glyph-[0-9-]+)"', lambda m: f'{m.group(1)}{names.setdefault(m.group(2), "g%x" % len(names))}"', text)
    return re.sub(r">\s+<", "><", text)


def main():
    glint, folder = os.path.abspath(sys.argv[1]), sys.argv[2]
    os.makedirs(folder, exist_ok=True)
    with tempfile.TemporaryDirectory() as home:
        lines = WORLD + [p.format(home) for p in PLOTS]
        subprocess.run([glint, "--no-rc", "-q", "-c", "; ".join(lines)], stdout=subprocess.DEVNULL, check=True,
                       env={**os.environ, "HOME": home, "LC_ALL": "C.UTF-8"})
        for name in sorted(os.listdir(home)):
            if name.endswith(".svg"):
                with open(os.path.join(home, name)) as f, open(os.path.join(folder, name), "w") as out:
                    out.write(shorter(f.read()))
        for name, cols, rows, typed, line in SCREENS:
            t = Terminal(glint, cols, rows, home)
            t.see("^tables|\ntables")
            for keys in typed:
                t.type(keys)
            t.see(line)
            with open(os.path.join(folder, name + ".svg"), "w") as out:
                out.write(svg(t.rows(), cols))
            t.close()


main()
