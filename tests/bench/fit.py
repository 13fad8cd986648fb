# SPDX-License-Identifier: GPL-3.0-or-later
"""fit.py [CASE...] - fits beside those of glum, scikit-learn, statsmodels, H2O and R.

Theirs is the solver alone, on data prepared before the clock starts. Ours stands there twice: the solver (with standard
errors, which the others leave out), and the whole `fit` command that the user waits for: design matrix, solver, metrics,
input summaries, alarms, and the answer as JSON. Rounds go through all of them in turn, so that what else the machine
does falls on all alike, and each begins when the one before has come to rest; a peer that needs more than SLOW times
the fastest is not asked again. Processor seconds stand below the wall's. CASE is family:columns; `tall` is ten million
rows in one go.
"""
import json
import os
import re
import statistics
import subprocess
import sys

from glint import BIN, ROWS, RUNS, TERMS, WORK, Glint, data, heading, memory, memory_reset, processor, rest, row

CASES = [f"{family}:{columns}" for family in ("binomial", "poisson") for columns in TERMS]
TARGET = {9: "4x", 107: "8x", 685: "8x"}
TALL = 10 * ROWS
SLOW = 3


def command(case):
    family, columns = case.split(":")
    y = "viewed" if family == "binomial" else "visits"
    return f"fit {y} ~ {TERMS[int(columns)]} --family {family} as bench"


def limits():
    """By case, the least seconds of one pass over the rows: reading them, and the multiplications of X'WX."""
    text = subprocess.run([f"{BIN}/bench/bench_pass", str(ROWS)], capture_output=True, text=True, check=True).stdout
    print("  " + text.splitlines()[0])
    flops = float(re.search(r"does ([0-9.]+) Gflop", text).group(1)) * 1e9
    out = {}
    for family, p, size, operations, reading in re.findall(
            r"^(\w+)\s+p=(\d+).* (\d+) bytes and (\d+) operations a row: reading alone ([0-9.]+) ms", text, re.M):
        out[f"{family}:{p}"] = (int(size), int(operations), float(reading) / 1e3, float(operations) * ROWS / flops)
    return out


class Peers:
    """The others, in a process of their own that keeps the table."""

    def __init__(self, path):
        self.process = subprocess.Popen([f"{WORK}/venv/bin/python", "tests/bench/peer_glm.py", path],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)

    def ask(self, line):
        rest()
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def close(self):
        self.process.stdin.close()
        self.process.wait()


class Ours:
    def __init__(self, path):
        self.g = Glint()
        self.g.ask(f"load {path} as d")
        self.extra = 0

    def fit(self, case):
        rest()
        memory_reset(self.g.pid)
        before, cpu = memory(self.g.pid, "VmRSS"), processor(self.g.pid)
        answer, seconds = self.g.ask(command(case))
        self.extra = max(self.extra, memory(self.g.pid, "VmHWM") - before)
        return {"seconds": seconds, "solver": answer["solver_seconds"], "processor": processor(self.g.pid) - cpu, "deviance": answer["deviance"],
                "iterations": answer["iterations"]}


def rounds(ours, peers, case):
    """By name, the list of answers of RUNS rounds; each is asked once before the clock counts."""
    left = peers.ask("case " + case)["peers"]
    ours.fit(case)
    told = {"glint": []} | {name: [] for name in left}
    for name in list(left):
        first = peers.ask("fit " + name)
        if "error" in first:
            print(f"  {name} fails: {first['error']}")
            left.remove(name)
        else:
            told[name].append(first)
    fastest = min((told[n][0]["seconds"] for n in left), default=0)
    for name in left:
        if told[name][0]["seconds"] <= SLOW * fastest:
            told[name].clear()  # warmed up
    for _ in range(RUNS):
        told["glint"].append(ours.fit(case))
        for name in left:
            if not told[name] or told[name][0]["seconds"] <= SLOW * fastest:
                told[name].append(peers.ask("fit " + name))
    return {name: runs for name, runs in told.items() if runs}


def middle(runs, key):
    return statistics.median(r[key] for r in runs)


def show(case, told, limit, extra):
    us = told.pop("glint")
    mine, solver, passes = middle(us, "seconds"), middle(us, "solver"), us[0]["iterations"]
    size, operations, read, work = limit
    bound = (f"{size} bytes, {operations} flops a row, {passes} passes: "
             f"{1e3 * passes * read:.0f} ms to read, at most {1e3 * passes * work:.0f} ms to add up")
    order = sorted(told, key=lambda n: middle(told[n], "seconds"))
    for name in order:
        away = abs(told[name][-1]["deviance"] / us[0]["deviance"] - 1)
        note = "" if away < 1e-8 else f", off by {away:.0e}"
        once = "" if len(told[name]) > 1 else ", once"
        row(case.replace(":", " x "), solver, middle(told[name], "seconds"), name + once + note,
            TARGET[int(case.split(":")[1])] if name == order[0] else "", bound)
        bound = ""
    if order:
        row("  the whole command", mine, middle(told[order[0]], "seconds"), order[0])
    if order and order[0] != "H2O":  # its process is another
        row("  its processor time", middle(us, "processor"), middle(told[order[0]], "processor"), order[0])
    row("  memory beside the table", f"{extra:.0f} MiB", limit=f"y and eta: {16e-6 * ROWS / 1.048576:.0f} MiB")


def r_glm(path, ours):
    script = ["tests/bench/r_peers.sh", f"{WORK}/r", "tests/bench/peer_glm.R", path]
    lines = subprocess.run(script, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout.splitlines()
    found = [json.loads(line) for line in lines if line.startswith("{")]
    if not found:
        print("  R is not here and cannot be fetched: no row of it")
    for peer in found:
        row(peer["case"].replace(":", " x "), middle([ours.fit(peer["case"]) for _ in range(RUNS)], "solver"),
            peer["seconds"], peer["peer"] + ", once")


def fits(cases):
    path = data("fit")
    limit, peers = limits(), Peers(path)
    for case in cases:
        ours = Ours(path)
        told = rounds(ours, peers, case)
        show(case, told, limit.get(case, limit[case.replace("poisson", "binomial")]), ours.extra)
        if case == "binomial:9":
            r_glm(path, ours)
        ours.g.close()
    peers.close()


def tall():
    """Ten million rows: the peak of the whole process beside what the columns take."""
    path = data("fit", TALL)
    g = Glint()
    g.ask(f"load {path} as d")
    for family in ("binomial", "poisson"):
        memory_reset(g.pid)
        before = memory(g.pid, "VmRSS")
        seconds = g.ask(command(f"{family}:107"))[1]
        peak = memory(g.pid, "VmHWM")
        row(f"{family}, {TALL:,} x 107", seconds)
        row("  peak of the process", f"{peak:.0f} MiB", target="1.5 x columns",
            limit=f"all columns of the table {before:.0f} MiB: {peak / before:.2f} times; the fit alone {peak - before:.0f}")
    g.close()


def main():
    heading(f"fit, {ROWS:,} rows")
    cases = sys.argv[1:] or os.environ.get("CASES", "").split() or CASES + ["tall"]
    fits([c for c in cases if c != "tall"])
    if "tall" in cases:
        tall()


if __name__ == "__main__":
    main()
