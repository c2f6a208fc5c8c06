"""How the tests of the command line run the program: in pipes, or on a terminal of a given width."""

import fcntl
import os
import pathlib
import pty
import select
import struct
import subprocess
import sys
import tempfile
import termios
import time
import unicodedata
import unittest

BINARY = pathlib.Path(sys.argv[1]).resolve()
TIMEOUT_S = 120


class Said:
    """What a command printed, and how it ended."""

    def __init__(self, code, out, err):
        self.code, self.out, self.err = code, out, err

    def __repr__(self):
        return f"exit code {self.code}\n--- stdout\n{self.out}--- stderr\n{self.err}"


def environment(**changes):
    """That of this process without what steers colors and the language, and with `changes`."""
    values = {name: value for name, value in os.environ.items()
              if name not in ("NO_COLOR", "TERM", "LC_ALL", "LC_CTYPE", "LC_MESSAGES", "LANG")}
    values.update({"TERM": "xterm", "LANG": "C.UTF-8"})
    values.update(changes)
    return values


def terminal(width):
    """A new terminal: our end and the end of the program."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, width, 0, 0))
    modes = termios.tcgetattr(theirs)
    modes[1] &= ~termios.OPOST  # "\n" stays "\n"
    termios.tcsetattr(theirs, termios.TCSANOW, modes)
    return ours, theirs


def columns_of(text):
    """How many columns of a terminal the text takes."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


class CliTest(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory(prefix="tagsmith-cli-")
        self.addCleanup(temporary.cleanup)
        self.folder = pathlib.Path(temporary.name)

    def put(self, name, text):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def tagsmith(self, *arguments, code=None, **changes):
        """Runs the program with its output in pipes."""
        done = subprocess.run([BINARY, *arguments], cwd=self.folder, capture_output=True, text=True, timeout=TIMEOUT_S,
                              stdin=subprocess.DEVNULL, check=False, env=environment(**changes))
        said = Said(done.returncode, done.stdout, done.stderr)
        if code is not None:
            self.assertEqual(said.code, code, said)
        return said

    def on_terminal(self, *arguments, width=80, out=True, err=True, **changes):
        """Runs the program with stdout, stderr or both on terminals of their own."""
        pairs = [terminal(width) if wanted else os.pipe() for wanted in (out, err)]
        process = subprocess.Popen([BINARY, *arguments], cwd=self.folder, stdin=subprocess.DEVNULL,
                                   stdout=pairs[0][1], stderr=pairs[1][1], env=environment(**changes))
        for _, theirs in pairs:
            os.close(theirs)
        texts = {ours: b"" for ours, _ in pairs}
        opened = set(texts)
        end = time.monotonic() + TIMEOUT_S
        while opened:
            self.assertLess(time.monotonic(), end, "the program does not end")
            for ours in select.select(list(opened), [], [], 1)[0]:
                try:
                    chunk = os.read(ours, 1 << 16)
                except OSError:  # the other end of a terminal is closed
                    chunk = b""
                texts[ours] += chunk
                if not chunk:
                    opened.remove(ours)
                    os.close(ours)
        return Said(process.wait(TIMEOUT_S), *(texts[ours].decode() for ours, _ in pairs))


SETTINGS = """\
project: shop
datasets:
  users: { path: users.csv }
store: sqlite:tags.db
"""


class ProjectTest(CliTest):
    """A project of 60 users with three tags; its names and notes are longer than terminals are wide."""

    def setUp(self):
        super().setUp()
        self.put("tagsmith.yaml", SETTINGS)
        self.put("users.csv", "user_id,age,level,a_column_of_long_texts\n" + "".join(
            f"user_number_{i:04},{10 + i % 50},{'VIP' if i % 2 else 'basic'},{'word ' * 20}{i}\n" for i in range(60)))
        self.put("tags/value.yaml", "tags:\n"
                 "  - { id: 1, code: vip, when: \"level = 'VIP'\", name: " + "客户" * 30 + " }\n"
                 "  - { id: 2, code: adult, when: age >= 18, name: " + "a grown-up person " * 8 + "}\n"
                 "  - { id: 3, code: guest }\n")

    def run_once(self):
        self.tagsmith("run", "--as-of", "2025-11-22", "--quiet", code=0)
