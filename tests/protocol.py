"""The suite that Jupyter has for kernels, with this kernel's samples."""

import unittest

import jupyter_kernel_test


class EosinKernelTests(jupyter_kernel_test.KernelTests):
    kernel_name = "eosin"
    language_name = "rust"
    file_extension = ".rs"
    code_hello_world = 'println!("hello, world");'
    code_stderr = 'eprintln!("oops");'
    completion_samples = [
        {"text": "std::mem::swa", "matches": {"swap"}},
        {"text": "String::from_utf8_los", "matches": {"from_utf8_lossy"}},
    ]
    complete_code_samples = ["let x = 1;", "fn f() -> i32 { 3 }", ":vars"]
    incomplete_code_samples = ["fn f() {", 'let s = "abc', "let x ="]
    invalid_code_samples = ["let x = );", "}"]
    code_inspect_sample = "std::mem::swap"
    code_generate_error = 'panic!("on purpose");'
    code_execute_result = [
        {"code": "1 + 2", "result": "3"},
        {"code": 'String::from("text")', "result": '"text"'},
    ]
    code_display_data = [
        {
            "code": "use eosin::prelude::*; use eosin::display::Bundle; "
            'display(&Bundle::text("x").with_html("<b>x</b>"))?;',
            "mime": "text/html",
        }
    ]
    code_clear_output = "eosin::display::clear_output(false);"
    code_history_pattern = "1 + ?*"
    supported_history_operations = ("tail", "range", "search")

    def setUp(self):
        # A first cell waits until the kernel has warmed up.
        self.flush_channels()
        self.execute_helper(code="1", timeout=120)

    def execute_helper(self, code, timeout=60, **arguments):
        return super().execute_helper(code, timeout=timeout, **arguments)


if __name__ == "__main__":
    unittest.main(verbosity=2)
