"""SAIL in Python, SAIL in C++ and bmrt give the same bytes; calls that work let other threads run."""

import ctypes
import faulthandler
import glob
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


class DumpTest(unittest.TestCase):

    def test_process_writes_what_is_on_the_device(self):
        folder = os.path.join(os.environ["TEST_TMPDIR"], "dump")
        os.makedirs(folder)
        self.addCleanup(os.chdir, os.getcwd())
        self.addCleanup(sail.set_dump_io_flag, False)
        engine = sail.Engine(os.path.abspath(os.path.join(TESTING, "add.bmodel")), 0, sail.SYSI)
        os.chdir(folder)
        sail.set_dump_io_flag(True)
        data = np.arange(48, dtype=np.float32).reshape(1, 3, 4, 4)
        given = sail.Tensor(engine.get_handle(), data)
        got = sail.Tensor(engine.get_handle(), np.zeros((2, 48), np.float32))
        for call in (lambda: engine.process("add", {"in": given}, {"out": got}),
                     lambda: engine.process("add", {"in": data})):
            call()
            for side, wanted in (("in", data), ("out", data + 0.5 * np.arange(48).reshape(1, 3, 4, 4) - 3)):
                name, = glob.glob("add_*_%s_0.dat" % side)
                np.testing.assert_array_equal(np.loadtxt(name, dtype=np.float32), wanted.ravel())
                os.remove(name)


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
                "asnumpy of a tensor": large.asnumpy,
                "zeros": large.zeros,
                "constructor of a tensor": lambda: sail.Tensor(handle, [4, 1024, 1024], sail.BM_FLOAT32, True, True),
                "Bmcv": lambda: bmcv.transpose(image, output),
                "asnumpy of an image": image.asnumpy,
        }.items():
            with self.subTest(name):
                self.check_lets_others_run(call)

    def test_calls_that_wait_for_another_thread(self):
        """The other end of a pipe is opened by a thread that starts to run when the call gives the lock away. A call
        that does not waits for ever, until the watchdog ends the program."""
        engine, handle, bmcv = sail.Engine(0), sail.Handle(0), sail.Bmcv(sail.Handle(0))
        image, tensor = sail.BMImage(), sail.Tensor(handle, [4], sail.BM_FLOAT32, True, False)
        encoding = ("h264_bm", "I420", "width=64:height=64:framerate=25")
        for number, (suffix, mode, call, failure) in enumerate((
                (".bmodel", "wb", lambda path: sail.Engine(path, 0, sail.SYSIO), sail.SailEngineError),
                (".bmodel", "wb", engine.load, None),
                (".bmodel", "wb", lambda path: sail.MultiEngine(path, [0]), sail.SailEngineError),
                (".bmodel", "wb", lambda path: sail.EngineImagePreProcess(path, 0), sail.SailEngineError),
                (".jpg", "wb", bmcv.imread, sail.SailDecoderError),
                (".jpg", "wb", lambda path: sail.Decoder(path).read(handle, image), None),
                (".mp4", "wb", sail.Decoder, sail.SailDecoderError),
                (".mp4", "wb", sail.MultiDecoder().add_channel, sail.SailDecoderError),
                (".h264", "rb", lambda path: sail.Encoder(path, 0, *encoding).release(), None),
                (".dat", "rb", tensor.dump_data, None),
        )):
            path = os.path.join(os.environ["TEST_TMPDIR"], "pipe-%d%s" % (number, suffix))
            os.mkfifo(path)
            ready = threading.Event()

            def open_other_end():
                ready.wait()
                with open(path, mode) as pipe:
                    if mode == "rb":
                        pipe.read()

            other = threading.Thread(target=open_other_end)
            other.start()
            with self.subTest(path):
                self.call_under_watchdog(ready, call, path, failure)
                other.join()

    def call_under_watchdog(self, ready, call, argument, failure=None):
        faulthandler.dump_traceback_later(50, exit=True)
        self.addCleanup(faulthandler.cancel_dump_traceback_later)
        ready.set()  # with the long interval of setUp the thread that waits does not run yet
        if failure is None:
            call(argument)
        else:
            self.assertRaises(failure, call, argument)

    def test_process_lets_a_thread_run_that_it_waits_for(self):
        """Its line of time goes into a full pipe, which another thread empties."""
        libc = ctypes.CDLL(None)
        stdout, unbuffered, by_lines = ctypes.c_void_p.in_dll(libc, "stdout"), 2, 1
        libc.setvbuf(stdout, None, unbuffered, 0)
        self.addCleanup(libc.setvbuf, stdout, None, by_lines, 0)
        saved = os.dup(1)
        self.addCleanup(os.close, saved)
        self.addCleanup(os.dup2, saved, 1)
        self.addCleanup(sail.set_print_flag, False)
        sail.set_print_flag(True)
        engine = sail.Engine(os.path.join(TESTING, "add.bmodel"), 0, sail.SYSIO)
        shape = (1, 3, 4, 4)
        given, got = (sail.Tensor(engine.get_handle(), shape, sail.BM_FLOAT32, True, True) for _ in range(2))
        for call in (lambda graph: engine.process(graph, {"in": given}, {"out": got}),
                     lambda graph: engine.process(graph, {"in": np.zeros(shape)})):
            read_end, write_end = os.pipe()
            os.set_blocking(write_end, False)
            for size in (4096, 1):
                try:
                    while True:
                        os.write(write_end, bytes(size))
                except BlockingIOError:
                    pass
            os.set_blocking(write_end, True)
            os.dup2(write_end, 1)
            os.close(write_end)
            ready, printed = threading.Event(), []

            def drain():
                ready.wait()
                while b"ms\n" not in b"".join(printed):
                    printed.append(os.read(read_end, 4096))

            other = threading.Thread(target=drain)
            other.start()
            self.call_under_watchdog(ready, call, "add")
            other.join()
            os.close(read_end)
            self.assertRegex(b"".join(printed).strip(b"\0").decode(), r"Function\[\w+\]-\[add\] time use: [\d.]+ ms")

    def test_a_call_that_does_not_work_keeps_the_lock(self):
        """Else the test above could not fail."""
        with self.assertRaises(AssertionError):
            self.check_lets_others_run(sail.BMImage, most=200)


if __name__ == "__main__":
    unittest.main()
