#!/usr/bin/env python3
"""Kills a run at random points between its first and its last write, with kill -9, and runs it again.

    kill_run_test.py CRASH_VICTIM [--kills N] [--seed S]

After each kill the same run is started again, and everything that the store holds must be what an
undisturbed run leaves, to the byte. Where a run was killed is known from its trace: a kill is aimed
at a step of a chunk, drawn at random; the process is stopped there, looked at, and killed only if
it really is in that step. A histogram by step is printed, and every step must have been hit.
"""

import argparse
import collections
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

COPIES = 1000  # of eleven users: two chunks
STEPS = "abcdefg"
TRIES_MAX = 40  # a step of microseconds is missed now and then


def step_of(line, before):
    """The step of a chunk that a line of the trace says the process is in; `before`: the one until then.

    Letters as in PROTOCOLS 1 (docs/reference/runs.md). The membership of a user is computed (d) after the
    row of the one before was written.
    """
    _, _, direction, what = line.split(" ", 3)
    if direction == "<":
        return "d" if before == "e" else before
    if what == "begin" or "from tagsmith_fences" in what or "select state, chunks" in what:
        return "a"
    for step, signs in (("b", ["from user_tags where user_id in"]), ("c", ["from tagsmith_manual"]),
                        ("e", ["update user_tags", "insert into user_tags", "tagsmith_rewrites"]),
                        ("f", ["tagsmith_feed"]), ("g", ["set chunks = chunks + 1", "commit"])):
        if any(sign in what for sign in signs):
            return step
    return before


class Place:
    """Follows a trace: how many chunks are committed, and which step of the next one the process is in (or None)."""

    def __init__(self):
        self.chunks_ended, self.step = 0, None
        self.plan_is_stored, self.is_chunk, self.commits = False, False, False

    def follow(self, line):
        _, connection, direction, what = line.split(" ", 3)
        if connection != "1":
            return  # the heartbeat's
        if self.commits and direction == "<":
            self.chunks_ended += 1 if self.is_chunk else 0
            self.step, self.is_chunk, self.commits = None, False, False
            return
        self.is_chunk = self.is_chunk or "set chunks = chunks + 1" in what
        self.commits = direction == ">" and what == "commit"
        if self.commits and not self.is_chunk:
            self.step = None
        elif self.plan_is_stored:
            self.step = step_of(line, self.step)
        elif "update tagsmith_runs set state = 'publishing'" in what:
            self.plan_is_stored = True
            self.step = None


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
    def __init__(self, victim, folder):
        self.victim, self.work, self.trace = victim, folder / "shop", folder / "trace"
        self.yesterday = folder / "yesterday"
        self.call("make")
        shutil.copytree(self.work, self.yesterday)
        self.call("run", self.trace)
        self.undisturbed = self.call("dump")
        place = Place()
        for line in Tail(self.trace).lines():
            place.follow(line)
        self.chunks = place.chunks_ended
        assert self.chunks >= 2, f"{self.chunks} chunks"

    def call(self, verb, *more):
        command = [self.victim, verb, self.work, str(COPIES), *more]
        done = subprocess.run(list(map(str, command)), text=True, capture_output=True, timeout=120)
        if done.returncode != 0:
            sys.exit(f"{verb} failed: {done.stderr}")
        return done.stdout

    def reset(self):
        shutil.rmtree(self.work)
        shutil.copytree(self.yesterday, self.work)
        self.trace.unlink(missing_ok=True)

    def kill_in(self, step, chunk, delay):
        """Starts the run and kills it in this step of this chunk or a later one; whether it was."""
        self.reset()
        process = subprocess.Popen([self.victim, "run", self.work, str(COPIES), self.trace], stdout=subprocess.DEVNULL)
        place, tail = Place(), Tail(self.trace)
        while process.poll() is None:
            reached = False
            for line in tail.lines():
                place.follow(line)
                reached = reached or (place.step == step and chunk <= place.chunks_ended < self.chunks)
            if not reached:
                time.sleep(0.0001)
                continue
            time.sleep(delay)
            os.kill(process.pid, signal.SIGSTOP)
            while pathlib.Path(f"/proc/{process.pid}/stat").read_text().rsplit(")", 1)[1].split()[0] not in "TtZ":
                pass
            for line in tail.lines():
                place.follow(line)
            if place.step == step and place.chunks_ended < self.chunks:
                os.kill(process.pid, signal.SIGKILL)
                return process.wait() == -signal.SIGKILL
            delay = 0
            os.kill(process.pid, signal.SIGCONT)
        return False

    def check(self):
        self.call("run")
        left = self.call("dump")
        if left != self.undisturbed:
            pairs = zip(left.splitlines(), self.undisturbed.splitlines())
            first = next((pair for pair in pairs if pair[0] != pair[1]), ("(fewer or more lines)", ""))
            sys.exit(f"the store is another one:\n  {first[0]}\n  {first[1]}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("victim")
    parser.add_argument("--kills", type=int, default=25)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    arguments = parser.parse_args()
    draw = random.Random(arguments.seed)
    print(f"seed {arguments.seed}")
    in_memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="tagsmith-kill-", dir=in_memory) as folder:
        harness = Harness(arguments.victim, pathlib.Path(folder))
        aims = (list(STEPS) * (arguments.kills // len(STEPS) + 1))[:arguments.kills]
        draw.shuffle(aims)
        histogram = collections.Counter()
        for number, step in enumerate(aims, 1):
            for _ in range(TRIES_MAX):
                # Short steps leave no time for a delay.
                delay = 0 if step in "ag" else draw.random() * 0.01
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
