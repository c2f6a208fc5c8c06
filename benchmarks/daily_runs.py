#!/usr/bin/env python3
"""First run, unchanged run, and a run after 1 % of the users changed: Tagsmith beside DuckDB's SQL.

    daily_runs.py TAGSMITH_BINARY LIBDUCKDB [--users N] [--rounds N] [--write FILE]

Three tables of Parquet, fifty rules. Tagsmith writes its store in SQLite: the serving table, the feed, the evidence.
DuckDB writes the serving table alone, into a table of its own and, by CSV and Python's sqlite3, into SQLite. All of it
in turn in each round, on the same files with as many threads; what both give must be equal, tag by tag.
"""

import argparse
import collections
import json
import os
import pathlib
import platform
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True

import chart  # noqa: E402
import peers  # noqa: E402
import shop  # noqa: E402
from duckdb_c import Database  # noqa: E402
from results import machine, write_section  # noqa: E402

KINDS = ["first", "unchanged", "1 % changed"]
OURS, OURS_INCREMENTAL = "Tagsmith", "Tagsmith, --mode incremental"


class Benchmark:
    def __init__(self, arguments, folder):
        self.arguments, self.folder = arguments, folder
        self.seconds = collections.defaultdict(list)  # (who, kind)
        self.rows_changed, self.quickest = 0, None  # the form of SQL that goes to SQLite too
        self.data = folder / "data"
        with self.duckdb() as duckdb:
            self.duckdb_version = duckdb.version
            shop.write_tables(duckdb, self.data, arguments.users)

    def duckdb(self, path=":memory:"):
        return Database(self.arguments.library, path, self.arguments.threads)

    def measure(self, who, kind, act):
        start = time.monotonic()
        result = act()
        self.seconds[who, kind].append(time.monotonic() - start)
        print(f"{who}, {kind}: {self.seconds[who, kind][-1]:.2f} s", flush=True)
        return result

    def fresh_folder(self, name):
        folder = self.folder / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        for table in shop.TABLES:
            os.link(self.data / f"{table}.parquet", folder / f"{table}.parquet")
        return folder

    def change(self, folder):
        os.remove(folder / "assets.parquet")
        os.link(self.data / "changed" / "assets.parquet", folder / "assets.parquet")

    def ours(self):
        """A round of Tagsmith; the counts of the tags after each of its runs."""
        folder = self.fresh_folder("ours")
        shop.write_project(folder)

        def run(*more):
            done = subprocess.run([self.arguments.binary, "run", "--as-of", shop.DAY, "--json", "--threads",
                                   str(self.arguments.threads), *more], cwd=folder, text=True, capture_output=True)
            if done.returncode != 0:
                sys.exit(f"tagsmith run: {done.returncode}\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
            return json.loads(done.stdout.splitlines()[-1])["rows_written"]

        self.measure(OURS, "first", run)
        counts = [counts_of(folder / "tags.db")]
        for who, more in ((OURS, []), (OURS_INCREMENTAL, ["--mode", "incremental"])):
            rows = self.measure(who, "unchanged", lambda more=more: run(*more))
            assert rows == 0, f"{who} wrote {rows} rows"
        self.change(folder)
        self.rows_changed = self.measure(OURS, "1 % changed", run)
        counts.append(counts_of(folder / "tags.db"))
        return counts

    def theirs(self, form, sqlite):
        folder = self.fresh_folder("theirs")
        who = f"DuckDB, {form}" + (", to SQLite" if sqlite else "")
        store = folder / "tags.db"
        with self.duckdb(folder / "tags.duckdb") as duckdb:
            peers.see_tables(duckdb, folder)

            def first():
                peers.first(duckdb, form)
                if sqlite:
                    peers.copy_to_sqlite(duckdb, store, folder)

            def again():
                rows = peers.again(duckdb, form)
                if sqlite and rows > 0:
                    peers.copy_changes_to_sqlite(duckdb, store, folder)
                return rows

            def counts():
                return counts_of(store) if sqlite else {
                    int(tag): int(count) for tag, count in duckdb.run(
                        "select tag, count(*) from (select unnest(json_extract_string(tag_ids, '$[*]')) as tag "
                        "from user_tags) group by tag")}

            self.measure(who, "first", first)
            seen = [counts()]
            rows = self.measure(who, "unchanged", again)
            assert rows == 0, f"{who} wrote {rows} rows"
            self.change(folder)
            rows = self.measure(who, "1 % changed", again)
            assert rows == self.rows_changed, f"{who} wrote {rows} rows, Tagsmith {self.rows_changed}"
            return seen + [counts()]

    def round(self):
        ours = self.ours()
        assert len(ours[0]) == len(shop.tags()) and ours[0] != ours[1]
        for form in peers.FORMS:
            self.compare(ours, self.theirs(form, sqlite=False), form)
        if self.quickest is None:
            self.quickest = min(peers.FORMS, key=lambda form: self.seconds[f"DuckDB, {form}", "first"][0])
        self.compare(ours, self.theirs(self.quickest, sqlite=True), self.quickest)

    @staticmethod
    def compare(ours, theirs, form):
        assert theirs == ours, f"{form}: {[set(a.items()) ^ set(b.items()) for a, b in zip(ours, theirs)]}"

    def table(self):
        """Markdown: least and median time, users a second, and how many times as long as Tagsmith."""
        users = self.arguments.users
        lines = []
        for kind in KINDS:
            ours = statistics.median(self.seconds[OURS, kind])
            lines += [f"### {kind.capitalize()}" + (f": {self.rows_changed:,} rows differ" if "%" in kind else ""), "",
                      "| | least s | median s | users/s | time : Tagsmith's |", "| --- | ---: | ---: | ---: | ---: |"]
            for (who, of), seconds in self.seconds.items():
                if of == kind:
                    middle = statistics.median(seconds)
                    lines.append(f"| {who} | {min(seconds):.2f} | {middle:.2f} | {users / middle:,.0f} | {middle / ours:.2f} |")
            lines.append("")
        return "\n".join(lines)


def counts_of(store):
    """How many users have each tag, by the serving table in SQLite."""
    connection = sqlite3.connect(store)
    counts = collections.Counter()
    for text, users in connection.execute("select tag_ids, count(*) from user_tags group by tag_ids"):
        for tag in json.loads(text):
            counts[tag] += users
    connection.close()
    return dict(counts)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary", type=lambda path: pathlib.Path(path).resolve())
    parser.add_argument("library", type=lambda path: pathlib.Path(path).resolve())
    parser.add_argument("--users", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--folder", help="where the files are made (default: a temporary folder)")
    parser.add_argument("--write", type=pathlib.Path, help="the file of results to write the section and the chart of")
    arguments = parser.parse_args()
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory(prefix="tagsmith-bench-", dir=arguments.folder) as folder:
        benchmark = Benchmark(arguments, pathlib.Path(folder))
        for _ in range(arguments.rounds):
            benchmark.round()
    version = subprocess.run([arguments.binary, "--version"], text=True, capture_output=True).stdout.splitlines()[0]
    text = "\n".join([
        f"{arguments.users:,} users, {len(shop.TABLES)} tables of Parquet, {len(shop.tags())} rules, {arguments.rounds} rounds, "
        f"{arguments.threads} threads. {machine()}; load before the start {load:.1f}.",
        f"{version}, DuckDB {benchmark.duckdb_version}, SQLite {sqlite3.sqlite_version}, "
        f"Python {platform.python_version()}; {time.strftime('%Y-%m-%d')}.", "", benchmark.table()])
    print(text)
    if arguments.write:
        write_section(arguments.write, chart.SECTION, HEAD + text)
        chart.draw(arguments.write)
    return 0


HEAD = """\
![Seconds of each engine in a first, an unchanged and a changed run](daily_runs.svg)

Written by `make bench` (`USERS=N` for another size, `ROUNDS=N` for more rounds).

A first run, a second one on the same files, and one after 1 % of the users got other assets. Tagsmith computes the
tags, plans, guards, and writes its store in SQLite in transactions of 10,000 users that are synced each: the serving
table with three indexes, a row of the feed for each gain and loss, the evidence of each. DuckDB writes the serving
table alone, with the same evidence in it: no feed, no plan, nothing to resume. *DuckDB* keeps it as a table of its own
without an index; *to SQLite* copies that of the quickest form, through CSV and Python's sqlite3 module (libduckdb comes
without its SQLite extension), in one synced transaction into the same table with the same indexes. Its later runs
compute the ids of the tags anew, the evidence where they differ from those of the table that it keeps, and write these
rows. After each run both have as many users of every tag, or the benchmark fails.

"""

if __name__ == "__main__":
    sys.exit(main())
