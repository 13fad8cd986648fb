# SPDX-License-Identifier: GPL-3.0-or-later
"""load.py LOAD_CSV FILE - times glint's CSV reader and others on one file; called by csv.sh."""
import os
import re
import statistics
import subprocess
import sys
import time

RUNS = 5
OTHERS = {
    "polars": "import polars as p; t=time.perf_counter(); d=p.read_csv(f)",
    "polars, dates": "import polars as p; t=time.perf_counter(); d=p.read_csv(f, try_parse_dates=True)",
    "duckdb": "import duckdb; c=duckdb.connect(); t=time.perf_counter(); "
              "c.execute(f\"create table t as select * from read_csv('{f}')\")",
    "pyarrow": "import pyarrow.csv as p; t=time.perf_counter(); d=p.read_csv(f)",
    "pandas": "import pandas as p; t=time.perf_counter(); d=p.read_csv(f)",
}
TAIL = """
print("seconds", time.perf_counter() - t)
print(re.search(r"VmHWM.*", open("/proc/self/status").read()).group())
"""


def run(command):
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    seconds = float(re.search(r"seconds ([0-9.]+)", text).group(1))
    peak = re.search(r"VmHWM:\s*(\d+)", text)
    return seconds, int(peak.group(1)) / 1024 if peak else float("nan")


def touch(path):
    """Seconds to read the file from the page cache, and to copy as much memory: the machine's limits."""
    start = time.perf_counter()
    with open(path, "rb", buffering=0) as f:
        block = bytearray(1 << 20)
        while f.readinto(block):
            pass
    read = time.perf_counter() - start
    a = bytearray(os.path.getsize(path))
    b = bytearray(len(a))
    start = time.perf_counter()
    b[:] = a
    return read, time.perf_counter() - start


def main():
    tool, path = sys.argv[1:3]
    size = os.path.getsize(path) / 1e6
    commands = {"glint": [tool, path, "1"]}
    for name, code in OTHERS.items():
        commands[name] = [sys.executable, "-c", f"import re, time\nf={path!r}\n{code}{TAIL}"]
    touch(path)
    limits = [touch(path) for _ in range(RUNS)]
    times = {name: [] for name in commands}
    peaks = dict.fromkeys(commands, 0)
    for _ in range(RUNS):
        for name, command in commands.items():
            seconds, peak = run(command)
            times[name].append(seconds)
            peaks[name] = max(peaks[name], peak)
    ours = statistics.median(times["glint"])
    print(f"{path}: {size:.0f} MB, {os.cpu_count()} cores, median of {RUNS}")
    for name, seconds in times.items():
        m = statistics.median(seconds)
        print(f"  {name:14s} {m:7.3f} s  {size / m:6.0f} MB/s  {m / ours:5.2f} x glint  peak {peaks[name]:5.0f} MiB")
    read, copy = (statistics.median(x) for x in zip(*limits))
    print(f"  one core reads the file from the page cache in {read:.3f} s and copies as much memory in {copy:.3f} s")


main()
