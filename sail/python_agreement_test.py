"""SAIL in Python, SAIL in C++ and bmrt give the same bytes; calls that work let other threads run."""

import os
import subprocess
import sys
import threading
import unittest

import numpy as np
import sophon.sail as sail

TESTING = os.path.join(os.path.dirname(os.path.abspath(__file__)), "testing")
MODES = (sail.SYSI, sail.SYSO, sail.SYSIO, sail.DEVIO)


class AgreementTest(unittest.TestCase):

    def outputs_of_python(self, model, data):
        """{mode: bytes} of tensors in all modes, and of arrays in those that take them."""
        outputs = {}
        for mode in MODES:
            engine = sail.Engine(0)
            engine.load(model)
            graph, = engine.get_graph_names()
            engine.set_io_mode(graph, mode)
            given = sail.Tensor(engine.get_handle(), data)
            given.sync_s2d()
            got = sail.Tensor(engine.get_handle(), data.shape, engine.get_output_dtype(graph, "out"), True, True)
            engine.process(graph, {"in": given}, {"out": got})
            if mode in (sail.SYSI, sail.DEVIO):
                got.sync_d2s()
            outputs[mode] = got.asnumpy().tobytes()
            if mode in (sail.SYSI, sail.SYSIO):
                scale = engine.get_input_scale(graph, "in")
                array = engine.process(graph, {"in": data / np.float32(scale)})["out"]
                integers = array / np.float32(engine.get_output_scale(graph, "out"))
                outputs["arrays", mode] = integers.astype(data.dtype).tobytes()
        return outputs

    def test_bytes(self):
        generator = np.random.default_rng(4)
        shape = (1, 3, 4, 4)
        for name, data in (("add", generator.normal(size=shape).astype(np.float32)),
                           ("copy", generator.integers(-128, 128, shape, np.int8))):
            folder = os.path.join(os.environ["TEST_TMPDIR"], name)
            os.makedirs(folder)
            with open(os.path.join(folder, "input"), "wb") as file:
                file.write(data.tobytes())
            model = os.path.join(TESTING, name + ".bmodel")
            subprocess.run([os.path.join(TESTING, "run_model"), model, file.name, folder], check=True)
            wanted = np.fromfile(os.path.join(folder, "bmrt"), np.uint8).tobytes()
            self.assertEqual(len(wanted), data.nbytes)
            for mode in MODES:
                with open(os.path.join(folder, "sail_%d" % mode), "rb") as file:
                    self.assertEqual(file.read(), wanted, mode)
            for mode, output in self.outputs_of_python(model, data).items():
                self.assertEqual(output, wanted, mode)


class LockTest(unittest.TestCase):

    def setUp(self):
        self.addCleanup(sys.setswitchinterval, sys.getswitchinterval())
        # Nobody is made to hand the interpreter lock over: another thread runs only while a call gives it away.
        sys.setswitchinterval(1000)

    def check_lets_others_run(self, call, most=5000):
        ready, ran = threading.Event(), []
        other = threading.Thread(target=lambda: (ready.wait(), ran.append(True)))
        other.start()
        ready.set()
        count = 0
        while not ran and count < most:
            call()
            count += 1
        self.assertTrue(ran, "no other thread ran during {} calls".format(count))
        other.join()

    def test_calls_that_work_let_others_run(self):
        """process() waits for the card; the other calls get sizes that take milliseconds: time to wake a thread."""
        model, shape = os.path.join(TESTING, "add.bmodel"), (1, 3, 4, 4)
        engine = sail.Engine(model, 0, sail.SYSIO)
        handle = engine.get_handle()
        given, got = (sail.Tensor(handle, shape, sail.BM_FLOAT32, True, True) for _ in range(2))
        data = np.zeros(shape, np.float32)
        large = sail.Tensor(handle, [4, 1024, 1024], sail.BM_FLOAT32, True, True)
        bmcv = sail.Bmcv(handle)
        image = sail.BMImage(handle, 1024, 1024, sail.FORMAT_BGR_PLANAR, sail.DATA_TYPE_EXT_1N_BYTE)
        output = sail.BMImage()
        for name, call in {
                "process of tensors": lambda: engine.process("add", {"in": given}, {"out": got}),
                "process of arrays": lambda: engine.process("add", {"in": data}),
                "constructor": lambda: sail.Engine(model, 0, sail.SYSIO),
                "sync_s2d": large.sync_s2d,
                "Bmcv": lambda: bmcv.transpose(image, output),
                "asnumpy of an image": image.asnumpy,
        }.items():
            with self.subTest(name):
                self.check_lets_others_run(call)

    def test_a_call_that_does_not_work_keeps_the_lock(self):
        """Else the test above could not fail."""
        with self.assertRaises(AssertionError):
            self.check_lets_others_run(sail.BMImage, most=200)


if __name__ == "__main__":
    unittest.main()
