# SPDX-License-Identifier: GPL-3.0-or-later
"""fit.py [CASE...] - the whole `fit` command beside glum, scikit-learn, statsmodels and, where it is, R.

Ours is what the user waits for: design matrix, solver, standard errors, metrics, input summaries, alarms, and the
answer as JSON. Theirs is the solver alone, on data prepared before the clock starts. CASE is family:columns; `tall` is
ten million rows in one go.
"""
import json
import re
import shutil
import statistics
import subprocess
import sys

from glint import BIN, ROWS, RUNS, TERMS, WORK, Glint, data, heading, memory, memory_reset, row

CASES = [f"{family}:{columns}" for family in ("binomial", "poisson") for columns in TERMS]
TARGET = {9: "4x", 107: "4x, goal 8x", 685: "8x"}
TALL = 10 * ROWS


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
    for family, p, operations, reading in re.findall(
            r"^(\w+)\s+p=(\d+).* and (\d+) operations a row: reading alone ([0-9.]+) ms", text, re.M):
        out[f"{family}:{p}"] = (float(reading) / 1e3, float(operations) * ROWS / flops)
    return out


def peers(path, cases):
    commands = [[f"{WORK}/venv/bin/python", "tests/bench/peer_glm.py", path, str(RUNS), *cases]]
    if shutil.which("Rscript"):
        commands.append(["Rscript", "tests/bench/peer_glm.R", path])
    else:
        print("  R is not here: no row of it (apt-get install r-base-core)")
    lines = []
    for argv in commands:
        lines += subprocess.run(argv, stdout=subprocess.PIPE, text=True).stdout.splitlines()
    return [json.loads(line) for line in lines if line.startswith("{")]


def ours(g, case):
    """Seconds of the command, of the runs' median, its answer, and the MiB that it needed beyond what was there."""
    seconds, extra = [], 0
    g.ask(command(case))
    for _ in range(RUNS):
        memory_reset(g.pid)
        before = memory(g.pid, "VmRSS")
        answer, s = g.ask(command(case))
        seconds.append(s)
        extra = max(extra, memory(g.pid, "VmHWM") - before)
    return statistics.median(seconds), answer, extra


def fits(cases):
    path = data("fit")
    theirs = peers(path, cases)
    limit = limits()
    g = Glint()
    g.ask(f"load {path} as d")
    for case in cases:
        seconds, answer, extra = ours(g, case)
        passes = answer["iterations"] + 1
        read, work = limit.get(case, limit.get(case.replace("poisson", "binomial"), (0, 0)))
        bound = f"{passes} passes: reading {1e3 * passes * read:.0f} ms, sums {1e3 * passes * work:.0f} ms"
        for peer in (t for t in theirs if t["case"] == case):
            note = "" if abs(peer["deviance"] / answer["deviance"] - 1) < 1e-8 else " (not settled)"
            row(case.replace(":", " x "), seconds, peer["seconds"], peer["peer"] + note,
                TARGET[int(case.split(":")[1])] if peer["peer"] == "glum" else "", bound)
            bound = ""
        row("  memory beside the table", f"{extra:.0f} MiB", target="", limit=f"y and eta: {16e-6 * ROWS / 1.048576:.0f} MiB")
    g.close()


def tall():
    """Ten million rows: the peak of the whole process beside what the columns take."""
    path = data("fit", TALL)
    g = Glint()
    g.ask(f"load {path} as d")
    memory_reset(g.pid)
    before = memory(g.pid, "VmRSS")
    seconds = g.ask(command("binomial:107"))[1]
    peak = memory(g.pid, "VmHWM")
    columns = (9 * 8 + 4 * 4 + 8) * TALL / 2**20  # 8 reals, hour, response; 4 factors as codes
    row(f"{TALL:,} x 107", seconds)
    row("  peak of the process", f"{peak:.0f} MiB", target="1.5 x columns",
        limit=f"columns {columns:.0f} MiB, before {before:.0f} MiB: {peak / before:.2f} times, fit alone {peak - before:.0f}")
    g.close()


def main():
    heading(f"fit, {ROWS:,} rows")
    cases = sys.argv[1:] or CASES + ["tall"]
    fits([c for c in cases if c != "tall"])
    if "tall" in cases:
        tall()


main()
