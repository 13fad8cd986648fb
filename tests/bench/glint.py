# SPDX-License-Identifier: GPL-3.0-or-later
"""glint.py - what the benchmarks share: a glint that is kept running and asked, and the table of results."""
import json
import os
import re
import select
import statistics
import subprocess
import time

GLINT = os.environ["GLINT"]
BIN = os.path.dirname(GLINT)
WORK = "build/bench"
ROWS = int(os.environ.get("ROWS", 1000000))
RUNS = int(os.environ.get("RUNS", 5))

# Right-hand sides of the fits, by columns of the design.
NUMBERS = " + ".join(f"x{i}" for i in range(1, 9))
TERMS = {9: NUMBERS, 107: NUMBERS + " + gender + device + lang + factor(hour) + country",
         685: NUMBERS + " + gender + device + lang + factor(hour) + country + tag + author"}


def memory(pid, key):
    """MiB of a process: VmRSS now, VmHWM at its peak since the last memory_reset."""
    text = open(f"/proc/{pid}/status").read()
    return int(re.search(key + r":\s*(\d+)", text).group(1)) / 1024


def memory_reset(pid):
    with open(f"/proc/{pid}/clear_refs", "w") as f:
        f.write("5")


TICK = os.sysconf("SC_CLK_TCK")


def processor(pid):
    """Seconds that a process has had of all processors."""
    fields = open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def rest(most=5):
    """Waits until the processors have nothing to do: threads of the last one asked (pools that spin, collectors of
    garbage) would be counted to the next. Not longer than `most` seconds."""
    def idle():
        fields = [int(x) for x in open("/proc/stat").readline().split()[1:]]
        return fields[3] + fields[4], sum(fields[:8])
    until = time.monotonic() + most
    before = idle()
    while time.monotonic() < until:
        time.sleep(0.1)
        now = idle()
        if now[0] - before[0] >= 0.9 * (now[1] - before[1]):
            return
        before = now


class Glint:
    """A glint that reads commands from a pipe and answers in JSON, one line a command."""

    def __init__(self, *options):
        self.process = subprocess.Popen([GLINT, "--no-rc", "--format", "json", *options], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True, bufsize=1)
        self.pid = self.process.pid

    def ask(self, command):
        """The answer and the seconds until it was there."""
        start = time.perf_counter()
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        seconds = time.perf_counter() - start
        if not line:
            raise SystemExit(f"no answer to: {command}")
        return json.loads(line), seconds

    def seconds(self, command, runs=RUNS):
        return statistics.median(self.ask(command)[1] for _ in range(runs))

    def silent(self, seconds):
        """Whether no answer comes for so long."""
        return not select.select([self.process.stdout], [], [], seconds)[0]

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def data(name, rows=ROWS, tool=None):
    """A made file; `tool` names the program that makes it."""
    path = f"{WORK}/{name}_{rows}.csv"
    if not os.path.exists(path):
        with open(path + ".part", "wb") as f:
            subprocess.run([f"{BIN}/bench/{tool or 'make_' + name}", str(rows), "1"], stdout=f, check=True)
        os.rename(path + ".part", path)
    return path


def time_text(seconds):
    return f"{1e3 * seconds:.1f} ms" if seconds < 1 else f"{seconds:.2f} s"


def heading(title):
    load = os.getloadavg()[0]
    print(f"\n{title}: {os.cpu_count()} cores, load {load:.1f}, median of {RUNS}")
    print(f"  {'what':30s} {'glint':>10s} {'peer':>10s} {'':18s} {'ratio':>7s}  {'target':14s} the machine's limit")


def row(what, ours, peer=None, who="", target="", limit=""):
    """One line of the table; ours and peer in seconds, or ours as text. The ratio is how many times faster we are."""
    ratio = f"{peer / ours:6.1f}x" if peer else ""
    text = ours if isinstance(ours, str) else time_text(ours)
    print(f"  {what:30s} {text:>10s} {time_text(peer) if peer else '':>10s} {who:18s} {ratio:>7s}  {target:14s} {limit}",
          flush=True)
