#!/usr/bin/env python3
"""Installs a build into a folder, runs the program from there, and takes it away again.

    install_test.py SOURCE_FOLDER BUILD_FOLDER

With TAGSMITH_UPDATE_GOLDEN=1 what the program said is written to smoke.txt; read the diff.
"""

import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

SOURCE, BUILD = (pathlib.Path(argument).resolve() for argument in sys.argv[1:3])
HERE = SOURCE / "tests/install"
LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")


def install(prefix, *arguments, **more):
    done = subprocess.run([SOURCE / "tools/install", "--build", BUILD, *arguments],
                          env={**os.environ, "DESTDIR": "", "PREFIX": str(prefix), **more}, text=True,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    if done.returncode != 0:
        raise AssertionError(f"tools/install {arguments}: exit code {done.returncode}\n{done.stdout}")
    return done.stdout


def files_below(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_symlink() or not path.is_dir())


class Installed(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.place = pathlib.Path(cls.folder.name).resolve()
        cls.prefix = cls.place / "a prefix"
        install(cls.prefix)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def test_everything_is_there(self):
        files = files_below(self.prefix)
        for path in ("bin/tagsmith", "lib/tagsmith/libduckdb.so", "share/man/man1/tagsmith.1",
                     "share/tagsmith/schema/tagsmith.json", "share/doc/tagsmith/LICENSE",
                     "share/doc/tagsmith/docs/guide.md", "share/doc/tagsmith/examples/seed/tagsmith.yaml"):
            self.assertIn(path, files)
        listed = (self.prefix / "share/tagsmith/installed.txt").read_text(encoding="utf-8").splitlines()
        self.assertEqual(sorted(listed), files)

    def test_every_command_is_in_the_man_page(self):
        page = (self.prefix / "share/man/man1/tagsmith.1").read_text(encoding="utf-8")
        for command in ("eval", "run", "runs list", "why"):
            self.assertIn(f"\n.SS tagsmith {command}\n.nf\n", page)
        said = subprocess.run([self.prefix / "bin/tagsmith", "--help"], text=True, capture_output=True, check=True)
        offered = "\n  completion " in said.stdout
        self.assertTrue(offered)
        self.assertEqual((self.prefix / "share/bash-completion/completions/tagsmith").exists(), offered)

    def test_the_links_of_the_documents_lead_somewhere(self):
        documents = self.prefix / "share/doc/tagsmith"
        links = [(path, link) for path in documents.rglob("*.md")
                 for link in LINK.findall(path.read_text(encoding="utf-8"))]
        self.assertGreater(len(links), 20)
        self.assertEqual([(str(path), link) for path, link in links if not (path.parent / link).exists()], [])

    def test_libduckdb_is_found_beside_the_program_alone(self):
        def dynamic(tag):
            said = subprocess.run(["readelf", "-d", self.prefix / "bin/tagsmith"], text=True, capture_output=True,
                                  check=True).stdout
            return re.findall(rf"\({tag}\).*\[(.*)\]", said)

        self.assertEqual(dynamic("RUNPATH") + dynamic("RPATH"), ["$ORIGIN/../lib/tagsmith"])
        self.assertIn("libduckdb.so", dynamic("NEEDED"))
        library = self.prefix / "lib/tagsmith/libduckdb.so"
        self.assertFalse(library.is_symlink())
        away = library.with_suffix(".away")
        library.rename(away)
        try:
            done = subprocess.run([self.prefix / "bin/tagsmith", "--version"], text=True, capture_output=True,
                                  env=without_library_path(), check=False)
        finally:
            away.rename(library)
        self.assertEqual(done.returncode, 127)
        self.assertIn("libduckdb.so", done.stderr)

    def test_it_says_what_it_said_where_it_was_built(self):
        place = self.place / "smoke"
        place.mkdir()
        said = subprocess.run(["sh", HERE / "smoke.sh", self.prefix], cwd=place, text=True, stdin=subprocess.DEVNULL,
                              env=without_library_path(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              check=True).stdout
        golden = HERE / "smoke.txt"
        if "TAGSMITH_UPDATE_GOLDEN" in os.environ:
            golden.write_text(said, encoding="utf-8")
        self.maxDiff = None
        self.assertEqual(said, golden.read_text(encoding="utf-8"))

    def test_again_and_away_below_destdir(self):
        root = self.place / "root"
        prefix = root / "usr"
        (prefix / "bin").mkdir(parents=True)
        (prefix / "bin/other").write_text("somebody else's")
        install("/usr", DESTDIR=str(root))
        installed = files_below(prefix)
        self.assertIn("bin/tagsmith", installed)
        of_older_version = "share/tagsmith/zz of an older version"
        with open(prefix / "share/tagsmith/installed.txt", "a", encoding="utf-8") as file:
            file.write(of_older_version + "\n")
        (prefix / of_older_version).write_text("")
        install("/usr", DESTDIR=str(root))
        self.assertEqual(files_below(prefix), installed)
        install("/usr", "--remove", DESTDIR=str(root))
        self.assertEqual(list(prefix.rglob("*")), [prefix / "bin", prefix / "bin/other"])

    def test_a_list_that_leads_outside_is_refused(self):
        prefix = self.place / "outside"
        (prefix / "share/tagsmith").mkdir(parents=True)
        (self.place / "precious").write_text("")
        for line in (str(self.place / "precious"), "../precious", "bin/../../precious"):
            (prefix / "share/tagsmith/installed.txt").write_text(line + "\n", encoding="utf-8")
            with self.assertRaisesRegex(AssertionError, "outside"):
                install(prefix, "--remove")
        self.assertTrue((self.place / "precious").exists())


def without_library_path():
    return {name: value for name, value in os.environ.items() if name != "LD_LIBRARY_PATH"}


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
