#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks a source tree against the rules of docs/ARCHITECTURE.md on layers, includes and files.

    check_layers.py [ROOT]

Prints one line for each breach and exits with 1 if there is any. check_layers_test.py shows that each rule can fail.
"""

import pathlib
import posixpath
import re
import subprocess
import sys

# What each layer may include. The exceptions are tls for dist/tls_carrier.*, and everything for dist/tool.
LAYERS = {
    "runtime": {"runtime"},
    "actors": {"runtime", "actors"},
    "tls": {"runtime", "actors", "tls"},
    "dist": {"runtime", "actors", "dist"},
}
TLS_CARRIER = re.compile(r"dist/tls_carrier\.[a-z]+$")

TOP_LEVEL = set(LAYERS) | {
    "CMakeLists.txt", "CMakePresets.json", "README.md", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE",
    "cmake", "docs", "examples", "tests",
}  # and dot files

# Third-party headers that a public header may show: the first in the one header that maps structs, the second in the one for programs that mix in CAF, and what that is made of.
PUBLIC_THIRD_PARTY = {"runtime/struct_mapping.hpp": "boost/pfr", "actors/caf_interop.hpp": "caf/",
                      "actors/caf_mapping.hpp": "caf/"}

STANDARD_HEADERS = set("""
    algorithm any array atomic barrier bit bitset charconv chrono codecvt compare complex concepts condition_variable coroutine deque exception
    execution expected filesystem flat_map flat_set format forward_list fstream functional future generator initializer_list iomanip ios iosfwd
    iostream istream iterator latch limits list locale map mdspan memory memory_resource mutex new numbers numeric optional ostream print queue
    random ranges ratio regex scoped_allocator semaphore set shared_mutex source_location span spanstream sstream stack stacktrace stdexcept
    stdfloat stop_token streambuf string string_view strstream syncstream system_error thread tuple type_traits typeindex typeinfo unordered_map
    unordered_set utility valarray variant vector version
    cassert cctype cerrno cfenv cfloat cinttypes climits clocale cmath csetjmp csignal cstdarg cstddef cstdint cstdio cstdlib cstring ctime cuchar
    cwchar cwctype
""".split())

DRAWERS = {"util", "utils", "common", "helper", "helpers", "misc"}

# Files that carry a licence line: code and scripts, not prose and data.
WITH_LICENCE_LINE = {".hpp", ".cpp", ".cmake", ".in", ".py", ".sh", ".erl", ".hrl", ".escript"}

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
MACHINE_PATH = re.compile(r"(?:^|[^A-Za-z0-9_.])/(?:work|farm|root|home/[a-z][a-z0-9_-]*|tmp/agner)/")


def files_of(root):
    """The files that are, or could be, committed; all of them where there is no repository."""
    git = ["git", "-C", str(root), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        listed = subprocess.run(git, check=True, capture_output=True).stdout.decode().split("\0")
    except (OSError, subprocess.CalledProcessError):
        found = (path.relative_to(root) for path in root.rglob("*") if not path.is_dir())
        return sorted(path.as_posix() for path in found if path.parts[0] not in {".git", "build"})
    return sorted({name for name in listed if name and (root / name).exists()})


class Check:
    def __init__(self, root):
        self.root = pathlib.Path(root)
        self.files = files_of(self.root)
        self.breaches = []

    def breach(self, where, what):
        self.breaches.append(f"{where}: {what}")

    def run(self):
        for name in self.files:
            self.check_place(name)
            if (self.root / name).is_symlink():
                continue
            try:
                text = (self.root / name).read_text(encoding="utf-8")
            except UnicodeDecodeError:
                continue
            self.check_text(name, text)
            if name.endswith((".hpp", ".cpp")):
                self.check_code(name, text)
        self.check_lists()
        return self.breaches

    # -- files ------------------------------------------------------------------------------------------------------

    def check_place(self, name):
        top = name.split("/")[0]
        if top not in TOP_LEVEL and not top.startswith("."):
            self.breach(name, f"'{top}' does not belong at the top level")
        stems = [part.split(".")[0] for part in name.split("/")]
        for word in sorted({word for stem in stems for word in stem.split("_")} & DRAWERS):
            self.breach(name, f"'{word}' is a drawer for the rest: name the file after what it holds")

    def check_text(self, name, text):
        for number, line in enumerate(text.splitlines(), 1):
            if MACHINE_PATH.search(line):
                self.breach(f"{name}:{number}", "names a path of one machine")
        path = pathlib.PurePosixPath(name)
        carries = path.suffix in WITH_LICENCE_LINE or path.name == "CMakeLists.txt" or (path.suffix == "" and text.startswith("#!"))
        if carries and not any("SPDX-License-Identifier: Apache-2.0" in line for line in text.splitlines()[:3]):
            self.breach(name, "has no SPDX-License-Identifier line at its top")

    def check_lists(self):
        """Source lists are explicit, so what is in no list is not compiled, not installed and not run."""
        for name in self.files:
            path = pathlib.PurePosixPath(name)
            compiled = path.suffix == ".cpp" and path.parts[0] in {"examples", "tests", *LAYERS}
            if not compiled and not is_public(name):
                continue
            for folder in path.parents:
                listing = self.root / folder / "CMakeLists.txt"
                if listing.exists():
                    relative = path.relative_to(folder).as_posix()
                    if not re.search(rf"(?<![\w/.-]){re.escape(relative)}(?![\w.-])", without_comments(listing.read_text())):
                        self.breach(name, f"is not listed in {(folder / 'CMakeLists.txt').as_posix()}")
                    break

    # -- includes ---------------------------------------------------------------------------------------------------

    def check_code(self, name, text):
        if name.endswith(".hpp") and "#pragma once" not in text:
            self.breach(name, "has no #pragma once")
        for number, line in enumerate(text.splitlines(), 1):
            match = INCLUDE.match(line)
            if match:
                self.check_include(f"{name}:{number}", name, match[1] == '"', match[2])

    def check_include(self, where, name, quoted, spelled):
        top = name.split("/")[0]
        target = self.target_of(name, quoted, spelled)
        if quoted and not (self.root / target).is_file():
            self.breach(where, f'"{spelled}" is not a file beside this one; write the path from here, and others in angle brackets')
        elif not quoted and target and not (self.root / target).is_file():
            self.breach(where, f"there is no <{spelled}>")
        elif top in LAYERS:
            self.check_include_of_layer(where, name, quoted, spelled, target)
        elif top in {"examples", "tests"} and target:
            self.check_include_of_user(where, name, quoted, spelled, target)

    def target_of(self, name, quoted, spelled):
        """The included file's path from the root, or nothing for a header of others."""
        if quoted:
            return posixpath.normpath(posixpath.join(posixpath.dirname(name), spelled))
        return spelled.removeprefix("agner/") if spelled.startswith("agner/") else None

    def check_include_of_layer(self, where, name, quoted, spelled, target):
        layer = name.split("/")[0]
        if target is None:
            self.check_third_party(where, name, spelled)
            return
        if not quoted:
            self.breach(where, f'<{spelled}>: within the library, write the path from this file, in quotes')
        to = target.split("/")[0]
        may = set(LAYERS[layer])
        if TLS_CARRIER.match(name) or name.startswith("dist/tool/"):
            may.add("tls")
        if to not in LAYERS:
            self.breach(where, f"a layer includes {to}/")
        elif to not in may:
            self.breach(where, f"{layer} must not include {to}")
        elif is_private(target) and to != layer:
            self.breach(where, f"{target} is private to {to}")
        elif is_private(target) and is_public(name):
            self.breach(where, f"a public header includes {target}, which is not installed")

    def check_third_party(self, where, name, spelled):
        if not is_public(name) or spelled in STANDARD_HEADERS:
            return
        allowed = PUBLIC_THIRD_PARTY.get(name)
        if not (allowed and spelled.startswith(allowed)):
            self.breach(where, f"a public header shows <{spelled}>; keep it in a .cpp file or in internal/")

    def check_include_of_user(self, where, name, quoted, spelled, target):
        to = target.split("/")[0]
        if to not in LAYERS:
            return
        if quoted:
            self.breach(where, f'"{spelled}": write <agner/{target}>, as users do')
        own = name.split("/")[1] if name.startswith("tests/") else None
        if is_private(target) and own not in {"support", "fuzz", to}:
            self.breach(where, f"{target} is private to {to}")
        if own in LAYERS and to not in LAYERS[own] and (own, to) != ("dist", "tls"):
            self.breach(where, f"a test of {own} must not include {to}")


def is_private(name):
    return "/internal/" in name


def is_public(name):
    """Whether the file is a header that gets installed."""
    return name.endswith(".hpp") and name.split("/")[0] in LAYERS and not is_private(name) and not name.startswith("dist/tool/")


def without_comments(text):
    return re.sub(r"#.*", "", text)


def main(arguments):
    root = pathlib.Path(arguments[0]) if arguments else pathlib.Path(__file__).parents[2]
    breaches = Check(root.resolve()).run()
    for breach in breaches:
        print(breach)
    return 1 if breaches else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
