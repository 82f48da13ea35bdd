#!/usr/bin/env bash
# wheel, model, libraries: the wheel installs into a new environment, loads its own libraries and runs a network.
set -euo pipefail
wheel_program=$1 model=$(realpath "$2")
shift 2
"$wheel_program" "$@" "$TEST_TMPDIR/dist"
/usr/bin/python3 -m venv --system-site-packages "$TEST_TMPDIR/venv"
"$TEST_TMPDIR/venv/bin/pip" install --quiet --no-index --disable-pip-version-check "$TEST_TMPDIR"/dist/sophon-*.whl

cat > "$TEST_TMPDIR/program.py" << 'PROGRAM'
import ast
import os
import sys

import numpy as np
import sophon.sail as sail

package = os.path.dirname(sail.__file__)
assert package.startswith(sys.prefix), package
with open("/proc/self/maps") as maps:
    ours = {line.split()[-1] for line in maps if "libsail" in line or "libbm" in line}
assert len(ours) >= 4 and all(path.startswith(package) for path in ours), ours

engine = sail.Engine(sys.argv[1], 0, sail.IOMode.SYSIO)
result = engine.process("add", {"in": np.ones((1, 3, 4, 4))})["out"]
np.testing.assert_array_equal(result.ravel(), 0.5 * np.arange(48, dtype=np.float32) - 2)

with open(os.path.join(package, "sail.pyi")) as file:
    stub = ast.parse(file.read())
stated = {node.name for node in stub.body if hasattr(node, "name")}
stated |= {node.targets[0].id for node in stub.body if isinstance(node, ast.Assign)}
missing = {name for name in vars(sail) if not name.startswith("__")} - stated
assert not missing, missing
PROGRAM
cd "$TEST_TMPDIR"
env -i PATH=/usr/bin:/bin "$TEST_TMPDIR/venv/bin/python" program.py "$model"
env -i PATH=/usr/bin:/bin LOOPNUM=1 "$TEST_TMPDIR/venv/bin/python" -m sophon.utils.dryrun "$model" | grep -q '| add '
env -i PATH=/usr/bin:/bin LOOPNUM=1 "$TEST_TMPDIR/venv/bin/python" -m sophon.utils.perf "$model" 0,0 |
  grep -q 'throughput'
