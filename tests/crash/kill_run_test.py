#!/usr/bin/env python3
"""Kills `tagsmith run` with kill -9, at random, from its pins to its end, and runs it again.

    kill_run_test.py TAGSMITH_BINARY [--kills N] [--seed S]

After each kill the same command is started again, and everything that the store holds, but for when a run
ended, must be what an undisturbed run leaves, to the byte; so must the files of the project. Where a run was
killed is known from TAGSMITH_TRACE_FILE: a kill is aimed at a step, drawn at random; the process is stopped
there, looked at, and killed only if it really is in that step. A histogram by step is printed, and every step
must have been hit.
"""

import argparse
import collections
import os
import pathlib
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

USERS = 16_000  # of whom 11,000 change: two chunks
STEPS = ["plan", *"abcdefg", "end"]
CHUNK_STEPS = STEPS[1:-1]
TRIES_MAX = 40  # a step of microseconds is missed now and then
YESTERDAY, TODAY = "2025-11-21", "2025-11-22"
SETTINGS = """\
project: shop
datasets:
  users: { path: users.csv }
store: sqlite:tags.db
guards: { tags: { to_zero: false, lost_percent: 100, gained_percent: 1000000 } }
"""
TAGS = """\
tags:
  - { id: 1, code: vip, when: "level = 'VIP'" }
  - { id: 2, code: adult, when: age >= %d }
  - { id: 3, code: adult_vip, when: has_tag('vip') and has_tag('adult') }
  - { id: 9, code: guest }
"""


def write_data(folder, day):
    """Users u00000, ...; today others are VIPs, some are gone and some are new, and the rule of adults is wider."""
    rows = []
    for i in range(USERS):
        if (day == TODAY and i % 200 == 7) or (day == YESTERDAY and i % 50 == 1):
            continue
        is_vip = i % 3 == (0 if day == YESTERDAY else 1)
        rows.append(f"u{i:05},{14 + i % 9},{'VIP' if is_vip else 'basic'}\n")
    (folder / "users.csv").write_text("user_id,age,level\n" + "".join(rows))
    (folder / "tags").mkdir(exist_ok=True)
    (folder / "tags" / "tags.yaml").write_text(TAGS % (18 if day == YESTERDAY else 17))


def edits():
    """Rows of tagsmith_manual: of every chunk; grants that stay, that ended and that the rules now give too, and blocks."""
    micros = 1_763_683_200_000_000  # 2025-11-21
    for i in range(0, USERS, 40):
        yield f"u{i:05}", 9, "grant", micros
        yield f"u{i + 1:05}", 1, "grant" if i % 80 else "block", None


class Place:
    """Follows a trace: how many chunks are committed, and in which step the process is (None: in no one of ours)."""

    def __init__(self):
        self.chunks_ended, self.step = 0, None
        self.connection, self.state = None, "begins"  # then "plans", "publishes", "ends"
        self.is_chunk, self.commits = False, False

    def follow(self, line):
        _, connection, direction, what = line.split(" ", 3)
        asks = direction == ">"
        if self.state == "begins":
            if asks and "insert into tagsmith_runs" in what:
                self.connection, self.state, self.step = connection, "plans", "plan"
            return
        if connection != self.connection:
            return  # a heartbeat's, or a scan's
        if self.state == "plans":
            if asks and "set state = 'publishing'" in what:
                self.state, self.step = "publishes", None
            return
        if asks and "set state = 'published'" in what:
            self.state, self.step = "ends", "end"
        if self.state == "publishes":
            self.follow_chunk(asks, what)

    def follow_chunk(self, asks, what):
        if self.commits and not asks:
            self.chunks_ended += self.is_chunk
            self.step, self.is_chunk, self.commits = None, False, False
            return
        self.is_chunk = self.is_chunk or "set chunks = chunks + 1" in what
        self.commits = asks and what == "commit"
        if self.commits and not self.is_chunk:
            self.step = None  # what follows the plan
        else:
            self.step = step_of_chunk(asks, what, self.step)


def step_of_chunk(asks, what, before):
    """The step of a chunk that a line of the trace says the process is in; `before`: the one until then.

    Letters as in docs/reference/runs.md. The membership of a user is computed (d) after the row of the one
    before was written.
    """
    if not asks:
        return "d" if before == "e" else before
    if what == "begin" or "from tagsmith_fences" in what or "select state, chunks" in what:
        return "a"
    for step, signs in (("b", ["from user_tags where user_id in"]), ("c", ["from tagsmith_manual"]),
                        ("e", ["update user_tags", "insert into user_tags", "tagsmith_rewrites"]),
                        ("f", ["tagsmith_feed"]), ("g", ["set chunks = chunks + 1", "commit"])):
        if any(sign in what for sign in signs):
            return step
    return before


class Tail:
    """The complete lines of a file that grows."""

    def __init__(self, path):
        self.path, self.offset, self.rest = path, 0, ""

    def lines(self):
        if not self.path.exists():
            return []
        with open(self.path, encoding="utf-8") as file:
            file.seek(self.offset)
            text = file.read()
            self.offset = file.tell()
        lines = (self.rest + text).split("\n")
        self.rest = lines.pop()
        return lines


class Harness:
    def __init__(self, binary, folder):
        self.binary, self.work, self.trace = binary, folder / "shop", folder / "trace"
        self.yesterday = folder / "yesterday"
        self.work.mkdir()
        (self.work / "tagsmith.yaml").write_text(SETTINGS)
        write_data(self.work, YESTERDAY)
        self.run(YESTERDAY)
        with sqlite3.connect(self.work / "tags.db") as store:
            store.executemany("insert into tagsmith_manual values (?, ?, ?, 'ann', 'asked for', 1, ?)", edits())
        store.close()
        write_data(self.work, TODAY)
        shutil.copytree(self.work, self.yesterday)
        self.run(TODAY, traced=True)
        self.undisturbed = self.dump()
        place = Place()
        for line in Tail(self.trace).lines():
            place.follow(line)
        self.chunks = place.chunks_ended
        assert self.chunks >= 2 and place.step == "end", f"{self.chunks} chunks, then {place.step}"

    def start(self, day, traced=False):
        command = [self.binary, "run", "--as-of", day, "--started-at", f"{day} 10:30:00", "--actor", "ann", "--yes",
                   "--accept", "gone"]
        environment = {**os.environ, "TAGSMITH_TRACE_FILE": str(self.trace) if traced else ""}
        return subprocess.Popen(command, cwd=self.work, env=environment, text=True, stdin=subprocess.DEVNULL,
                                stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)

    def run(self, day, traced=False):
        process = self.start(day, traced)
        _, said = process.communicate(timeout=120)
        if process.returncode != 0:
            sys.exit(f"the run of {day} failed ({process.returncode}): {said}")

    def dump(self):
        """Every row of every table but the leases, and the names of all files."""
        store = sqlite3.connect(self.work / "tags.db")
        lines = [str(path.relative_to(self.work)) for path in self.work.rglob("*")]
        for table, in store.execute("select name from sqlite_master where type = 'table'").fetchall():
            if table in ("tagsmith_fences", "tagsmith_heartbeats"):
                continue
            columns = [row[1] for row in store.execute(f"pragma table_info({table})") if row[1] != "ended_at"]
            lines += [f"{table} {row}" for row in store.execute(f"select {', '.join(columns)} from {table}")]
        store.close()
        return sorted(lines)

    def kill_in(self, step, chunk, delay):
        """Starts the run and kills it in this step (of this chunk or a later one); whether it was."""
        shutil.rmtree(self.work)
        shutil.copytree(self.yesterday, self.work)
        self.trace.unlink(missing_ok=True)
        process = self.start(TODAY, traced=True)
        place, tail = Place(), Tail(self.trace)

        def is_there():
            for line in tail.lines():
                place.follow(line)
            return place.step == step and (step not in CHUNK_STEPS or chunk <= place.chunks_ended < self.chunks)

        while process.poll() is None:
            if not is_there():
                time.sleep(0.0001)
                continue
            time.sleep(delay)
            os.kill(process.pid, signal.SIGSTOP)
            while pathlib.Path(f"/proc/{process.pid}/stat").read_text().rsplit(")", 1)[1].split()[0] not in "TtZ":
                pass
            if is_there():
                process.kill()
                process.communicate()
                return process.returncode == -signal.SIGKILL
            delay = 0
            os.kill(process.pid, signal.SIGCONT)
        process.communicate()
        return False

    def check(self):
        self.run(TODAY)
        left = self.dump()
        if left != self.undisturbed:
            first = min(set(left) ^ set(self.undisturbed), default="a line twice")
            sys.exit(f"the store is another one, for example: {first}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary", type=lambda path: pathlib.Path(path).resolve())
    parser.add_argument("--kills", type=int, default=25)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    arguments = parser.parse_args()
    draw = random.Random(arguments.seed)
    print(f"seed {arguments.seed}")
    in_memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="tagsmith-kill-", dir=in_memory) as folder:
        harness = Harness(arguments.binary, pathlib.Path(folder))
        aims = (STEPS * (arguments.kills // len(STEPS) + 1))[:arguments.kills]
        draw.shuffle(aims)
        histogram = collections.Counter()
        for number, step in enumerate(aims, 1):
            for _ in range(TRIES_MAX):
                # Short steps leave no time for a delay.
                delay = 0 if step in ("a", "g", "end") else draw.random() * (0.1 if step == "plan" else 0.01)
                if harness.kill_in(step, draw.randrange(harness.chunks), delay):
                    break
            else:
                sys.exit(f"kill {number}: step {step} was never met")
            histogram[step] += 1
            harness.check()
    print(f"{arguments.kills} kills -9 in runs of {harness.chunks} chunks; by step: "
          + ", ".join(f"{step} {histogram[step]}" for step in STEPS))
    missing = [step for step in STEPS if histogram[step] == 0]
    if missing and arguments.kills >= len(STEPS):
        sys.exit(f"steps without a kill: {missing}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
