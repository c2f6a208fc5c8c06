#!/usr/bin/env python3
"""The scripts of `tagsmith completion` against --help, and the one of bash at work.

usage: completion_test.py TAGSMITH_BINARY [unittest arguments]
"""

import functools
import os
import re
import shutil
import subprocess
import sys
import unittest

from cli import BINARY, ProjectTest, environment

SHELLS = ("bash", "zsh", "fish")
# Completes the words behind "--", the last one being that under the cursor.
DRIVER = """\
source completion.bash
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
compopt() { :; } # bash allows it only while it completes
_tagsmith
printf '%s\\n' "${COMPREPLY[@]}"
"""


class CompletionTest(ProjectTest):
    def setUp(self):
        super().setUp()
        self.scripts = {shell: self.tagsmith("completion", shell, code=0).out for shell in SHELLS}

    @functools.cache
    def commands(self):
        """Every command that --help lists, with the options that its own lists."""
        found = {(): self.options_of()}
        pending = [(name,) for name in re.findall(r"(?m)^  ([a-z]+) ", self.part_of_commands(()))]
        while pending:
            command = pending.pop()
            found[command] = self.options_of(*command)
            pending += [(*command, name) for name in re.findall(r"(?m)^  ([a-z]+) ", self.part_of_commands(command))]
        return found

    @functools.cache
    def help_of(self, *command):
        return self.tagsmith(*command, "--help", code=0).out

    def part_of_commands(self, command):
        text = self.help_of(*command)
        if command:
            return text[text.index("\nSubcommands:"):].split("\n\n")[0] if "\nSubcommands:" in text else ""
        return text[text.index("\nRules and tables:"):text.index("\ntagsmith help COMMAND")]

    def options_of(self, *command):
        return set(re.findall(r"(?m)^  (?:-\w,)?(--[a-z-]+)", self.help_of(*command)))

    def complete(self, *words):
        self.put("completion.bash", self.scripts["bash"])
        self.put("driver.bash", DRIVER)
        path = f"{BINARY.parent}{os.pathsep}{os.environ['PATH']}"
        done = subprocess.run(["bash", "--norc", "driver.bash", "tagsmith", *words], cwd=self.folder, text=True,
                              capture_output=True, timeout=60, check=False, env=environment(PATH=path))
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return done.stdout.split()


class Bash(CompletionTest):
    def test_bash_takes_the_script(self):
        done = subprocess.run(["bash", "--norc", "-c", "source <(cat) && complete -p tagsmith"], text=True,
                              input=self.scripts["bash"], capture_output=True, timeout=60, check=False)
        self.assertEqual(done.stdout, "complete -o bashdefault -F _tagsmith tagsmith\n", done.stderr)

    def test_commands(self):
        self.assertEqual(self.complete("va"), ["validate"])
        self.assertEqual(self.complete("run"), ["run", "runs"])
        self.assertEqual(set(self.complete("runs", "")) >= {"list", "show", "abandon"}, True)
        self.assertNotIn("reference", self.complete(""))

    def test_options_of_every_command(self):
        for command, options in self.commands().items():
            with self.subTest(command):
                self.assertEqual({word for word in self.complete(*command, "--")}, options)

    def test_values(self):
        self.assertEqual(self.complete("run", "--mode", ""), ["full", "incremental"])
        self.assertEqual(self.complete("run", "--mode", "=", "in"), ["incremental"])
        self.assertEqual(self.complete("eval", "--color", "a"), ["auto", "always"])
        self.assertEqual(self.complete("completion", "b"), ["bash"])
        self.assertEqual(self.complete("plan", "--as-of", ""), [])

    def test_files_and_folders(self):
        self.assertEqual(self.complete("eval", "--rules", "users"), ["users.csv"])
        self.assertEqual(self.complete("eval", "--data", "ta"), ["tags"])

    def test_codes_of_tags(self):
        self.assertEqual(self.complete("run", "--tags", ""), ["vip", "adult", "guest"])
        self.assertEqual(self.complete("run", "--tags", "vip,g"), ["vip,guest"])
        self.assertEqual(self.complete("why", "u1", "ad"), ["adult"])
        self.assertEqual(self.complete("grant", "u1", "vip", "gu"), ["guest"])


class OtherShells(CompletionTest):
    def test_they_know_every_command_and_option(self):
        commands = self.commands()
        for command, options in commands.items():
            name = " ".join(command)
            with self.subTest(command):
                zsh = self.scripts["zsh"]
                start = zsh.index(f'    ("{name}")\n')
                part = zsh[start:zsh.index("      ;;\n", start)]
                self.assertEqual(set(re.findall(r"'(--[a-z-]+):", part)), options)
                lines = [line for line in self.scripts["fish"].splitlines()
                         if f"""test "$(__tagsmith_command)" = "{name}"'""" in line]
                self.assertEqual({"--" + found for line in lines for found in re.findall(r" -l ([a-z-]+)", line)}, options)
                for sub in (other[-1] for other in commands if other and other[:-1] == command):
                    self.assertIn(f"'{sub}:", part)
                    self.assertTrue(any(f" -a {sub} " in line for line in lines), sub)

    def test_they_know_the_values(self):
        self.assertIn("compadd -- full incremental", self.scripts["zsh"])
        self.assertIn(" -l mode -x -a 'full incremental' ", self.scripts["fish"])

    def test_where_a_shell_is_installed_it_takes_its_script(self):
        for shell, check in (("bash", "-n"), ("zsh", "-n"), ("fish", "--no-execute")):
            if shutil.which(shell):
                self.put("script", self.scripts[shell])
                done = subprocess.run([shell, check, "script"], cwd=self.folder, capture_output=True, text=True,
                                      timeout=60, check=False)
                self.assertEqual((done.returncode, done.stderr), (0, ""), shell)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]])
