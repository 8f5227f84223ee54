#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Shows that each rule of check_layers.py passes a clean tree and fails on one breach."""

import pathlib
import tempfile
import unittest

from check_layers import Check

SPDX = "// SPDX-License-Identifier: Apache-2.0\n"


def header(*includes):
    return SPDX + "#pragma once\n" + source(*includes)


def source(*includes):
    return SPDX + "".join(f"#include {include}\n" for include in includes)


def listing(*names):
    return "# SPDX-License-Identifier: Apache-2.0\nagner_layer(x " + " ".join(names) + ")\n"


CLEAN = {
    "CMakeLists.txt": listing(),
    "README.md": "text",
    "LICENSE": "text",
    ".gitignore": "/build/\n",
    "runtime/CMakeLists.txt": listing("term.hpp", "struct_mapping.hpp", "term.cpp"),
    "runtime/term.hpp": header("<cstdint>", "<expected>"),
    "runtime/struct_mapping.hpp": header('"term.hpp"', "<boost/pfr.hpp>"),
    "runtime/term.cpp": source('"term.hpp"', '"internal/heap.hpp"', "<boost/asio.hpp>", "<unistd.h>"),
    "runtime/internal/heap.hpp": header('"../term.hpp"', "<caf/all.hpp>"),
    "actors/CMakeLists.txt": listing("process.hpp", "caf_interop.hpp"),
    "actors/process.hpp": header('"../runtime/term.hpp"'),
    "actors/caf_interop.hpp": header('"process.hpp"', "<caf/actor.hpp>"),
    "tls/CMakeLists.txt": listing("ssl.hpp"),
    "tls/ssl.hpp": header('"../actors/process.hpp"'),
    "dist/CMakeLists.txt": listing("tls_carrier.hpp", "tls_carrier.cpp", "net_kernel.hpp"),
    "dist/tls_carrier.hpp": header('"net_kernel.hpp"'),
    "dist/tls_carrier.cpp": source('"tls_carrier.hpp"', '"../tls/ssl.hpp"'),
    "dist/net_kernel.hpp": header('"../actors/process.hpp"', "<string>"),
    "dist/tool/CMakeLists.txt": listing("main.cpp"),
    "dist/tool/main.cpp": source('"../net_kernel.hpp"', '"../../tls/ssl.hpp"', "<CLI/CLI.hpp>"),
    "tests/runtime/CMakeLists.txt": listing("term_test.cpp"),
    "tests/runtime/term_test.cpp": source("<agner/runtime/internal/heap.hpp>", '"../support/clock.hpp"', "<gtest/gtest.h>"),
    "tests/support/clock.hpp": header("<agner/runtime/internal/heap.hpp>", "<agner/dist/net_kernel.hpp>"),
    "tests/dist/CMakeLists.txt": listing("tls_carrier_test.cpp"),
    "tests/dist/tls_carrier_test.cpp": source("<agner/dist/tls_carrier.hpp>", "<agner/tls/ssl.hpp>"),
    "examples/CMakeLists.txt": listing("hello.cpp"),
    "examples/hello.cpp": source("<agner/actors/process.hpp>"),
}


def breaches(changes):
    with tempfile.TemporaryDirectory() as folder:
        for name, text in (CLEAN | changes).items():
            path = pathlib.Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return Check(folder).run()


class CheckLayers(unittest.TestCase):
    def test_a_clean_tree_has_no_breach(self):
        self.assertEqual(breaches({}), [])

    def fails(self, name, text, reason):
        """One changed file gives one breach, in that file and for that reason."""
        found = breaches({name: text})
        self.assertEqual(len(found), 1, found)
        self.assertTrue(found[0].startswith(name), found)
        self.assertIn(reason, found[0])

    # -- layers -----------------------------------------------------------------------------------------------------

    def test_no_layer_includes_upwards(self):
        self.fails("runtime/term.hpp", header('"../actors/process.hpp"'), "runtime must not include actors")
        self.fails("actors/process.hpp", header('"../tls/ssl.hpp"'), "actors must not include tls")
        self.fails("actors/process.hpp", header('"../dist/net_kernel.hpp"'), "actors must not include dist")

    def test_siblings_do_not_include_each_other(self):
        self.fails("tls/ssl.hpp", header('"../dist/net_kernel.hpp"'), "tls must not include dist")
        self.fails("dist/net_kernel.hpp", header('"../tls/ssl.hpp"'), "dist must not include tls")

    def test_a_layer_includes_no_tests(self):
        self.fails("runtime/term.cpp", source('"../tests/support/clock.hpp"'), "a layer includes tests/")

    def test_internal_is_private_to_its_layer(self):
        self.fails("actors/process.hpp", header('"../runtime/internal/heap.hpp"'), "private to runtime")
        self.fails("dist/tool/main.cpp", source('"../../runtime/internal/heap.hpp"'), "private to runtime")

    def test_a_public_header_includes_no_internal_one(self):
        self.fails("runtime/term.hpp", header('"internal/heap.hpp"'), "not installed")

    def test_the_library_includes_itself_by_relative_path(self):
        self.fails("actors/process.hpp", header("<agner/runtime/term.hpp>"), "in quotes")

    def test_quotes_are_for_files_of_the_project(self):
        self.fails("runtime/term.cpp", source('"boost/asio.hpp"'), "not a file beside this one")
        self.fails("actors/process.hpp", header('"runtime/term.hpp"'), "not a file beside this one")

    def test_an_included_header_of_the_project_exists(self):
        self.fails("examples/hello.cpp", source("<agner/actors/gone.hpp>"), "there is no")

    # -- third parties ----------------------------------------------------------------------------------------------

    def test_public_headers_show_no_third_party(self):
        for third_party in ["<caf/all.hpp>", "<boost/asio.hpp>", "<openssl/ssl.h>", "<fmt/format.h>", "<spdlog/spdlog.h>"]:
            self.fails("runtime/term.hpp", header(third_party), "a public header shows")

    def test_pfr_is_for_the_header_that_maps_structs_alone(self):
        self.fails("runtime/term.hpp", header("<boost/pfr.hpp>"), "a public header shows")
        self.fails("runtime/struct_mapping.hpp", header("<boost/asio.hpp>"), "a public header shows")

    def test_caf_is_for_the_interop_header_alone(self):
        self.fails("actors/process.hpp", header("<caf/actor.hpp>"), "a public header shows")

    # -- users ------------------------------------------------------------------------------------------------------

    def test_examples_and_tests_include_as_users_do(self):
        self.fails("examples/hello.cpp", source('"../actors/process.hpp"'), "as users do")
        self.fails("tests/runtime/term_test.cpp", source('"../../runtime/term.hpp"'), "as users do")

    def test_examples_and_interop_tests_see_no_internal_header(self):
        self.fails("examples/hello.cpp", source("<agner/runtime/internal/heap.hpp>"), "private to runtime")
        self.fails("tests/interop/peer.hpp", header("<agner/runtime/internal/heap.hpp>"), "private to runtime")
        self.fails("tests/bench/bench.hpp", header("<agner/runtime/internal/heap.hpp>"), "private to runtime")

    def test_unit_tests_see_the_internal_headers_of_their_own_layer_only(self):
        self.fails("tests/dist/tls_carrier_test.cpp", source("<agner/runtime/internal/heap.hpp>"), "private to runtime")

    def test_unit_tests_look_down_too(self):
        self.fails("tests/runtime/term_test.cpp", source("<agner/actors/process.hpp>"), "a test of runtime must not include actors")

    # -- files ------------------------------------------------------------------------------------------------------

    def test_the_top_level_is_fixed(self):
        self.fails("scripts/build.txt", "text", "does not belong at the top level")
        self.fails("NOTES.md", "text", "does not belong at the top level")

    def test_no_file_is_a_drawer(self):
        self.fails("runtime/internal/string_util.hpp", header(), "drawer")
        self.fails("tests/support/helpers.hpp", header(), "drawer")

    def test_headers_are_included_once(self):
        self.fails("runtime/internal/heap.hpp", source(), "#pragma once")

    def test_code_carries_the_licence_line(self):
        line = "has no SPDX-License-Identifier line"
        self.fails("runtime/term.hpp", "#pragma once\n", line)
        self.fails("runtime/term.cpp", "int x;\n" * 3 + SPDX, line)
        self.fails("cmake/x.cmake", "set(x 1)\n", line)
        self.fails("tests/run", "#!/bin/sh\nexit 0\n", line)
        self.fails("tests/dist/CMakeLists.txt", "add(tls_carrier_test.cpp)\n", line)

    def test_no_file_names_a_machine_path(self):
        for path in ["/" + "root/x", "/" + "home/someone/x", "/" + "work/main", "/" + "tmp/agner/x"]:
            self.fails("README.md", f"see {path}", "names a path of one machine")

    def test_files_that_are_no_text_are_left_alone(self):
        self.assertEqual(breaches({"tests/fuzz/corpus/etf/tuple": b"\x83h\xff\xfe"}), [])

    def test_every_source_and_public_header_is_listed(self):
        self.fails("runtime/forgotten.cpp", source(), "is not listed in runtime/CMakeLists.txt")
        self.fails("runtime/forgotten.hpp", header(), "is not listed in runtime/CMakeLists.txt")
        self.fails("runtime/internal/forgotten.cpp", source(), "is not listed in runtime/CMakeLists.txt")
        self.fails("tests/runtime/forgotten_test.cpp", source(), "is not listed in tests/runtime/CMakeLists.txt")

    def test_a_name_in_a_comment_or_within_another_name_is_no_listing(self):
        found = breaches({"runtime/CMakeLists.txt": listing("struct_mapping.hpp", "other_term.cpp", "internal/term.hpp") + "# term.hpp term.cpp\n"})

        self.assertEqual([line.split(":")[0] for line in found], ["runtime/term.cpp", "runtime/term.hpp"])


if __name__ == "__main__":
    unittest.main()
