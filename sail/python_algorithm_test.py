"""Boxes of YOLOv5 networks and batches for networks through sophon.sail."""

import math
import os
import unittest

import numpy as np
import sophon.sail as sail

TESTING = os.path.join(os.path.dirname(os.path.abspath(__file__)), "testing")
SIDE, VALUES = 64, 7
SCORE = 1 / (1 + math.exp(-2))


class BoxTest(unittest.TestCase):
    """Two pictures; picture b has one box of class b: anchor 1 of the middle head (62 x 45) in cell (1, 2)."""

    def setUp(self):
        handle = sail.Handle(0)
        self.shapes, self.outputs = [], []
        for grid in (8, 4, 2):
            head = np.full((2, 3, grid, grid, VALUES), -20, np.float32)
            if grid == 4:
                head[:, 1, 2, 1] = (0, 0, 0, 0, 20, -20, -20)
                head[[0, 1], 1, 2, 1, [5, 6]] = 2
            self.shapes.append(list(head.shape))
            self.outputs.append(sail.CreateTensorPTRWithName("head%d" % grid, handle, head, True))
        self.sizes = ([128, 64], [64, 64])

    def test_every_form_of_process_gives_the_boxes(self):
        post = sail.algo_yolov5_post_cpu_opt(self.shapes, SIDE, SIDE)
        named = {output.get_name(): output.get_data() for output in self.outputs}
        for outputs in (self.outputs, named):
            for thresholds in ([0.5], [[0.5, 0.5]]):
                first, second = post.process(outputs, *self.sizes, thresholds, [0.5], False, True)
                self.assertEqual(first[0][:5], (0, 18, 110, 63, 0))
                self.assertAlmostEqual(first[0][5], SCORE, places=5)
                self.assertEqual((second[0][:5], len(first), len(second)), ((0, 18, 55, 63, 1), 1, 1))
        with self.assertRaises(sail.SailRuntimeError):
            post.process(self.outputs[:2], *self.sizes, [0.5], [0.5], False, True)
        with self.assertRaisesRegex(sail.SailRuntimeError, "head4 is no tensor"):
            post.process({**named, "head4": None}, *self.sizes, [0.5], [0.5], False, True)
        self.assertNotEqual(post.reset_anchors([[[1, 1]]]), 0)

    def test_a_thread_gives_them_with_channel_and_index(self):
        post = sail.algo_yolov5_post_3output(self.shapes, SIDE, SIDE, 2)
        places = [[0, 16, 64, 32], [0, 0, 64, 64]]
        self.assertEqual(post.push_data([7, 8], [1, 2], self.outputs, [0.5], [0.5], *self.sizes, places), 0)
        (box,), channel, index = post.get_result()
        self.assertEqual((box.class_id, channel, index), (0, 7, 1))
        self.assertAlmostEqual(box.score, SCORE, places=5)
        self.assertAlmostEqual(box.right - box.left, box.width, places=3)
        (row,), channel, index = post.get_result_npy()
        self.assertEqual((row[:5], channel, index), ((0, 18, 55, 63, 1), 8, 2))

    def test_rows_of_one_output_come_as_arrays_and_tensors(self):
        rows = np.array([[[24, 40, 10, 20, 1, 0.6, 0.1], [24, 50, 10, 20, 1, 0.1, 0.9]]])
        post = sail.algo_yolov5_post_1output([1, 2, VALUES], SIDE, SIDE)
        self.assertEqual(post.push_npy(3, 4, rows, 0.5, 0.5, SIDE, SIDE, 0, 0, SIDE, SIDE), 0)
        tensor = sail.CreateTensorPTRWithName("rows", sail.Handle(0), rows, True)
        self.assertEqual(post.push_data([3], [4], tensor, [0.5], [0.5], [SIDE], [SIDE], [[0, 0, SIDE, SIDE]]), 0)
        arrays, tensors = post.get_result_npy(), post.get_result_npy()
        self.assertEqual(arrays, tensors)
        self.assertEqual([box[4] for box in arrays[0]], [1, 0])
        self.assertEqual(arrays[1:], (3, 4))
        self.assertNotEqual(post.push_npy(3, 4, rows[0, 0], 0.5, 0.5, SIDE, SIDE, 0, 0, SIDE, SIDE), 0)

    def test_what_is_not_built_says_so(self):
        for make in (lambda: sail.algo_yolox_post([1, 2, VALUES]), lambda: sail.sort_tracker_controller(),
                     lambda: sail.DecoderImages(["a.jpg"], 0, 2), lambda: sail.Decoder_RawStream(0, "h264"),
                     lambda: sail.Perf("x.bmodel", [0], 2)):
            with self.assertRaisesRegex(sail.NotSupport, "docs/status/sail.md"):
                make()


class BatchTest(unittest.TestCase):

    def setUp(self):
        self.handle = sail.Handle(0)
        self.bmcv = sail.Bmcv(self.handle)

    def picture(self, level):
        return self.bmcv.mat_to_bm_image(np.full((16, 16, 3), level, np.uint8))

    def test_pictures_become_a_batch(self):
        process = sail.ImagePreProcess(4, sail.sail_resize_type.BM_RESIZE_TPU_LINEAR)
        process.SetResizeImageAtrr(8, 8, False, sail.DATA_TYPE_EXT_FLOAT32)
        self.assertEqual(process.SetConvertAtrr([(0.5, 1)] * 3), 0)
        for i in range(4):
            self.assertEqual(process.PushImage(i, 10 + i, self.picture(40 * i)), 0)
        tensor, images, channels, indices, places = process.GetBatchData()
        self.assertEqual((channels, indices, len(images)), ([0, 1, 2, 3], [10, 11, 12, 13], 4))
        self.assertEqual((tensor.shape(), len(places)), ([4, 3, 8, 8], 4))
        for i in range(4):
            np.testing.assert_allclose(tensor.asnumpy()[i], 40 * i * 0.5 + 1, atol=0.51)
            self.assertEqual(images[i].asmat()[0, 0, 0], 40 * i)
        process.exhausted()
        self.assertTrue(process.get_exhausted_flag())

    def test_pictures_go_through_a_network(self):
        weights = (0.5 * np.arange(48, dtype=np.float32) - 3).reshape(3, 4, 4)
        process = sail.EngineImagePreProcess(os.path.join(TESTING, "add.bmodel"), 0)
        self.assertEqual(process.InitImagePreProcess(sail.BM_RESIZE_TPU_NEAREST), 0)
        self.assertEqual(process.SetConvertAtrr(((1, 0),) * 3), 0)
        self.assertEqual((process.get_graph_name(), process.get_output_names()), ("add", ["out"]))
        self.assertEqual((process.get_input_width(), process.get_output_shape("out")), (4, [4, 3, 4, 4]))
        for turn in range(3):
            for i in range(4):
                self.assertEqual(process.PushImage(i, turn, self.picture(20 * i)), 0)
        wanted = np.stack([20 * i + weights for i in range(4)])
        (output,), images, channels, indices, _ = process.GetBatchData()
        np.testing.assert_array_equal(output.get_data().asnumpy(), wanted)
        self.assertEqual((output.get_name(), channels, indices, len(images)), ("out", [0, 1, 2, 3], [0] * 4, 4))
        np.testing.assert_array_equal(process.GetBatchData_Npy()[0]["out"], wanted)
        arrays, mats, _, _, _ = process.GetBatchData_Npy2()
        np.testing.assert_array_equal(arrays["out"], wanted)
        self.assertEqual([mat[0, 0, 0] for mat in mats], [0, 20, 40, 60])


if __name__ == "__main__":
    unittest.main()
