"""The file of results: a section for each benchmark, each written anew without touching the others."""

import os
import platform
import re


def write_section(path, title, text):
    """Puts a section "# title" in the place of the one before, or at the end."""
    old = path.read_text(encoding="utf-8") if path.exists() else ""
    section = f"# {title}\n\n{text.strip()}\n"
    parts = [part.strip() + "\n" for part in re.split(r"^(?=# )", old, flags=re.MULTILINE) if part.strip()]
    places = [number for number, part in enumerate(parts) if part.startswith(f"# {title}\n")]
    parts[places[0] if places else len(parts):(places[0] + 1 if places else len(parts))] = [section]
    path.write_text("\n".join(parts), encoding="utf-8")


def machine():
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        processor = next((line.split(":")[1].strip() for line in file if line.startswith("model name")),
                         platform.machine())
    with open("/proc/meminfo", encoding="utf-8") as file:
        memory = int(file.readline().split()[1]) / (1 << 20)
    return f"{os.cpu_count()} x {processor}, {memory:.0f} GB"
