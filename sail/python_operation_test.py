"""Bmcv's operations through sophon.sail, against what NumPy makes of the same arrays."""

import os
import threading
import unittest

import numpy as np
import sophon.sail as sail

BYTE, SIGNED, FLOAT = (sail.DATA_TYPE_EXT_1N_BYTE, sail.DATA_TYPE_EXT_1N_BYTE_SIGNED, sail.DATA_TYPE_EXT_FLOAT32)


def noise(*shape, seed=7):
    return np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)


class OperationCase(unittest.TestCase):

    def setUp(self):
        self.handle = sail.Handle(0)
        self.bmcv = sail.Bmcv(self.handle)

    def image(self, array, image_format=sail.FORMAT_BGR_PLANAR):
        """An image of an array [3, h, w] or [h, w]."""
        return sail.BMImage(self.handle, array, array.shape[-2], array.shape[-1], image_format)

    def arrays(self, first, second):
        images = sail.BMImageArray2D()
        images[0] = self.image(first).data()
        images[1] = self.image(second).data()
        return images

    def assert_close(self, got, wanted, tolerance):
        self.assertEqual(got.shape, wanted.shape)
        self.assertLessEqual(np.abs(got.astype(float) - wanted).max(), tolerance)

    def assert_resized(self, got, source):
        """Every pixel lies between the source pixels around its place, by one level."""
        rows = np.arange(got.shape[1]) * source.shape[1] // got.shape[1]
        columns = np.arange(got.shape[2]) * source.shape[2] // got.shape[2]
        padded = np.pad(source, ((0, 0), (2, 2), (2, 2)), mode="edge")
        windows = np.lib.stride_tricks.sliding_window_view(padded, (5, 5), (1, 2))[:, rows][:, :, columns]
        self.assertTrue((got >= windows.min((3, 4)).astype(int) - 1).all())
        self.assertTrue((got <= windows.max((3, 4)).astype(int) + 1).all())


class SizeTest(OperationCase):

    def smooth(self, height=48, width=64):
        y, x = np.mgrid[:height, :width]
        return np.stack([y * 4, x * 3, y + x + 20]).astype(np.uint8)

    def test_resizes(self):
        data = self.smooth()
        for resize in (self.bmcv.resize, self.bmcv.vpp_resize):
            for size in ((32, 24), (100, 70)):
                for algorithm in (sail.BMCV_INTER_NEAREST, sail.BMCV_INTER_LINEAR):
                    small = resize(self.image(data), *size, algorithm)
                    self.assertEqual((small.width(), small.height(), small.format()), size + (sail.FORMAT_BGR_PLANAR,))
                    self.assert_resized(small.asnumpy(), data)
        output = sail.BMImage(self.handle, 5, 5, sail.FORMAT_RGB_PLANAR, BYTE)
        self.assertEqual(self.bmcv.vpp_resize(self.image(data), output, 32, 24), 0)
        self.assertEqual((output.width(), output.format()), (32, sail.FORMAT_RGB_PLANAR))
        self.assert_resized(output.asnumpy()[::-1], data)

    def test_crops(self):
        data = noise(3, 48, 64)
        image = self.image(data)
        wanted = data[:, 4:24, 6:38]
        for crop in (self.bmcv.crop, self.bmcv.vpp_crop):
            np.testing.assert_array_equal(crop(image, 6, 4, 32, 20).asnumpy(), wanted)
        first, second = self.bmcv.crop(image, [[6, 4, 32, 20], (0, 0, 16, 16)])
        np.testing.assert_array_equal(first.asnumpy(), wanted)
        np.testing.assert_array_equal(second.asnumpy(), data[:, :16, :16])
        smooth = self.smooth()
        for crop in (self.bmcv.crop_and_resize, self.bmcv.vpp_crop_and_resize):
            self.assert_resized(crop(self.image(smooth), 6, 4, 32, 20, 64, 40).asnumpy(), smooth[:, 4:24, 6:38])
        with self.assertRaises(sail.SailBMImageError):
            self.bmcv.crop(image, 60, 40, 32, 20)
        with self.assertRaisesRegex(sail.SailBMImageError, r"\[x, y, w, h\]"):
            self.bmcv.crop(image, [[1, 2, 3]])

    def test_paddings(self):
        data = self.smooth()
        padding = sail.PaddingAtrr(8, 4, 32, 24, 1, 2, 3)
        padding.set_r(114)
        for make in (lambda: self.bmcv.vpp_resize_padding(self.image(data), 64, 32, padding),
                     lambda: self.bmcv.vpp_crop_and_resize_padding(self.image(data), 0, 0, 64, 48, 64, 32, padding),
                     lambda: self.bmcv.crop_and_resize_padding(self.image(data), 0, 0, 64, 48, 64, 32, padding)):
            got = make().asnumpy()
            self.assert_resized(got[:, 4:28, 8:40], data)
            outside = got.copy()
            outside[:, 4:28, 8:40] = np.reshape((3, 2, 114), (3, 1, 1))
            np.testing.assert_array_equal(outside, np.broadcast_to(np.reshape((3, 2, 114), (3, 1, 1)), (3, 32, 64)))

    def test_arrays_give_what_images_give(self):
        first, second = self.smooth(), self.smooth()[:, ::-1]
        images = self.arrays(first, second)
        padding = sail.PaddingAtrr(8, 4, 32, 24, 1, 2, 3)
        for name, arguments in (("resize", (32, 24)), ("vpp_resize", (32, 24)), ("crop", (6, 4, 32, 20)),
                                ("vpp_crop", (6, 4, 32, 20)), ("crop_and_resize", (6, 4, 32, 20, 64, 40)),
                                ("vpp_crop_and_resize", (6, 4, 32, 20, 64, 40)),
                                ("vpp_resize_padding", (64, 32, padding)),
                                ("vpp_crop_and_resize_padding", (0, 0, 64, 48, 64, 32, padding))):
            operation = getattr(self.bmcv, name)
            results = operation(images, *arguments)
            self.assertIsInstance(results, sail.BMImageArray2D)
            for result, source in zip(results, (first, second)):
                np.testing.assert_array_equal(sail.BMImage(result).asnumpy(),
                                              operation(self.image(source), *arguments).asnumpy(), name)
        output = sail.BMImageArray2D()
        self.assertEqual(self.bmcv.vpp_resize(images, output, 32, 24), 0)
        self.assertEqual(output[1].width(), 32)

    def test_warps(self):
        data = noise(3, 48, 64)
        shift = ((1, 0, 3), (0, 1, 2))
        moved = data[:, np.minimum(np.arange(48) + 2, 47)][:, :, np.minimum(np.arange(64) + 3, 63)]
        np.testing.assert_array_equal(self.bmcv.warp(self.image(data), shift).asnumpy(), moved)
        output = sail.BMImage()
        self.assertEqual(self.bmcv.warp(self.image(data), output, np.array(shift, np.float32)), 0)
        np.testing.assert_array_equal(output.asnumpy(), moved)
        results = self.bmcv.warp(self.arrays(data, 255 - data), [shift, [[1, 0, 0], [0, 1, 0]]])
        np.testing.assert_array_equal(sail.BMImage(results[0]).asnumpy(), moved)
        np.testing.assert_array_equal(sail.BMImage(results[1]).asnumpy(), 255 - data)
        part = self.bmcv.warp_perspective(self.image(data), ((5, 3), (36, 3), (5, 22), (36, 22)), 32, 20)
        self.assert_close(part.asnumpy(), data[:, 3:23, 5:37], 1)


class ValueTest(OperationCase):

    def test_convert_to(self):
        data = noise(3, 6, 10)
        scales = ((0.5, -10), (1.25, 3), (2, 0))
        wanted = np.stack([plane * np.float32(a) + np.float32(b) for plane, (a, b) in zip(data, scales)])
        for alpha_beta in (scales, [list(pair) for pair in scales], np.array(scales)):
            floats = sail.BMImage(self.handle, 6, 10, sail.FORMAT_BGR_PLANAR, FLOAT)
            self.assertEqual(self.bmcv.convert_to(self.image(data), floats, alpha_beta), 0)
            np.testing.assert_allclose(floats.asnumpy(), wanted, rtol=1e-6)
        signed = sail.BMImage(self.handle, 6, 10, sail.FORMAT_BGR_PLANAR, SIGNED)
        self.assertEqual(self.bmcv.convert_to(self.image(data), signed, scales), 0)
        self.assert_close(signed.asnumpy(), np.clip(np.rint(wanted), -128, 127), 1)
        same = self.bmcv.convert_to(self.image(data), ((1, 0),) * 3)
        np.testing.assert_array_equal(same.asnumpy(), data)
        results = self.bmcv.convert_to(self.arrays(data, 255 - data), ((1, 0),) * 3)
        np.testing.assert_array_equal(sail.BMImage(results[1]).asnumpy(), 255 - data)
        for wrong in (((1, 0), (1, 0)), (1, 0, 1), None):
            with self.assertRaises(TypeError):
                self.bmcv.convert_to(self.image(data), wrong)

    def test_formats(self):
        data = noise(3, 6, 10)
        self.assertEqual(self.bmcv.convert_format(self.image(data)).format(), sail.FORMAT_BGR_PLANAR)
        for convert in (self.bmcv.convert_format, self.bmcv.vpp_convert_format):
            packed = convert(self.image(data), sail.FORMAT_RGB_PACKED)
            np.testing.assert_array_equal(packed.asnumpy(), data[::-1].transpose(1, 2, 0))
            output = sail.BMImage(self.handle, 6, 10, sail.FORMAT_RGB_PLANAR, BYTE)
            self.assertEqual(convert(self.image(data), output), 0)
            np.testing.assert_array_equal(output.asnumpy(), data[::-1])
        np.testing.assert_array_equal(self.image(data).asmat(), data.transpose(1, 2, 0))
        np.testing.assert_array_equal(self.image(data, sail.FORMAT_RGB_PLANAR).asmat(), data[::-1].transpose(1, 2, 0))

    def test_grey_yuv_becomes_grey(self):
        luma = np.tile(np.arange(16, 236, 22, dtype=np.uint8), (6, 1))
        yuv = np.concatenate([luma.ravel(), np.full(30, 128, np.uint8)])
        image = sail.BMImage(self.handle, yuv, 6, 10, sail.FORMAT_YUV420P)
        wanted = np.broadcast_to((luma - 16.0) * 255 / 219, (3, 6, 10))
        self.assert_close(self.bmcv.yuv2bgr(image).asnumpy(), wanted, 2)
        self.assert_close(image.asmat(), wanted.transpose(1, 2, 0), 2)

    def test_copies(self):
        small, large = noise(3, 4, 6), noise(3, 10, 12, seed=8)
        output = self.image(large)
        self.assertEqual(self.bmcv.image_copy_to(self.image(small), output, 5, 3), 0)
        wanted = large.copy()
        wanted[:, 3:7, 5:11] = small
        np.testing.assert_array_equal(output.asnumpy(), wanted)
        self.assertEqual(self.bmcv.image_copy_to_padding(self.image(small), output, 1, 2, 3, start_x=5), 0)
        wanted[:] = np.reshape((3, 2, 1), (3, 1, 1))
        wanted[:, :4, 5:11] = small
        np.testing.assert_array_equal(output.asnumpy(), wanted)
        self.assertNotEqual(self.bmcv.image_copy_to(self.image(small), output, 7, 0), 0)
        pair = self.arrays(large, large)
        self.assertEqual(self.bmcv.image_copy_to(self.arrays(small, small), pair, 5, 0), 0)
        np.testing.assert_array_equal(sail.BMImage(pair[1]).asnumpy()[:, :4, 5:11], small)

    def test_align_keeps_the_picture(self):
        data = noise(3, 6, 10)
        image = self.image(data)
        self.assertEqual((image.check_align(), image.align(), image.check_align()), (0, 0, 1))
        np.testing.assert_array_equal(image.asnumpy(), data)
        with self.assertRaisesRegex(sail.SailBMImageError, "unalign"):
            self.bmcv.bm_image_to_tensor(image)
        self.assertEqual((image.unalign(), image.check_align()), (0, 0))
        np.testing.assert_array_equal(self.bmcv.bm_image_to_tensor(image).asnumpy()[0], data)

    def test_threads_share_a_bmcv(self):
        wrong = []

        def run(seed):
            mine = noise(3, 48, 64, seed=seed)
            for _ in range(5):
                got = self.bmcv.crop(self.image(mine), 6, 4, 32, 20).asnumpy()
                if not np.array_equal(got, mine[:, 4:24, 6:38]):
                    wrong.append(seed)

        threads = [threading.Thread(target=run, args=(seed,)) for seed in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(wrong, [])


class DrawingTest(OperationCase):

    def test_rectangles(self):
        data = noise(3, 20, 30)
        for color in ((10, 20, 30), [10, 20, 30], np.array([10, 20, 30])):
            image = self.image(data)
            self.assertEqual(self.bmcv.rectangle(image, 4, 6, 12, 8, color), 0)
            got, wanted = image.asnumpy(), data.copy()
            wanted[:, 6:14, 4:16] = np.reshape((10, 20, 30), (3, 1, 1))
            wanted[:, 7:13, 5:15] = data[:, 7:13, 5:15]
            np.testing.assert_array_equal(got, wanted)
        filled = self.image(data)
        self.assertEqual(self.bmcv.fillRectangle(filled.data(), 4, 6, 12, 8, (10, 20, 30)), 0)
        wanted = data.copy()
        wanted[:, 6:14, 4:16] = np.reshape((10, 20, 30), (3, 1, 1))
        np.testing.assert_array_equal(filled.asnumpy(), wanted)
        element = self.arrays(data, data)
        self.assertEqual(self.bmcv.rectangle_(element[1], 4, 6, 12, 8, (10, 20, 30), 2), 0)
        self.assertEqual(sail.BMImage(element[1]).asnumpy()[:, 7, 5].tolist(), [10, 20, 30])

    def test_marks_change_pixels_where_they_are(self):
        blank = np.zeros((64, 96), np.uint8)
        for draw, rows, columns in (
            (lambda image: self.bmcv.putText(image, "Hi", 20, 40, (255, 255, 255), 1.0, 2), (10, 48), (15, 80)),
            (lambda image: self.bmcv.putText_(image.data(), "Hi", 20, 40, [255, 255, 255], 1.0), (10, 48), (15, 80)),
            (lambda image: self.bmcv.drawLines(image, [(10, 20)], [(50, 20)], 1, (255, 255, 255), 2),
             (16, 24), (8, 53)),
            (lambda image: self.bmcv.drawPoint(image, (30, 30), (255, 255, 255), 3), (24, 37), (24, 37)),
            (lambda image: self.bmcv.polylines(image, [[(10, 20), (50, 20)]], False, (255, 255, 255)),
             (16, 24), (8, 53))):
            image = self.image(blank, sail.FORMAT_GRAY)
            self.assertEqual(draw(image), 0)
            drawn = image.asnumpy()
            inside = drawn[slice(*rows), slice(*columns)]
            self.assertGreaterEqual(np.count_nonzero(inside), 6)
            self.assertEqual(np.count_nonzero(inside), np.count_nonzero(drawn))
        outside = self.image(blank, sail.FORMAT_GRAY)
        self.assertNotEqual(self.bmcv.drawPoint(outside, (96, 10), (255, 255, 255), 3), 0)


class FileTest(OperationCase):

    def test_pictures_come_back_from_files_and_memory(self):
        y, x = np.mgrid[:48, :64]
        data = np.stack([y * 4, x * 3, y + x + 20], -1).astype(np.uint8)
        image = self.bmcv.mat_to_bm_image(data)
        for ext in (".bmp", ".png"):
            path = os.path.join(os.environ["TEST_TMPDIR"], "picture" + ext)
            self.assertEqual(self.bmcv.imwrite(path, image), 0)
            np.testing.assert_array_equal(self.bmcv.imread(path).asmat(), data)
            encoded = self.bmcv.imencode(ext, image)
            self.assertEqual((encoded.dtype, encoded.ndim), (np.uint8, 1))
            np.testing.assert_array_equal(self.bmcv.imdecode(encoded.tobytes()).asmat(), data)
            np.testing.assert_array_equal(sail.Encoder().pic_encode(ext, image), encoded)

    def test_a_jpeg_file_has_the_picture_in_full_range(self):
        y, x = np.mgrid[:48, :64]
        data = np.stack([y * 4, x * 3, y + x + 20], -1).astype(np.uint8)
        image = self.bmcv.mat_to_bm_image(data)
        path = os.path.join(os.environ["TEST_TMPDIR"], "picture.jpg")
        self.assertEqual(self.bmcv.imwrite(path, image), 0)
        read = self.bmcv.imread(path)
        self.assertEqual(read.format(), sail.FORMAT_YUV420P)
        luma = read.asnumpy()[:48 * 64].reshape(48, 64)
        self.assert_close(luma, data @ (0.114, 0.587, 0.299), 6)
        sizes = []
        for quality in (20, 95):
            self.assertEqual(self.bmcv.imwrite(path, image, [1, quality]), 0)
            sizes.append(os.path.getsize(path))
        self.assertLess(*sizes)

    def test_what_cannot_be_written_or_read(self):
        image = self.bmcv.mat_to_bm_image(noise(8, 8, 3))
        self.assertNotEqual(self.bmcv.imwrite("/no/such/folder/x.jpg", image), 0)
        self.assertNotEqual(self.bmcv.imwrite("x.tiff", image), 0)
        for call in (lambda: self.bmcv.imread("/no/such.jpg"), lambda: self.bmcv.imdecode(b"no picture"),
                     lambda: self.bmcv.imencode(".tiff", image), lambda: sail.Encoder().pic_encode(".tiff", image)):
            with self.assertRaises(sail.SailBaseError):
                call()


if __name__ == "__main__":
    unittest.main()
