"""Decoder, MultiDecoder and Encoder through sophon.sail on clips that ffmpeg makes; whole pipelines to a network."""

import os
import subprocess
import unittest

import numpy as np
import sophon.sail as sail

TESTING = os.path.join(os.path.dirname(os.path.abspath(__file__)), "testing")
FOLDER = os.environ["TEST_TMPDIR"]
WIDTH, HEIGHT, FRAMES = 96, 64, 6


def ffmpeg(*arguments):
    return subprocess.run(("ffmpeg", "-v", "error", "-y") + arguments, check=True, stdout=subprocess.PIPE).stdout


def clip(name, codec):
    path = os.path.join(FOLDER, name)
    source = "testsrc=size={}x{}:rate=25".format(WIDTH, HEIGHT)
    ffmpeg("-f", "lavfi", "-i", source, "-frames:v", str(FRAMES), "-pix_fmt", "yuv420p", "-c:v", codec, path)
    return path


def frames_of(path):
    """The frames as ffmpeg decodes them, [n, YUV420P elements]."""
    raw = ffmpeg("-i", path, "-f", "rawvideo", "-pix_fmt", "yuv420p", "-")
    return np.frombuffer(raw, np.uint8).reshape(-1, WIDTH * HEIGHT * 3 // 2)


class VideoTest(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        cls.path = clip("clip.avi", "mpeg4")
        cls.wanted = frames_of(cls.path)

    def setUp(self):
        self.handle = sail.Handle(0)
        self.bmcv = sail.Bmcv(self.handle)

    def test_frames_are_those_of_ffmpeg(self):
        decoder = sail.Decoder(self.path, True, 0)
        self.assertTrue(decoder.is_opened())
        self.assertEqual(decoder.get_frame_shape(), [1, 3, HEIGHT, WIDTH])
        self.assertEqual(decoder.get_fps(), 25)
        image = sail.BMImage()
        for i, wanted in enumerate(self.wanted):
            self.assertEqual(decoder.read(self.handle, image), 0)
            self.assertEqual((image.format(), image.width()), (sail.FORMAT_YUV420P, WIDTH))
            np.testing.assert_array_equal(image.asnumpy(), wanted)
            self.assertAlmostEqual(image.get_pts_dts()[0], i / 25, places=3)
        self.assertNotEqual(decoder.read(self.handle, image), 0)
        self.assertTrue(decoder.is_eof())
        with self.assertRaises(sail.SailDecoderError):
            decoder.read(self.handle)
        self.assertEqual(decoder.reconnect(), 0)
        np.testing.assert_array_equal(decoder.read(self.handle).asnumpy(), self.wanted[0])
        decoder.release()
        self.assertNotEqual(decoder.read(self.handle, image), 0)

    def test_elements_of_an_array_are_filled(self):
        decoder = sail.Decoder(self.path)
        images = sail.BMImageArray4D()
        for i in range(4):
            self.assertEqual(decoder.read_(self.handle, images[i]), 0)
        np.testing.assert_array_equal(sail.BMImage(images[3]).asnumpy(), self.wanted[3])

    def test_what_cannot_be_opened(self):
        broken = os.path.join(FOLDER, "broken.mp4")
        with open(broken, "wb") as file:
            file.write(b"no video")
        for path in ("/no/such.mp4", broken):
            with self.assertRaisesRegex(RuntimeError, os.path.basename(path)) as caught:
                sail.Decoder(path)
            self.assertIsInstance(caught.exception, sail.SailDecoderError)
        image = sail.BMImage()
        self.assertNotEqual(sail.Decoder("/no/such.jpg").read(self.handle, image), 0)
        self.assertEqual(image.empty_check(), 0)

    def test_a_picture_is_read_again_and_again(self):
        color = np.empty((16, 24, 3), np.uint8)
        color[:] = (30, 90, 160)
        path = os.path.join(FOLDER, "picture.jpg")
        self.assertEqual(self.bmcv.imwrite(path, self.bmcv.mat_to_bm_image(color)), 0)
        decoder = sail.Decoder(path)
        for _ in range(2):
            self.assertEqual(decoder.read(self.handle).format(), sail.FORMAT_YUV420P)
            image = sail.BMImage(self.handle, 16, 24, sail.FORMAT_BGR_PLANAR, sail.DATA_TYPE_EXT_1N_BYTE)
            self.assertEqual(decoder.read(self.handle, image), 0)
            self.assertLessEqual(np.abs(image.asmat().astype(int) - color).max(), 3)

    def test_many_channels(self):
        decoders = sail.MultiDecoder(16, 0)
        channels = [decoders.add_channel(self.path, 0, 1) for _ in range(3)]
        for channel in channels:
            self.assertEqual(decoders.get_frame_shape(channel), [1, 3, HEIGHT, WIDTH])
            for wanted in self.wanted:
                image = sail.BMImage()
                self.assertEqual(decoders.read(channel, image, 1), 0)
                np.testing.assert_array_equal(image.asnumpy(), wanted)
            self.assertNotEqual(decoders.read(channel, sail.BMImage(), 1), 0)
            self.assertEqual(decoders.get_drop_num(channel), 0)
        self.assertEqual(decoders.del_channel(channels[0]), 0)
        self.assertEqual(decoders.get_channel_status(channels[0]), sail.DecoderStatus.NONE)
        with self.assertRaises(sail.SailDecoderError):
            decoders.add_channel("/no/such.mp4")

    def test_what_is_encoded_is_decoded(self):
        path = os.path.join(FOLDER, "encoded.mp4")
        parameters = "width={}:height={}:bitrate=2000:gop=4:framerate=25".format(WIDTH, HEIGHT)
        encoder = sail.Encoder(path, self.handle, "h264_bm", "I420", parameters, 5, 3)
        self.assertTrue(encoder.is_opened())
        for frame in self.wanted:
            image = sail.BMImage(self.handle, frame, HEIGHT, WIDTH, sail.FORMAT_YUV420P)
            self.assertEqual(encoder.video_write(image), 0)
        encoder.release()
        decoded = frames_of(path)
        self.assertEqual(decoded.shape, self.wanted.shape)
        self.assertLess(np.abs(decoded.astype(int) - self.wanted).mean(), 6)
        with self.assertRaises(sail.SailEncoderError):
            sail.Encoder(path, 0, "h264_bm", "RGB24", parameters)


class PipelineTest(unittest.TestCase):
    """From a clip to the outputs of a network of [N, 3, 4, 4], step by step and with NumPy on the resized pictures."""

    def setUp(self):
        self.path = clip("pipeline.mp4", "libx264")

    def test_one_picture_into_an_integer_network(self):
        engine = sail.Engine(0)
        engine.load(os.path.join(TESTING, "copy.bmodel"))
        graph = engine.get_graph_names()[0]
        engine.set_io_mode(graph, sail.SYSO)
        handle = engine.get_handle()
        bmcv = sail.Bmcv(handle)
        image_type = bmcv.get_bm_image_data_format(engine.get_input_dtype(graph, "in"))
        slot = sail.Tensor(handle, [1, 3, 4, 4], engine.get_input_dtype(graph, "in"), False, False)
        output = sail.Tensor(handle, [1, 3, 4, 4], engine.get_output_dtype(graph, "out"), True, True)
        decoder = sail.Decoder(self.path, True, 0)
        image, count = sail.BMImage(), 0
        while decoder.read(handle, image) == 0:
            small = sail.BMImage(handle, 4, 4, sail.FORMAT_RGB_PLANAR, sail.DATA_TYPE_EXT_1N_BYTE)
            self.assertEqual(bmcv.vpp_resize(image, small, 4, 4), 0)
            ready = sail.BMImage(handle, 4, 4, sail.FORMAT_RGB_PLANAR, image_type)
            scale = 0.25 * engine.get_input_scale(graph, "in")
            self.assertEqual(bmcv.convert_to(small, ready, ((scale, -32), (scale, -32), (scale, -32))), 0)
            bmcv.bm_image_to_tensor(ready, slot)
            engine.process(graph, {"in": slot}, {"out": output})
            wanted = np.clip(np.rint(small.asnumpy() * scale - 32), -128, 127)
            self.assertLessEqual(np.abs(output.asnumpy()[0] - wanted).max(), 1)
            count += 1
        self.assertEqual(count, FRAMES)

    def test_a_batch_into_a_float_network(self):
        engine = sail.Engine(os.path.join(TESTING, "add.bmodel"), 0, sail.SYSO)
        handle = engine.get_handle()
        bmcv = sail.Bmcv(handle)
        decoder = sail.Decoder(self.path, True, 0)
        floats = sail.BMImageArray4D(handle, 4, 4, sail.FORMAT_BGR_PLANAR, sail.DATA_TYPE_EXT_FLOAT32)
        batch = sail.BMImageArray4D()
        for i in range(4):
            batch[i] = bmcv.vpp_resize(decoder.read(handle), 4, 4).data()
        self.assertEqual(bmcv.convert_to(batch, floats, ((0.5, 1),) * 3), 0)
        inputs = bmcv.bm_image_to_tensor(floats)
        output = sail.Tensor(handle, [4, 3, 4, 4], sail.BM_FLOAT32, True, True)
        engine.process("add", {"in": inputs}, {"out": output})
        weights = (0.5 * np.arange(48, dtype=np.float32) - 3).reshape(3, 4, 4)
        wanted = np.stack([sail.BMImage(image).asnumpy() for image in batch]) * np.float32(0.5) + 1 + weights
        np.testing.assert_allclose(output.asnumpy(), wanted, rtol=1e-6)


if __name__ == "__main__":
    unittest.main()
