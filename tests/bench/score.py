# SPDX-License-Identifier: GPL-3.0-or-later
"""score.py - predictions: rows of a table, and all pairs of users and posts; glum and scikit-learn beside the rows."""
import re
import subprocess

from glint import BIN, ROWS, RUNS, TERMS, WORK, Glint, data, heading, row

PEER = """
import statistics, time, pandas, tabmat
from glum import GeneralizedLinearRegressor
d = pandas.read_csv({path!r}, dtype={{c: "category" for c in "gender device lang hour country".split()}})
x = d[[f"x{{i}}" for i in range(1, 9)] + "gender device lang hour country".split()]
x = tabmat.from_pandas(x, drop_first=True)
m = GeneralizedLinearRegressor(family="binomial", alpha=0).fit(x, d.viewed)
def once():
    t = time.perf_counter(); m.predict(x); return time.perf_counter() - t
print(statistics.median(once() for _ in range({runs})))
"""
PAIRS = 10000  # users, and as many posts


def rows():
    path = data("fit")
    text = subprocess.run([f"{BIN}/bench/bench_ask", path, f"viewed ~ {TERMS[107]}"], capture_output=True, text=True,
                          check=True).stdout
    ours = float(re.search(r"predict ([0-9.]+)", text).group(1))
    theirs = float(subprocess.run([f"{WORK}/venv/bin/python", "-c", PEER.format(path=path, runs=RUNS)], check=True,
                                  capture_output=True, text=True).stdout)
    row(f"predict {ROWS:,} rows, 107 columns", ours, theirs, "glum, matrix ready", "20 M a second",
        f"{ROWS / ours / 1e6:.0f} million a second")


def pairs():
    g = Glint()
    for command in (f"simulate blog --users {PAIRS} --posts {PAIRS} --interactions 200000 --seed 1", "features as ft",
                    "fit viewed ~ age + gender + country + post_age_days + lang + gender:lang"):
        g.ask(command)
    answer, _ = g.ask("score users x posts")
    seconds = g.seconds("score users x posts")
    row(f"{answer['pairs'] / 1e6:.0f} million pairs", seconds, target="2 s", limit=answer["method"])
    g.close()


def main():
    heading("score")
    rows()
    pairs()


main()
