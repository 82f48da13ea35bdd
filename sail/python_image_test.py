"""Images, arrays of images and Bmcv through sophon.sail, against NumPy."""

import gc
import unittest

import numpy as np
import sophon.sail as sail

BYTE, SIGNED, FLOAT = (sail.DATA_TYPE_EXT_1N_BYTE, sail.DATA_TYPE_EXT_1N_BYTE_SIGNED, sail.DATA_TYPE_EXT_FLOAT32)


def noise(*shape, seed=7):
    return np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)


class ImageCase(unittest.TestCase):

    def setUp(self):
        self.handle = sail.Handle(0)
        self.bmcv = sail.Bmcv(self.handle)

    def planar(self, array, image_format=sail.FORMAT_BGR_PLANAR, dtype=BYTE):
        """An image of an array [3, h, w]."""
        return sail.BMImage(self.handle, array, array.shape[1], array.shape[2], image_format, dtype)

    def used(self):
        """Device memory in use, in MB."""
        return sail.get_dev_stat(0)[1]


class ImageTest(ImageCase):

    def test_an_empty_image_says_so(self):
        empty = sail.BMImage()
        self.assertEqual((empty.width(), empty.height(), empty.empty_check(), empty.get_plane_num()), (0, 0, 0, 0))
        self.assertEqual((empty.get_device_id(), empty.check_align(), empty.align()), (-1, -1, -1))
        self.assertFalse(empty.need_to_free())
        for call in (empty.asmat, empty.asnumpy):
            with self.assertRaisesRegex(sail.SailBMImageError, "of no image"):
                call()

    def test_an_image_describes_itself(self):
        image = sail.BMImage(self.handle, 6, 10, sail.FORMAT_RGB_PLANAR, FLOAT)
        self.assertEqual((image.width(), image.height()), (10, 6))
        self.assertEqual((image.format(), image.dtype()), (sail.Format.FORMAT_RGB_PLANAR, FLOAT))
        self.assertEqual((image.get_device_id(), image.empty_check(), image.get_plane_num()), (0, 1, 1))
        self.assertEqual(image.get_handle().get_device_id(), 0)
        self.assertTrue(image.need_to_free())
        self.assertEqual(image.check_contiguous_memory(), 1)
        self.assertEqual(image.get_pts_dts(), [0, 0])
        raw = image.data()
        self.assertEqual((raw.width(), raw.height(), raw.format(), raw.dtype()),
                         (10, 6, sail.FORMAT_RGB_PLANAR, FLOAT))
        self.assertFalse(sail.BMImage(raw).need_to_free())
        with self.assertRaises(TypeError):
            sail.bm_image()
        with self.assertRaisesRegex(sail.SailBMImageError, "10 x 0"):
            sail.BMImage(self.handle, 0, 10, sail.FORMAT_GRAY, BYTE)

    def test_every_kind_of_buffer_makes_an_image(self):
        data = noise(3, 4, 6)
        spread = np.zeros((3, 4, 12), np.uint8)
        spread[..., ::2] = data
        for buffer in (data, data.tobytes(), bytearray(data.tobytes()), memoryview(data), np.asfortranarray(data),
                       spread[..., ::2]):
            image = sail.BMImage(self.handle, buffer, 4, 6, sail.FORMAT_BGR_PLANAR)
            np.testing.assert_array_equal(image.asnumpy(), data)
        shifted = sail.BMImage(self.handle, buffer=b"12345" + data.tobytes(), h=4, w=6, format=sail.FORMAT_BGR_PLANAR,
                               offset=5)
        np.testing.assert_array_equal(shifted.asnumpy(), data)
        strided = sail.BMImage(self.handle, np.pad(data[0], ((0, 0), (0, 58))), 4, 6, sail.FORMAT_GRAY, BYTE, [64])
        self.assertEqual(strided.check_align(), 1)
        for buffer, offset in ((data[:2], 0), (data, 1), (data, -1), (data, 100)):
            with self.assertRaises(sail.SailBMImageError):
                sail.BMImage(self.handle, buffer, 4, 6, sail.FORMAT_BGR_PLANAR, offset=offset)
        with self.assertRaises(TypeError):
            sail.BMImage(self.handle, [1, 2], 1, 2, sail.FORMAT_GRAY)

    def test_arrays_come_back_in_the_shape_of_the_format(self):
        data = noise(5, 8, 6)
        for image_format, shape in ((sail.FORMAT_RGB_PLANAR, (3, 8, 6)), (sail.FORMAT_BGR_PACKED, (8, 6, 3)),
                                    (sail.FORMAT_RGBP_SEPARATE, (3, 8, 6)), (sail.FORMAT_YUV444P, (3, 8, 6)),
                                    (sail.FORMAT_GRAY, (8, 6)), (sail.FORMAT_YUV420P, (72,)),
                                    (sail.FORMAT_NV12, (72,)), (sail.FORMAT_YUV422P, (96,))):
            wanted = data.ravel()[:np.prod(shape)].reshape(shape)
            image = sail.BMImage(self.handle, wanted, 8, 6, image_format)
            got = image.asnumpy()
            np.testing.assert_array_equal(got, wanted)
            got[...] = 0  # a copy
            np.testing.assert_array_equal(image.asnumpy(), wanted)
        floats = np.linspace(-2, 2, 144, dtype=np.float32).reshape(3, 8, 6)
        np.testing.assert_array_equal(self.planar(floats, dtype=FLOAT).asnumpy(), floats)
        signed = data[:3].view(np.int8)
        np.testing.assert_array_equal(self.planar(signed, dtype=SIGNED).asnumpy(), signed)
        with self.assertRaisesRegex(sail.SailBMImageError, "convert_to"):
            self.planar(floats, dtype=FLOAT).asmat()

    def test_mats_become_images(self):
        color = noise(5, 7, 3)
        image = self.bmcv.mat_to_bm_image(color)
        self.assertEqual((image.format(), image.width(), image.height()), (sail.FORMAT_BGR_PACKED, 7, 5))
        np.testing.assert_array_equal(image.asmat(), color)
        gray = self.bmcv.mat_to_bm_image(color[:, ::2, 1])
        self.assertEqual(gray.format(), sail.FORMAT_GRAY)
        np.testing.assert_array_equal(gray.asmat(), color[:, ::2, 1])
        self.assertEqual(self.bmcv.mat_to_bm_image(color[::-1], image), 0)
        np.testing.assert_array_equal(image.asmat(), color[::-1])
        for wrong in (noise(4, 4, 4), noise(4), noise(1, 2, 3, 3)):
            with self.assertRaisesRegex(sail.SailBMImageError, r"\[h, w, 3\]"):
                self.bmcv.mat_to_bm_image(wrong)

    def test_the_raw_image_follows_its_image(self):
        color = noise(5, 7, 3)
        image = self.bmcv.mat_to_bm_image(noise(2, 2, 3))
        raw = image.data()
        self.bmcv.mat_to_bm_image(color, image)
        self.assertEqual((raw.width(), raw.height()), (7, 5))
        np.testing.assert_array_equal(sail.BMImage(raw).asmat(), color)

    def test_parts_keep_their_owner_alive(self):
        data = noise(3, 4, 6)
        raw = self.planar(data).data()  # the image object is gone
        gc.collect()
        np.testing.assert_array_equal(sail.BMImage(raw).asnumpy(), data)
        element = sail.BMImageArray2D(sail.Handle(0), 4, 6, sail.FORMAT_BGR_PLANAR, BYTE)[1]
        gc.collect()
        self.assertEqual(sail.BMImage(element).asnumpy().shape, (3, 4, 6))
        image = sail.Bmcv(sail.Handle(0)).mat_to_bm_image(noise(4, 6, 3))
        gc.collect()
        self.assertEqual(image.asnumpy().shape, (4, 6, 3))


    def test_images_keep_their_device_open(self):
        data = noise(3, 4, 6)

        def maker():
            return sail.Bmcv(sail.Handle(0))

        images, turned = sail.BMImageArray2D(), sail.BMImage()
        self.assertEqual(maker().transpose(sail.BMImage(sail.Handle(0), data, 4, 6, sail.FORMAT_BGR_PLANAR), turned), 0)
        images[1] = sail.BMImage(sail.Handle(0), data, 4, 6, sail.FORMAT_BGR_PLANAR).data()
        gc.collect()
        np.testing.assert_array_equal(turned.asnumpy(), data.transpose(0, 2, 1))
        np.testing.assert_array_equal(sail.BMImage(images[1]).asnumpy(), data)


class ImageArrayTest(ImageCase):
    SIZES = (2, 3, 4, 8, 16, 32, 64, 128, 256)

    def test_every_size_is_filled_and_read(self):
        for count in self.SIZES:
            images = getattr(sail, "BMImageArray{}D".format(count))()
            self.assertEqual((len(images), images.get_device_id(), images.check_need_free()), (count, -1, False))
            last = noise(3, 4, 6, seed=count)
            images[count - 1] = self.planar(last).data()
            self.assertEqual((images.get_device_id(), images.check_need_free()), (0, True))
            self.assertEqual(images.copy_from(0, self.planar(255 - last)), 0)
            np.testing.assert_array_equal(sail.BMImage(images[count - 1]).asnumpy(), last)
            np.testing.assert_array_equal(sail.BMImage(images[0]).asnumpy(), 255 - last)
            self.assertEqual(len(list(images)), count)
            tensor = self.bmcv.bm_image_to_tensor(images)
            self.assertEqual(tensor.shape(), [count, 3, 4, 6])
            np.testing.assert_array_equal(tensor.asnumpy()[count - 1], last)

    def test_what_does_not_fit_is_refused(self):
        images = sail.BMImageArray4D(self.handle, 4, 6, sail.FORMAT_BGR_PLANAR, BYTE)
        good = self.planar(noise(3, 4, 6)).data()
        for place in (-1, 4):
            with self.assertRaisesRegex(IndexError, "image {} of an array of 4".format(place)):
                images[place]
            with self.assertRaises(IndexError):
                images[place] = good
            self.assertNotEqual(images.copy_from(place, sail.BMImage(good)), 0)
        for wrong in (self.planar(noise(3, 6, 4)), self.planar(noise(3, 4, 6), sail.FORMAT_RGB_PLANAR),
                      self.planar(noise(3, 4, 6), dtype=SIGNED)):
            with self.assertRaisesRegex(ValueError, "for an array of 6 x 4"):
                images[0] = wrong.data()
            self.assertNotEqual(images.copy_from(0, wrong), 0)
        with self.assertRaises(ValueError):
            images[0] = sail.BMImage().data()
        with self.assertRaises(TypeError):
            images[0] = sail.BMImage()

    def test_an_attached_image_lives_as_long_as_the_array(self):
        images = sail.BMImageArray2D()
        data = noise(3, 4, 6)
        self.assertEqual(images.attach_from(1, self.planar(data)), 0)
        gc.collect()
        np.testing.assert_array_equal(sail.BMImage(images[1]).asnumpy(), data)
        images.create(self.handle, 2, 2, sail.FORMAT_GRAY, BYTE)
        self.assertEqual((images[1].width(), images[1].format()), (2, sail.FORMAT_GRAY))


class TensorImageTest(ImageCase):

    def test_a_tensor_is_the_memory_of_its_image(self):
        data = noise(3, 4, 6)
        slot = sail.Tensor(self.handle, [1, 3, 4, 6], sail.BM_UINT8, False, False)
        self.bmcv.bm_image_to_tensor(self.planar(data), slot)  # the image object is gone
        gc.collect()
        np.testing.assert_array_equal(slot.asnumpy()[0], data)
        np.testing.assert_array_equal(self.bmcv.bm_image_to_tensor(self.planar(data)).asnumpy()[0], data)
        floats = noise(3, 4, 6).astype(np.float32)
        tensor = self.bmcv.bm_image_to_tensor(self.planar(floats, dtype=FLOAT))
        self.assertEqual(tensor.dtype(), sail.BM_FLOAT32)
        np.testing.assert_array_equal(tensor.asnumpy()[0], floats)
        with self.assertRaises(sail.SailBMImageError):
            self.bmcv.bm_image_to_tensor(sail.BMImage(self.handle, 4, 6, sail.FORMAT_YUV420P, BYTE), slot)

    def test_a_slot_lets_the_images_of_a_loop_go(self):
        slot = sail.Tensor(self.handle, [1, 3, 512, 1024], sail.BM_UINT8, False, False)
        before = self.used()
        for _ in range(16):
            self.bmcv.bm_image_to_tensor(
                sail.BMImage(self.handle, 512, 1024, sail.FORMAT_BGR_PLANAR, BYTE), slot)
        self.assertLessEqual(self.used() - before, 4)

    def test_an_image_is_the_memory_of_its_tensor(self):
        data = noise(1, 3, 4, 6)

        def tensor():
            return sail.Tensor(self.handle, data, False)

        self.assertEqual(self.bmcv.tensor_to_bm_image(tensor()).format(), sail.FORMAT_BGR_PLANAR)
        image = self.bmcv.tensor_to_bm_image(tensor(), bgr2rgb=True)
        gc.collect()
        self.assertEqual(image.format(), sail.FORMAT_RGB_PLANAR)
        np.testing.assert_array_equal(image.asnumpy(), data[0])
        self.bmcv.tensor_to_bm_image(tensor(), image, sail.FORMAT_BGR_PLANAR)
        gc.collect()
        np.testing.assert_array_equal(image.asnumpy(), data[0])
        packed = self.bmcv.tensor_to_bm_image(sail.Tensor(self.handle, noise(1, 4, 6, 3), False), True, "nhwc")
        self.assertEqual((packed.format(), packed.width()), (sail.FORMAT_RGB_PACKED, 6))
        with self.assertRaisesRegex(sail.SailBMImageError, "nchw"):
            self.bmcv.tensor_to_bm_image(tensor(), layout="hwc")
        images = sail.BMImageArray2D()
        pair = noise(2, 3, 4, 6)
        self.bmcv.tensor_to_bm_image(sail.Tensor(self.handle, pair, False), images)
        gc.collect()
        np.testing.assert_array_equal(sail.BMImage(images[1]).asnumpy(), pair[1])

    def test_types_correspond(self):
        for image_type, tensor_type in ((FLOAT, sail.BM_FLOAT32), (BYTE, sail.BM_UINT8), (SIGNED, sail.BM_INT8)):
            self.assertEqual(self.bmcv.get_bm_data_type(image_type), tensor_type)
            self.assertEqual(self.bmcv.get_bm_image_data_format(tensor_type), image_type)
        with self.assertRaisesRegex(sail.SailBMImageError, "6"):
            self.bmcv.get_bm_image_data_format(sail.BM_INT32)


class OperationTest(ImageCase):

    def test_transpose(self):
        data = noise(3, 6, 10)
        turned = self.bmcv.transpose(self.planar(data))
        np.testing.assert_array_equal(turned.asnumpy(), data.transpose(0, 2, 1))
        again = sail.BMImage()
        self.assertEqual(self.bmcv.transpose(turned, again), 0)
        np.testing.assert_array_equal(again.asnumpy(), data)

    def test_weighted_sum(self):
        first, second = noise(3, 6, 10), noise(3, 6, 10, seed=8)
        total = self.bmcv.image_add_weighted(self.planar(first), 0.5, self.planar(second), 0.25, 3)
        wanted = np.clip(np.floor(first * 0.5 + second * 0.25 + 3 + 0.5), 0, 255)
        self.assertLessEqual(np.abs(total.asnumpy() - wanted).max(), 1)

    def test_nms_keeps_the_best_of_boxes_that_overlap(self):
        boxes = np.array([[0, 0, 10, 10, 0.5], [1, 1, 11, 11, 0.9], [20, 20, 30, 30, 0.7]])
        kept = self.bmcv.nms(boxes, 0.5)
        np.testing.assert_array_equal(kept, boxes[[1, 2]].astype(np.float32))
        self.assertEqual(self.bmcv.nms(np.zeros((0, 5), np.float32), 0.5).shape, (0, 5))
        for wrong in (np.zeros((2, 4)), np.zeros(5), np.zeros((40001, 5))):
            with self.assertRaisesRegex(sail.SailBMImageError, r"\[n, 5\]"):
                self.bmcv.nms(wrong, 0.5)


if __name__ == "__main__":
    unittest.main()
