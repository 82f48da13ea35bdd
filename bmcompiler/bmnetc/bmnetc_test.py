"""bmnetc as scripts use it: the program's options, lines, files and exit codes, and the Python module."""

import os
import subprocess
import sys
import tempfile
import unittest

import bmnetc

PROGRAM = "bmcompiler/bmnetc/bmnetc"
MODEL = "examples/digits/digits.prototxt"
WEIGHT = "examples/digits/digits.caffemodel"
# Of the network: one 8 x 8 picture in, ten probabilities out.
INPUT_BYTES = 64 * 4
OUTPUT_BYTES = 10 * 4


def run(*arguments):
    """The finished program: its exit code, standard output and standard error."""
    return subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, check=False)


class BmnetcTest(unittest.TestCase):

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.outdir = os.path.join(folder.name, "new", "out")

    def size(self, name):
        """The size of a result, or None where it does not exist."""
        path = os.path.join(self.outdir, name)
        return os.path.getsize(path) if os.path.exists(path) else None

    def expect_refused(self, reason, *arguments):
        result = run(f"--model={MODEL}", f"--weight={WEIGHT}", f"--outdir={self.outdir}", *arguments)
        self.assertEqual(result.returncode, 1, result.stderr)
        self.assertIn(reason, result.stderr)
        self.assertFalse(os.path.exists(self.outdir))

    def test_prints_the_lines_and_writes_the_files_that_scripts_look_for(self):
        result = run("-model", MODEL, "--weights", WEIGHT, "--outdir", self.outdir, "-target=BM1684")
        self.assertEqual(result.returncode, 0, result.stderr)
        lines = result.stdout.splitlines()
        banner = next(i for i, line in enumerate(lines) if "Store bmodel of BMCompiler" in line)
        for rule in (lines[banner - 1], lines[banner + 1]):
            self.assertRegex(rule, "^(=+|#+)$")
        self.assertRegex(lines[banner + 2], r"^save_tensor input name \[\w+\]$")
        self.assertRegex(lines[banner + 3], r"^save_tensor output name \[\w+\]$")
        self.assertEqual(lines[-1], "BMLIB Send Quit Message")
        self.assertGreater(self.size("compilation.bmodel"), 1000)
        self.assertEqual(self.size("input_ref_data.dat"), INPUT_BYTES)
        self.assertEqual(self.size("output_ref_data.dat"), OUTPUT_BYTES)
        self.assertIsNotNone(self.size("io_info.dat"))

    def test_takes_bools_and_shapes_in_every_form(self):
        shapes = "[[2, 1, 8, 8]]"
        result = run("--model", MODEL, "--weight", WEIGHT, "--outdir", self.outdir, "--shapes", shapes, "-cmp", "true",
                     "--nodyn", "--opt", "1", "--net_name=two", "--enable_profile=True", "--v=4")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("network two:", result.stdout)
        self.assertEqual(self.size("input_ref_data.dat"), 2 * INPUT_BYTES)

    def test_without_comparison_there_are_no_reference_data_left(self):
        arguments = ["--model", MODEL, "--weight", WEIGHT, "--outdir", self.outdir]
        self.assertEqual(run(*arguments).returncode, 0)
        self.assertEqual(run(*arguments, "--cmp", "0").returncode, 0)
        self.assertIsNone(self.size("input_ref_data.dat"))
        self.assertIsNone(self.size("output_ref_data.dat"))
        self.assertIsNotNone(self.size("compilation.bmodel"))

    def test_refuses_what_is_not_built_and_writes_nothing(self):
        self.expect_refused("--dyn=true", "--dyn=true")
        self.expect_refused("--dyn=true", "--dyn")
        self.expect_refused("--mode=GenUmodel", "--mode=GenUmodel")
        self.expect_refused("BM1684X", "--target=BM1684X")

    def test_refuses_mistakes_and_writes_nothing(self):
        self.expect_refused("unknown option --optimise", "--optimise=2")
        self.expect_refused("--opt=3", "--opt=3")
        self.expect_refused("position", "--shapes=[1,1,8")
        self.expect_refused("--shapes needs a value", "--shapes")
        self.expect_refused("absent.prototxt", "--model=absent.prototxt")
        self.expect_refused("unexpected argument stray", "stray")

    def test_lists_layers_and_options(self):
        layers = run("--list_ops")
        self.assertEqual(layers.returncode, 0)
        self.assertIn("Convolution", layers.stdout.splitlines())
        help_text = run("--help")
        self.assertEqual(help_text.returncode, 0)
        self.assertIn("--enable_profile", help_text.stdout)


class PythonModuleTest(unittest.TestCase):

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.outdir = folder.name

    def test_compiles_with_positional_and_named_arguments(self):
        for shapes in ([[2, 1, 8, 8]], [2, 1, 8, 8], "[2,1,8,8]", [(2, 1, 8, 8)]):
            bmnetc.compile(MODEL, WEIGHT, self.outdir, "BM1684", shapes, opt=2, dyn=False, cmp=True)
            self.assertEqual(os.path.getsize(os.path.join(self.outdir, "input_ref_data.dat")), 2 * INPUT_BYTES)

    def test_raises_with_the_reason(self):
        with self.assertRaisesRegex(RuntimeError, "BM1684X"):
            bmnetc.compile(model=MODEL, weight=WEIGHT, outdir=self.outdir, target="BM1684X")
        with self.assertRaisesRegex(RuntimeError, "absent.prototxt"):
            bmnetc.compile(model="absent.prototxt", weight=WEIGHT, outdir=self.outdir, target="BM1684")
        self.assertEqual(os.listdir(self.outdir), [])

    def test_runs_as_a_program(self):
        environment = dict(os.environ, PYTHONPATH=os.pathsep.join(sys.path))
        command = [sys.executable, "-m", "bmnetc", f"--model={MODEL}", f"--weight={WEIGHT}", f"--outdir={self.outdir}"]
        result = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
        self.assertEqual(result.returncode, 0, result.stderr)
        result = subprocess.run([*command, "--dyn"], capture_output=True, text=True, check=False, env=environment)
        self.assertEqual(result.returncode, 1)


if __name__ == "__main__":
    unittest.main()
