# SPDX-License-Identifier: GPL-3.0-or-later
"""start.py - until the prompt is there, on a terminal of its own: time, memory, and what the dynamic linker takes."""
import os
import pty
import re
import shutil
import statistics
import subprocess
import time

from glint import GLINT, RUNS, heading, memory, row

PEERS = [(["sqlite3"], b"sqlite>"), (["duckdb"], b"D "), (["R", "--no-save", "-q"], b"> "),
         (["python3", "-q"], b">>> ")]


def prompt(argv, sign):
    """Seconds until `sign` shows, and MiB then."""
    start = time.perf_counter()
    pid, fd = pty.fork()
    if pid == 0:
        os.environ["TERM"] = "xterm"
        os.execvp(argv[0], argv)
    seen = b""
    while sign not in seen:
        seen += os.read(fd, 4096)
    seconds, mib = time.perf_counter() - start, memory(pid, "VmHWM")
    os.kill(pid, 9)
    os.close(fd)
    os.waitpid(pid, 0)
    return seconds, mib


def prompts(argv, sign):
    prompt(argv, sign)
    runs = [prompt(argv, sign) for _ in range(3 * RUNS)]
    return statistics.median(s for s, _ in runs), max(m for _, m in runs)


def main():
    heading("start")
    seconds, mib = prompts([GLINT], b"glint> ")
    row("prompt ready", seconds, target="20 ms")
    row("memory then", f"{mib:.1f} MiB", target="15 MiB")
    for argv, sign in PEERS:
        if shutil.which(argv[0]):
            theirs, size = prompts(argv, sign)
            row("", seconds, theirs, f"{argv[0]}, {size:.0f} MiB")
    text = subprocess.run([GLINT, "--version"], env={**os.environ, "LD_DEBUG": "statistics"}, capture_output=True,
                          text=True).stderr
    share = re.search(r"total startup time in dynamic loader: (\d+) cycles", text)
    relocations = re.search(r"number of relocations: (\d+)", text)
    if share:
        print(f"  the dynamic linker: {int(share.group(1)) / 1e6:.1f} million cycles, {relocations.group(1)} relocations")


main()
