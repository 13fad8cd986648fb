# SPDX-License-Identifier: GPL-3.0-or-later
"""path.py - the lasso path of a logistic model and its choice by ten folds, beside glmnet and cv.glmnet.

100,000 rows x 107 columns (ROWS / 10), sequences of up to 100 lambdas, stopping where glmnet stops. Ours is the whole
command: formula, design, encoding learned again inside each fold, path, tests, answer as JSON. Theirs is the call alone,
on a matrix made before the clock starts, at its own tolerance of 1e-7 (ours: 1e-22 for the path, 1e-9 in folds).
Processor seconds stand beside the wall's: they tell more on a machine that does other things.
"""
import json
import statistics
import subprocess

from glint import ROWS, RUNS, TERMS, WORK, Glint, data, heading, processor, row

FOLDS = 10


def timed(g, command, into):
    for _ in range(RUNS // 2 + 1):
        before = processor(g.pid)
        answer, seconds = g.ask(command)
        into.append((seconds, processor(g.pid) - before, len(answer["path"])))


def main():
    rows = max(ROWS // 10, 1000)
    path = data("fit", rows)
    heading(f"elastic net, {rows:,} rows x 107")
    cases = {"path": "", "cv": f" --cv {FOLDS}"}
    ours = {case: [] for case in cases}
    g = Glint()
    g.ask(f"load {path} as d")
    for case, option in cases.items():
        timed(g, f"path viewed ~ {TERMS[107]}{option}", ours[case])
    script = ["tests/bench/r_peers.sh", f"{WORK}/r", "tests/bench/peer_glmnet.R", path, str(FOLDS)]
    lines = subprocess.run(script, stdout=subprocess.PIPE, text=True).stdout.splitlines()
    peers = {p["case"]: p for p in (json.loads(line) for line in lines if line.startswith("{"))}
    if not peers:
        print("  R with glmnet is not here and cannot be fetched: no ratio")
    for case, option in cases.items():  # before and after the others, which take long
        timed(g, f"path viewed ~ {TERMS[107]}{option}", ours[case])
        peer = peers.get(case, {})
        wall, cpu = (statistics.median(run[k] for run in ours[case]) for k in (0, 1))
        row(f"{ours[case][0][2]} lambdas" + (f", {FOLDS} folds" if option else ""), wall, peer.get("seconds"),
            "glmnet" if peer else "", "5x" if option else "")
        row("  processor time", cpu, peer.get("processor"), "glmnet" if peer else "")
    g.close()


main()
