"""Tensors, engines and NumPy through sophon.sail."""

import inspect
import os
import re
import threading
import unittest

import numpy as np
import sophon.sail as sail

TESTING = os.path.join(os.path.dirname(os.path.abspath(__file__)), "testing")
ADD = os.path.join(TESTING, "add.bmodel")
COPY = os.path.join(TESTING, "copy.bmodel")
SHAPE = (1, 3, 4, 4)
# out = in + WEIGHTS in graph "add"; the same for every batch.
WEIGHTS = (0.5 * np.arange(48, dtype=np.float32) - 3).reshape(3, 4, 4)


def ramp(batch=1):
    return (0.25 * np.arange(48 * batch, dtype=np.float32) - 3).reshape(batch, 3, 4, 4)


class TensorTest(unittest.TestCase):

    def setUp(self):
        self.handle = sail.Handle(0)

    def test_constructors(self):
        for dtype, expected in ((np.float32, sail.BM_FLOAT32), (np.int8, sail.BM_INT8), (np.uint8, sail.BM_UINT8),
                                (np.int32, sail.BM_INT32), (np.float64, sail.BM_FLOAT32), (np.int64, sail.BM_FLOAT32),
                                (np.float16, sail.BM_FLOAT32), (bool, sail.BM_FLOAT32)):
            data = np.array([[1, 0, 1], [0, 1, 1]], dtype=dtype)
            tensor = sail.Tensor(self.handle, data)
            self.assertEqual(tensor.dtype(), expected, dtype)
            self.assertEqual(tensor.shape(), [2, 3])
            np.testing.assert_array_equal(tensor.asnumpy(), data)
            self.assertTrue(tensor.own_sys_data() and tensor.own_dev_data())
        # A one-dimensional array is data, a list is a shape.
        for dtype in (np.int32, np.int64):
            self.assertEqual(sail.Tensor(self.handle, np.array([2, 3], dtype)).shape(), [2])
        self.assertEqual(sail.Tensor(self.handle, [2, 3]).shape(), [2, 3])
        self.assertEqual(sail.Tensor(self.handle, (2, 3), sail.BM_INT8).dtype(), sail.BM_INT8)
        self.assertEqual(sail.Tensor(self.handle, np.array([2, 3]), sail.BM_INT8, True, True).shape(), [2, 3])
        with self.assertRaises(TypeError):
            sail.Tensor(self.handle, "text")

    def test_data_stays_where_it_is_put(self):
        data = ramp()
        host = sail.Tensor(self.handle, data)
        host.sync_d2s()  # the device was not written
        self.assertFalse(host.asnumpy().any())
        device = sail.Tensor(self.handle, data, False)
        self.assertFalse(device.own_sys_data())
        np.testing.assert_array_equal(device.asnumpy(), data)
        slot = sail.Tensor(self.handle, data, False, False)
        self.assertFalse(slot.is_dev_data_valid())
        with self.assertRaisesRegex(sail.SailTensorError, "without memory"):
            slot.asnumpy()

    def test_update_data(self):
        tensor = sail.Tensor(self.handle, SHAPE, sail.BM_INT8, True, True)
        tensor.update_data(ramp().astype(np.float64))
        np.testing.assert_array_equal(tensor.asnumpy(), ramp().astype(np.int8))
        data = np.asfortranarray(ramp())
        floats = sail.Tensor(self.handle, SHAPE, sail.BM_FLOAT32, False, True)
        floats.update_data(data)
        np.testing.assert_array_equal(floats.asnumpy(), data)
        for wrong in (ramp()[0], ramp(4)):
            with self.assertRaisesRegex(sail.SailTensorError, r"into a tensor of shape \[1, 3, 4, 4\]"):
                floats.update_data(wrong)

    def test_asnumpy(self):
        tensor = sail.Tensor(self.handle, ramp())
        array = tensor.asnumpy()
        array[:] = 7  # a copy
        np.testing.assert_array_equal(tensor.asnumpy([3, 16]), ramp().reshape(3, 16))
        np.testing.assert_array_equal(tensor[0], ramp()[0])
        self.assertEqual(len(tensor), 1)
        with self.assertRaises(IndexError):
            tensor[1]
        with self.assertRaisesRegex(sail.SailTensorError, r"shape \[49\]"):
            tensor.asnumpy([49])
        self.assertEqual(sail.Tensor(self.handle, [2], sail.BM_FLOAT16, True).asnumpy().dtype, np.float16)
        self.assertNotEqual(tensor.pysys_data()[0], 0)

    def test_scales_and_fills(self):
        tensor = sail.Tensor(self.handle, [4], sail.BM_INT8, True, True)
        tensor.scale_from(np.array([0.5, 1.5, 300, -300], np.float32), 1.0)
        np.testing.assert_array_equal(tensor.asnumpy(), [0, 2, 127, -128])
        np.testing.assert_array_equal(tensor.scale_to(0.5), np.array([0, 1, 63.5, -64], np.float32))
        self.assertEqual(tensor.scale_to(0.5, [2, 2]).shape, (2, 2))
        with self.assertRaises(sail.SailTensorError):
            tensor.scale_from(np.zeros(5, np.float32), 1.0)
        tensor.memory_set(1)
        self.assertEqual(tensor.asnumpy().tolist(), [1] * 4)
        floats = sail.Tensor(self.handle, [2], sail.BM_FLOAT32, True, True)
        floats.memory_set(2.5)
        floats.sync_d2s()
        self.assertEqual(floats.asnumpy().tolist(), [2.5, 2.5])
        other = sail.Tensor(self.handle, [2], sail.BM_FLOAT32, True, True)
        other.sync_d2d(floats, 0, 1, 1)
        other.sync_d2s()
        self.assertEqual(other.asnumpy().tolist(), [0, 2.5])

    def test_named_tensors(self):
        named = sail.CreateTensorPTRWithName("out", self.handle, ramp(), True)
        self.assertEqual(named.get_name(), "out")
        np.testing.assert_array_equal(named.get_data().asnumpy(), ramp())
        sail.ReleaseTensorPtr(named)


class EngineTest(unittest.TestCase):

    def test_description(self):
        engine = sail.Engine(0)
        self.assertTrue(engine.load(ADD))
        with open(COPY, "rb") as file:
            model = file.read()
        self.assertTrue(engine.load(model, len(model)))
        self.assertFalse(engine.load("/no/such.bmodel"))
        self.assertEqual(engine.get_graph_names(), ["add", "copy"])
        self.assertEqual(engine.get_max_input_shapes("add"), {"in": [4, 3, 4, 4]})
        self.assertEqual(engine.get_input_dtype("copy", "in"), sail.Dtype.BM_INT8)
        self.assertEqual((engine.get_input_scale("copy", "in"), engine.get_output_scale("copy", "out")), (2, 0.5))
        with self.assertRaisesRegex(sail.SailEngineError, "no graph none; there are add, copy"):
            engine.get_input_names("none")
        self.assertTrue(issubclass(sail.SailEngineError, Exception))
        with self.assertRaises(sail.SailEngineError):
            sail.Engine("/no/such.bmodel", 0, sail.SYSIO)
        with self.assertRaises(sail.SailDeviceError):
            sail.Engine(9)
        with self.assertRaises(sail.SailEngineError):
            engine.load(model, len(model) + 1)

    def test_arrays_of_every_kind_give_the_same(self):
        engine = sail.Engine(ADD, 0, sail.IOMode.SYSIO)
        for batch in (1, 4):
            data = ramp(batch)
            wide = np.zeros((batch, 3, 4, 8), np.float32)
            wide[..., ::2] = data
            for array in (data, data.astype(np.float64), np.asfortranarray(data), wide[..., ::2], data.tolist(),
                          np.ascontiguousarray(data.transpose(0, 2, 3, 1)).transpose(0, 3, 1, 2)):
                before = np.array(array, copy=True)
                result = engine.process("add", {"in": array})
                self.assertEqual(result["out"].dtype, np.float32)
                np.testing.assert_array_equal(result["out"], data + WEIGHTS)
                np.testing.assert_array_equal(array, before)
            self.assertEqual(engine.get_output_shape("add", "out"), [batch, 3, 4, 4])
        bytes_ = np.arange(48, dtype=np.uint8).reshape(SHAPE)
        np.testing.assert_array_equal(engine.process("add", {"in": bytes_})["out"], bytes_ + WEIGHTS)

    def test_integer_models_are_scaled(self):
        engine = sail.Engine(0)
        engine.load(COPY)
        with self.assertRaisesRegex(sail.SailEngineError, "IOMode 3"):
            engine.process("copy", {"in": ramp()})
        engine.set_io_mode("copy", sail.SYSI)
        result = engine.process("copy", {"in": ramp() * 100})
        np.testing.assert_array_equal(result["out"], np.clip(np.rint(ramp() * 200), -128, 127) * np.float32(0.5))

    def test_bad_arrays_are_refused(self):
        engine = sail.Engine(ADD, 0, sail.SYSIO)
        for wrong in (ramp()[0], ramp(3), np.zeros((1, 3, 4, 5))):
            with self.assertRaisesRegex(sail.SailEngineError, r"it takes in \[1, 3, 4, 4\]"):
                engine.process("add", {"in": wrong})
        for inputs in ({}, {"x": ramp()}):
            with self.assertRaises(sail.SailEngineError):
                engine.process("add", inputs, [0]) if inputs else engine.process("add", input_tensors=inputs)

    def test_tensors_in_every_mode(self):
        for mode in (sail.SYSI, sail.SYSO, sail.SYSIO, sail.DEVIO):
            engine = sail.Engine(0)
            engine.load(ADD)
            engine.set_io_mode("add", mode)
            handle = engine.get_handle()
            given = sail.Tensor(handle, ramp())
            got = sail.Tensor(handle, SHAPE, sail.BM_FLOAT32, True, True)
            if mode in (sail.SYSO, sail.DEVIO):
                given.sync_s2d()
            engine.process("add", {"in": given}, {"out": got})
            if mode in (sail.SYSI, sail.DEVIO):
                got.sync_d2s()
            np.testing.assert_array_equal(got.asnumpy(), ramp() + WEIGHTS)
            engine.process("add", {"in": given}, {"in": list(SHAPE)}, {"out": got})

    def test_tensor_maps_belong_to_python(self):
        engine = sail.Engine(ADD, 0, sail.SYSIO)
        inputs, outputs = engine.create_input_tensors_map("add"), engine.create_output_tensors_map("add")
        inputs["in"].update_data(ramp(4))
        engine.process("add", inputs, outputs)
        np.testing.assert_array_equal(outputs["out"].asnumpy(), ramp(4) + WEIGHTS)

    def test_eight_threads_share_an_engine(self):
        engine = sail.Engine(ADD, 0, sail.SYSIO)
        results = [None] * 8

        def run(i):
            results[i] = [engine.process("add", {"in": ramp() + i})["out"] for _ in range(5)]

        threads = [threading.Thread(target=run, args=(i,)) for i in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for i, result in enumerate(results):
            for array in result:
                np.testing.assert_array_equal(array, ramp() + i + WEIGHTS)

    def test_multi_engine(self):
        engines = sail.MultiEngine(ADD, [0, 0])
        data = np.concatenate([ramp(4) + i for i in range(3)])
        np.testing.assert_array_equal(engines.process({"in": data})["out"], data + WEIGHTS)
        handle = sail.Handle(0)
        tensors = [{"in": sail.Tensor(handle, ramp(4) + i)} for i in range(3)]
        for i, result in enumerate(engines.process(tensors)):
            np.testing.assert_array_equal(result["out"].asnumpy(), ramp(4) + i + WEIGHTS)
        for wrong in (ramp(3), np.zeros((4, 3, 4, 5)), np.zeros((17 * 4, 3, 4, 4))):
            with self.assertRaises(sail.SailEngineError):
                engines.process({"in": wrong})
        with self.assertRaisesRegex(sail.SailEngineError, "no inputs for graph add"):
            engines.process({})


class ModuleTest(unittest.TestCase):

    def test_functions(self):
        self.assertEqual(sail.get_available_tpu_num(), 1)
        self.assertEqual(len(sail.get_dev_stat(0)), 3)
        self.assertEqual(sail.Handle(0).get_target(), "BM1684")
        handle = sail.Handle(0)
        text = sail.base64_encode(handle, b"foobar!")
        self.assertEqual(text, b"Zm9vYmFyIQ==")
        self.assertEqual(sail.base64_decode(handle, text), b"foobar!")
        array = np.arange(6, dtype=np.int32).reshape(2, 3)[:, ::-1]
        decoded = sail.base64_decode_asarray(handle, sail.base64_encode_array(handle, array), "int32")
        np.testing.assert_array_equal(decoded, array.ravel())
        with self.assertRaises(sail.SailRuntimeError):
            sail.base64_decode(handle, b"?")

    def test_help_says_what_there_is_to_know(self):
        classes = [cls for cls in vars(sail).values() if inspect.isclass(cls) and not issubclass(cls, Exception)]
        self.assertGreater(len(classes), 40)
        for cls in classes:
            self.assertTrue(cls.__doc__, cls)
        for cls in (sail.Engine, sail.Decoder, sail.MultiDecoder, sail.Encoder, sail.Bmcv):
            for name, value in vars(cls).items():
                if inspect.isroutine(value) and not name.startswith("__"):
                    signature = re.compile(r"(\d+\. )?%s\(|Overloaded function|$" % name)
                    lines = [line for line in value.__doc__.splitlines() if not signature.match(line)]
                    self.assertTrue(lines, (cls, name))


if __name__ == "__main__":
    unittest.main()
