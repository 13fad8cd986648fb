# SPDX-License-Identifier: GPL-3.0-or-later
"""engine.py - one engine, 300,000 documents in two shards: pulls and bulk writing beside plain curl and opensearch-py."""
import os
import statistics
import subprocess
import sys

from glint import BIN, RUNS, WORK, Glint, heading, memory, memory_reset, row

ENGINE = "tests/engine/engine.sh"
DOCS = int(os.environ.get("DOCS", 300000))
INDEX, SHARDS, PAGE = "bench-interactions", 2, 5000
HOST = """
import sys, time, pandas
from opensearchpy import OpenSearch, helpers
c = OpenSearch({url!r}, timeout=120)
"""
SCAN = HOST + """
best = 1e9
for size in (1000, 5000):
    t = time.perf_counter()
    d = pandas.DataFrame([h["_source"] for h in helpers.scan(c, index={index!r}, size=size)])
    assert len(d) == {docs}
    best = min(best, time.perf_counter() - t)
print(best)
"""
BULK = HOST + """
d = pandas.read_csv({csv!r})
d["timestamp"] = d["timestamp"].str.replace(" ", "T") + "Z"
d = d.to_dict("records")
for options in ({{}}, {{"thread_count": 2, "chunk_size": 5000}}):  # as it comes, and as it is quickest here
    c.indices.delete(index="bench-py", ignore_unavailable=True)
    c.indices.create(index="bench-py", body={{"settings": {{"number_of_shards": {shards}, "number_of_replicas": 0}},
                                             "mappings": c.indices.get_mapping(index={index!r})[{index!r}]["mappings"]}})
    t = time.perf_counter()
    acts = ({{"_index": "bench-py", "_id": i, "_source": {{k: v for k, v in r.items() if v == v}}}} for i, r in enumerate(d))
    for ok, _ in helpers.parallel_bulk(c, acts, **options): assert ok
    c.indices.refresh(index="bench-py")
    print(time.perf_counter() - t)
"""


def python(text, **names):
    out = subprocess.run([f"{WORK}/venv/bin/python", "-c", text.format(**names)], capture_output=True, text=True)
    if out.returncode:
        sys.exit(out.stderr[-400:])
    return [float(x) for x in out.stdout.split()]


def free_port():
    return subprocess.run(["bash", "-c", ". tests/engine/ports.sh; free_port"], capture_output=True, text=True,
                          check=True).stdout.strip()


def start():
    name = f"bench-{os.getpid()}"
    out = subprocess.run([ENGINE, "start", "2.19", "--name", name, "--port", free_port(), "--heap", "1g"],
                         stdout=subprocess.PIPE, text=True)
    if out.returncode:
        sys.exit("no engine to measure")
    return name, out.stdout.strip()


def bulk(g, url, csv):
    g.ask(f"simulate blog --users 2000 --posts 500 --products 100 --interactions {DOCS} --seed 1")
    g.ask(f"save interactions to {csv}")
    g.ask(f"connect {url} --prefix bench-")
    g.ask(f"es create interactions --shards {SHARDS} --replace")
    g.ask(f"es push interactions to {INDEX}")  # the engine's code is compiled while it runs: the first is for nobody
    ours, theirs = [], []
    for _ in range(min(RUNS, 3)):
        g.ask(f"es create interactions --shards {SHARDS} --replace")
        ours.append(g.ask(f"es push interactions to {INDEX}")[1])
        theirs.append(python(BULK, url=url, index=INDEX, csv=csv, shards=SHARDS))
    ours = statistics.median(ours)
    plain, tuned = (statistics.median(t) for t in zip(*theirs))
    row(f"bulk, {DOCS:,} documents", ours, plain, "parallel_bulk", "1.5x", f"{DOCS / ours:,.0f} documents a second")
    row("", ours, tuned, "chunks of 5,000")


def pull(url):
    g = Glint()
    g.ask(f"connect {url}")
    curl = [f"{BIN}/bench/bench_curl", url, INDEX, str(SHARDS), str(PAGE)]
    ours, plain = [], []
    for _ in range(RUNS + 1):  # in turns, so that both meet the same engine
        plain.append(float(subprocess.run(curl, capture_output=True, text=True, check=True).stdout.split()[0]))
        ours.append(g.ask(f"load es:{INDEX} as t")[1])
    ours, plain = statistics.median(ours[1:]), statistics.median(plain[1:])
    row(f"pull, {DOCS:,} documents", ours, plain, "curl, body unread", "0.9x", f"{DOCS / ours:,.0f} documents a second")
    theirs = python(SCAN, url=url, index=INDEX, docs=DOCS)[0]
    row("", ours, theirs, "scan into pandas", "2x")
    g.close()


def peak(url):
    g = Glint()
    g.ask(f"connect {url}")
    before = memory(g.pid, "VmRSS")
    memory_reset(g.pid)
    answer, _ = g.ask(f"load es:{INDEX} as t")
    most = memory(g.pid, "VmHWM") - before
    table = answer["bytes"] / 2 ** 20
    row("peak memory of a pull", f"{most:.0f} MiB", target="3 x the table",
        limit=f"{most / table:.1f} x the table of {table:.0f} MiB")
    g.close()


def pairs():
    g = Glint()
    for command in ("simulate blog --users 10000 --posts 10000 --interactions 200000 --seed 1", "features as ft",
                    "fit viewed ~ age + gender + country + post_age_days + lang + gender:lang"):
        g.ask(command)
    answer, _ = g.ask("score users x posts")
    row(f"{answer['pairs'] / 1e6:.0f} million pairs, not written", g.seconds("score users x posts"), target="2 s",
        limit=answer["method"])
    g.close()


def main():
    name, url = start()
    try:
        heading("engine (OpenSearch 2.19.6, heap 1 GiB)")
        g = Glint()
        bulk(g, url, f"{WORK}/interactions_{DOCS}.csv")
        g.close()
        pull(url)
        peak(url)
        pairs()
    finally:
        subprocess.run([ENGINE, "stop", "--name", name])


main()
