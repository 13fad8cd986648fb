# SPDX-License-Identifier: GPL-3.0-or-later
"""screen.py - what an analyst waits for between keys: describe, redraws, questions, and the answer to Ctrl-C."""
import os
import pty
import re
import select
import statistics
import subprocess
import time

from glint import BIN, GLINT, ROWS, RUNS, TERMS, Glint, data, heading, row

ASK = [("describe d", "1.0 s"), ("whatif x1=2 country=c3", "16 ms"), ("whatif --vary x1", ""), ("flip", ""), ("near", ""),
       ("coef", ""), ("metrics", ""), ("roc", ""), ("group d by country: n = count(), m = mean(x1)", ""),
       ("filter where x1 > 0 as part", ""), ("show d sort -x1 limit 10", ""), ("corr d x1,x2,x3,x4", "")]


class Terminal:
    """glint at a terminal of its own."""

    def __init__(self):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.environ.update(TERM="xterm", PAGER="cat")
            os.execvp(GLINT, [GLINT, "--no-rc"])
        self.wait()

    def wait(self):
        """Until the next prompt."""
        seen = b""
        while not seen.endswith(b"glint> "):
            seen += os.read(self.fd, 4096)
        return seen

    def type(self, text):
        os.write(self.fd, text.encode())

    def interrupt(self, command, after):
        """Seconds from Ctrl-C, so long after the command's start, to the prompt; None when it was done before."""
        self.type(command + "\n")
        time.sleep(after)
        start = time.perf_counter()
        self.type("\x03")
        seen = self.wait()
        return time.perf_counter() - start if b"ancel" in seen or b"interrupt" in seen else None

    def until(self, text):
        """Seconds until the screen has written `text`."""
        start, seen = time.perf_counter(), b""
        while text not in seen:
            if not select.select([self.fd], [], [], 60)[0]:
                raise SystemExit(f"the screen never wrote {text}: {seen[-300:]}")
            seen += os.read(self.fd, 65536)
        return time.perf_counter() - start

    def press(self, key):
        """Seconds from a key to the end of the redraw: what comes within 5 ms of each other belongs to it."""
        start = last = time.perf_counter()
        os.write(self.fd, key)
        while select.select([self.fd], [], [], 1.0 if last == start else 0.005)[0]:
            os.read(self.fd, 65536)
            last = time.perf_counter()
        return last - start

    def close(self):
        os.kill(self.pid, 9)
        os.close(self.fd)
        os.waitpid(self.pid, 0)


def ask(path):
    g = Glint()
    g.ask(f"load {path} as d")
    g.ask(f"fit viewed ~ {TERMS[107]}")
    for command, target in ASK:
        row(command, g.seconds(command), target=target)
    g.close()
    text = subprocess.run([f"{BIN}/bench/bench_ask", path, f"viewed ~ {TERMS[107]}"], capture_output=True, text=True,
                          check=True).stdout
    row("a key on the what-if screen", float(re.search(r"redraw ([0-9.]+)", text).group(1)), target="16 ms")


def interrupts(path):
    t = Terminal()
    fit = f"fit viewed ~ {TERMS[685]}"
    for name, before, command in (
            ("load", None, f"load {path} as d"), ("fit", f"load {path} as d", fit), ("describe", None, "describe d"),
            ("score", "simulate blog --users 40000 --posts 40000 --interactions 200000; features as ft; "
                      "fit viewed ~ age + gender + post_age_days + lang + gender:lang", "score users x posts")):
        if before:
            t.type(before + "\n")
            t.wait()
        times = [s for s in (t.interrupt(command, 0.03 * (k + 1)) for k in range(RUNS)) if s is not None]
        if times:
            row(f"Ctrl-C in {name}, slowest", max(times), target="0.2 s", limit=f"{len(times)} of {RUNS} came in time")
    t.close()


def screens(path):
    """The screens over a pty: from the prompt to the first one, and keys on each."""
    t = Terminal()
    t.type(f"load {path} as d\n")
    t.wait()
    t.type(f"fit viewed ~ {TERMS[107]}\n")
    t.wait()
    t.type("browse\n")
    row("first screen of the table, over a pty", t.until(b"filter by cell"), target="0.2 s")
    for name, number, keys in (("data", b"2", b"jlGg"), ("coefficients", b"4", b"jso"), ("threshold", b"5", b"\x1bOC\x1bOD"),
                               ("what-if", b"6", b"j\x1bOCr")):
        t.press(number)
        time.sleep(1)
        t.press(b"k")
        times = [t.press(k) for _ in range(RUNS) for k in re.findall(rb"\x1bO.|.", keys)]
        row(f"a key on the screen {name}, over a pty", statistics.median(times), target="16 ms", limit=f"slowest {1000 * max(times):.1f} ms")
    t.press(b"Q")
    t.close()


def main():
    heading(f"questions, {ROWS:,} rows")
    path = data("fit")
    ask(path)
    screens(path)
    interrupts(path)


main()
