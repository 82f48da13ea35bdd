"""The test networks: well-known architectures, written down from their papers, at any width and input size."""

import math

from caffe_model import Net
from weights import uniform


class Builder:
    """Builds a Net layer by layer, follows the shapes, fills blobs from the generator and remembers how."""

    def __init__(self, name, shape, width=1.0):
        self.net = Net(name)
        self.width = width
        self.shapes = {}
        self.blobs = []  # (layer, blob, shape, low, high)
        self.net.input("data", shape)
        self.shapes["data"] = list(shape)
        self.top = "data"

    def channels(self, count):
        """A channel count at this width, a multiple of 4."""
        return max(4, int(round(count * self.width / 4)) * 4)

    def add(self, name, kind, bottoms, shape, parameters="", blobs=(), top=None):
        """A layer with one top; blobs are (shape, low, high)."""
        arrays = []
        for index, (blob_shape, low, high) in enumerate(blobs):
            self.blobs.append((name, index, blob_shape, low, high))
            arrays.append(uniform(name, index, blob_shape, low, high))
        self.top = top or name
        self.net.layer(name, kind, bottoms, [self.top], parameters, arrays)
        self.shapes[self.top] = shape
        return self.top

    def conv(self, name, outputs, kernel, stride=1, pad=None, group=1, dilation=1, bias=True, bottom=None, kind="Convolution",
             relu=True, norm=False, pads=None):
        bottom = bottom or self.top
        n, c, h, w = self.shapes[bottom]
        kh, kw = kernel if isinstance(kernel, tuple) else (kernel, kernel)
        pad = dilation * (kh - 1) // 2 if pad is None else pad
        extent = lambda x, k: (x + 2 * pad - (dilation * (k - 1) + 1)) // stride + 1
        bound = math.sqrt(6 / (c // group * kh * kw))
        blobs = [((outputs, c // group, kh, kw), -bound, bound)] + ([((outputs,), -0.1, 0.1)] if bias else [])
        parameters = (f"convolution_param {{ num_output: {outputs} kernel_h: {kh} kernel_w: {kw} stride: {stride} pad: {pad} "
                      f"group: {group} dilation: {dilation} bias_term: {'true' if bias else 'false'} }}")
        self.add(name, kind, [bottom], [n, outputs, extent(h, kh), extent(w, kw)], parameters, blobs)
        if norm:
            self.norm(name, (0.7, 1.3) if relu else (0.2, 0.4))
        if relu:
            self.relu()
        return self.top

    def norm(self, name, scale):
        """BatchNorm and Scale in place; branches that are summed get small scales, so that sums stay of their size."""
        top, c = self.top, self.shapes[self.top][1]
        self.add(name + "/bn", "BatchNorm", [top], self.shapes[top], "batch_norm_param { eps: 1e-5 }",
                 [((c,), -0.2, 0.2), ((c,), 0.5, 1.5), ((1,), 1.0, 1.0)], top)
        self.add(name + "/scale", "Scale", [top], self.shapes[top], "scale_param { bias_term: true }",
                 [((c,), *scale), ((c,), -0.1, 0.1)], top)

    def relu(self):
        return self.add(self.top + "/relu", "ReLU", [self.top], self.shapes[self.top], top=self.top)

    def prelu(self):
        c = self.shapes[self.top][1]
        return self.add(self.top + "/prelu", "PReLU", [self.top], self.shapes[self.top], "", [((c,), 0.1, 0.4)], self.top)

    def pool(self, name, kind, kernel=0, stride=1, pad=0, bottom=None):
        bottom = bottom or self.top
        n, c, h, w = self.shapes[bottom]
        if kernel == 0:
            return self.add(name, "Pooling", [bottom], [n, c, 1, 1], f"pooling_param {{ pool: {kind} global_pooling: true }}")

        def extent(x):
            out = -(-(x + 2 * pad - kernel) // stride) + 1
            return out - 1 if pad and (out - 1) * stride >= x + pad else out

        return self.add(name, "Pooling", [bottom], [n, c, extent(h), extent(w)],
                        f"pooling_param {{ pool: {kind} kernel_size: {kernel} stride: {stride} pad: {pad} }}")

    def deconv(self, name, outputs, kernel, stride=1, pad=0, group=1, bias=False, bottom=None):
        bottom = bottom or self.top
        n, c, h, w = self.shapes[bottom]
        extent = lambda x: stride * (x - 1) + kernel - 2 * pad
        bound = math.sqrt(6 / (c // group * max(1, kernel // stride) ** 2))
        blobs = [((c, outputs // group, kernel, kernel), -bound, bound)] + ([((outputs,), -0.1, 0.1)] if bias else [])
        parameters = (f"convolution_param {{ num_output: {outputs} kernel_size: {kernel} stride: {stride} pad: {pad} "
                      f"group: {group} bias_term: {'true' if bias else 'false'} }}")
        return self.add(name, "Deconvolution", [bottom], [n, outputs, extent(h), extent(w)], parameters, blobs)

    def crop(self, name, bottom, like, offset):
        n, c, h, w = self.shapes[bottom]
        return self.add(name, "Crop", [bottom, like], [n, c, *self.shapes[like][2:]],
                        f"crop_param {{ axis: 2 offset: {offset} }}")

    def fc(self, name, outputs, relu=False, bottom=None):
        bottom = bottom or self.top
        shape = self.shapes[bottom]
        depth = math.prod(shape[1:])
        bound = math.sqrt(3 / depth)
        self.add(name, "InnerProduct", [bottom], [shape[0], outputs], f"inner_product_param {{ num_output: {outputs} }}",
                 [((outputs, depth), -bound, bound), ((outputs,), -0.1, 0.1)])
        return self.relu() if relu else self.top

    def lrn(self, name):
        return self.add(name, "LRN", [self.top], self.shapes[self.top], "lrn_param { local_size: 5 alpha: 1e-4 beta: 0.75 }")

    def softmax(self, name="prob", axis=1):
        return self.add(name, "Softmax", [self.top], self.shapes[self.top], f"softmax_param {{ axis: {axis} }}")

    def concat(self, name, bottoms, axis=1):
        shape = list(self.shapes[bottoms[0]])
        shape[axis] = sum(self.shapes[b][axis] for b in bottoms)
        return self.add(name, "Concat", bottoms, shape, f"concat_param {{ axis: {axis} }}")

    def sum(self, name, bottoms):
        return self.add(name, "Eltwise", bottoms, self.shapes[bottoms[0]], "eltwise_param { operation: SUM }")


def lenet(width, size):
    b = Builder("lenet", [1, 1, size or 28, size or 28], width)
    b.conv("conv1", b.channels(20), 5, pad=0, relu=False)
    b.pool("pool1", "MAX", 2, 2)
    b.conv("conv2", b.channels(50), 5, pad=0, relu=False)
    b.pool("pool2", "MAX", 2, 2)
    b.fc("ip1", b.channels(500), relu=True)
    b.fc("ip2", 10)
    b.softmax()
    return b


def alexnet(width, size):
    b = Builder("alexnet", [1, 3, size or 227, size or 227], width)
    b.conv("conv1", b.channels(96), 11, 4, pad=0)
    b.lrn("norm1")
    b.pool("pool1", "MAX", 3, 2)
    b.conv("conv2", b.channels(256), 5, group=2)
    b.lrn("norm2")
    b.pool("pool2", "MAX", 3, 2)
    b.conv("conv3", b.channels(384), 3)
    b.conv("conv4", b.channels(384), 3, group=2)
    b.conv("conv5", b.channels(256), 3, group=2)
    b.pool("pool5", "MAX", 3, 2)
    b.fc("fc6", b.channels(4096), relu=True)
    b.fc("fc7", b.channels(4096), relu=True)
    b.fc("fc8", 1000)
    b.softmax()
    return b


def squeezenet(width, size):
    b = Builder("squeezenet", [1, 3, size or 227, size or 227], width)
    b.conv("conv1", b.channels(64), 3, 2, pad=0)
    b.pool("pool1", "MAX", 3, 2)
    for index, (squeeze, expand) in enumerate(((16, 64), (16, 64), (32, 128), (32, 128), (48, 192), (48, 192), (64, 256), (64, 256))):
        name = f"fire{index + 2}"
        top = b.conv(name + "/squeeze", b.channels(squeeze), 1)
        one = b.conv(name + "/expand1x1", b.channels(expand), 1, bottom=top)
        three = b.conv(name + "/expand3x3", b.channels(expand), 3, bottom=top)
        b.concat(name + "/concat", [one, three])
        if index in (1, 3):
            b.pool(f"pool{index + 2}", "MAX", 3, 2)
    b.conv("conv10", 1000, 1)
    b.pool("pool10", "AVE")
    b.softmax()
    return b


def googlenet(width, size):
    b = Builder("googlenet", [1, 3, size or 224, size or 224], width)
    b.conv("conv1", b.channels(64), 7, 2)
    b.pool("pool1", "MAX", 3, 2)
    b.lrn("norm1")
    b.conv("conv2/reduce", b.channels(64), 1)
    b.conv("conv2", b.channels(192), 3)
    b.lrn("norm2")
    b.pool("pool2", "MAX", 3, 2)
    table = (("3a", 64, 96, 128, 16, 32, 32), ("3b", 128, 128, 192, 32, 96, 64), ("4a", 192, 96, 208, 16, 48, 64),
             ("4b", 160, 112, 224, 24, 64, 64), ("4c", 128, 128, 256, 24, 64, 64), ("4d", 112, 144, 288, 32, 64, 64),
             ("4e", 256, 160, 320, 32, 128, 128), ("5a", 256, 160, 320, 32, 128, 128), ("5b", 384, 192, 384, 48, 128, 128))
    for name, one, reduce3, three, reduce5, five, proj in table:
        if name in ("4a", "5a"):
            b.pool("pool" + name, "MAX", 3, 2)
        bottom = b.top
        tops = [b.conv(name + "/1x1", b.channels(one), 1, bottom=bottom)]
        b.conv(name + "/3x3_reduce", b.channels(reduce3), 1, bottom=bottom)
        tops.append(b.conv(name + "/3x3", b.channels(three), 3))
        b.conv(name + "/5x5_reduce", b.channels(reduce5), 1, bottom=bottom)
        tops.append(b.conv(name + "/5x5", b.channels(five), 5))
        b.pool(name + "/pool", "MAX", 3, 1, 1, bottom=bottom)
        tops.append(b.conv(name + "/proj", b.channels(proj), 1))
        b.concat(name + "/concat", tops)
    b.pool("pool5", "AVE")
    b.fc("classifier", 1000)
    b.softmax()
    return b


def vgg16(width, size):
    b = Builder("vgg16", [1, 3, size or 224, size or 224], width)
    for block, (count, outputs) in enumerate(((2, 64), (2, 128), (3, 256), (3, 512), (3, 512))):
        for layer in range(count):
            b.conv(f"conv{block + 1}_{layer + 1}", b.channels(outputs), 3)
        b.pool(f"pool{block + 1}", "MAX", 2, 2)
    b.fc("fc6", b.channels(4096), relu=True)
    b.fc("fc7", b.channels(4096), relu=True)
    b.fc("fc8", 1000)
    b.softmax()
    return b


def resnet50(width, size):
    b = Builder("resnet50", [1, 3, size or 224, size or 224], width)
    b.conv("conv1", b.channels(64), 7, 2, bias=False, norm=True)
    b.pool("pool1", "MAX", 3, 2)
    for stage, (count, inner) in enumerate(((3, 64), (4, 128), (6, 256), (3, 512))):
        for block in range(count):
            name, bottom = f"res{stage + 2}{'abcdef'[block]}", b.top
            stride = 2 if stage > 0 and block == 0 else 1
            outputs = 4 * b.channels(inner)
            short = bottom
            if block == 0:
                short = b.conv(name + "/short", outputs, 1, stride, bias=False, norm=True, relu=False, bottom=bottom)
            b.conv(name + "/a", b.channels(inner), 1, stride, bias=False, norm=True, bottom=bottom)
            b.conv(name + "/b", b.channels(inner), 3, bias=False, norm=True)
            b.conv(name + "/c", outputs, 1, bias=False, norm=True, relu=False)
            b.sum(name, [short, b.top])
            b.relu()
    b.pool("pool5", "AVE")
    b.fc("fc1000", 1000)
    b.softmax()
    return b


def mobilenet_v1(width, size):
    b = Builder("mobilenet_v1", [1, 3, size or 224, size or 224], width)
    b.conv("conv1", b.channels(32), 3, 2, bias=False, norm=True)
    for index, (outputs, stride) in enumerate(((64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), (512, 1), (512, 1),
                                               (512, 1), (512, 1), (512, 1), (1024, 2), (1024, 1))):
        c = b.shapes[b.top][1]
        b.conv(f"conv{index + 2}/dw", c, 3, stride, group=c, bias=False, norm=True)
        b.conv(f"conv{index + 2}/sep", b.channels(outputs), 1, bias=False, norm=True)
    b.pool("pool", "AVE")
    b.conv("fc", 1000, 1, relu=False)
    b.softmax()
    return b


def mobilenet_v2(width, size):
    b = Builder("mobilenet_v2", [1, 3, size or 224, size or 224], width)
    b.conv("conv1", b.channels(32), 3, 2, bias=False, norm=True)
    index = 0
    for expand, outputs, count, stride in ((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1),
                                           (6, 160, 3, 2), (6, 320, 1, 1)):
        for repeat in range(count):
            index += 1
            name, bottom = f"block{index}", b.top
            c = b.shapes[bottom][1]
            inner = c * expand
            if expand > 1:
                b.conv(name + "/expand", inner, 1, bias=False, norm=True)
            b.conv(name + "/dw", inner, 3, stride if repeat == 0 else 1, group=inner, bias=False, norm=True)
            b.conv(name + "/project", b.channels(outputs), 1, bias=False, norm=True, relu=False)
            if repeat > 0:
                b.sum(name, [bottom, b.top])
    b.conv("conv_last", b.channels(1280), 1, bias=False, norm=True)
    b.pool("pool", "AVE")
    b.conv("fc", 1000, 1, relu=False)
    b.softmax()
    return b


def mtcnn_p(width, size):
    b = Builder("mtcnn_p", [1, 3, size or 60, size or 60], width)
    for name, outputs in (("conv1", 10), ("conv2", 16), ("conv3", 32)):
        b.conv(name, outputs, 3, pad=0, relu=False)
        b.prelu()
        if name == "conv1":
            b.pool("pool1", "MAX", 2, 2)
    bottom = b.top
    b.conv("box", 4, 1, relu=False, bottom=bottom)
    b.conv("score", 2, 1, relu=False, bottom=bottom)
    b.softmax()
    return b


def _mtcnn_tail(b, depth, landmarks):
    b.fc("fc", depth)
    b.prelu()
    bottom = b.top
    b.fc("box", 4, bottom=bottom)
    if landmarks:
        b.fc("landmarks", 10, bottom=bottom)
    b.fc("score", 2, bottom=bottom)
    b.softmax()
    return b


def mtcnn_r(width, size):
    b = Builder("mtcnn_r", [2, 3, 24, 24], width)
    b.conv("conv1", 28, 3, pad=0, relu=False)
    b.prelu()
    b.pool("pool1", "MAX", 3, 2)
    b.conv("conv2", 48, 3, pad=0, relu=False)
    b.prelu()
    b.pool("pool2", "MAX", 3, 2)
    b.conv("conv3", 64, 2, pad=0, relu=False)
    b.prelu()
    return _mtcnn_tail(b, 128, False)


def mtcnn_o(width, size):
    b = Builder("mtcnn_o", [2, 3, 48, 48], width)
    for name, outputs, kernel, pool in (("conv1", 32, 3, 3), ("conv2", 64, 3, 3), ("conv3", 64, 3, 2), ("conv4", 128, 2, 0)):
        b.conv(name, outputs, kernel, pad=0, relu=False)
        b.prelu()
        if pool:
            b.pool("pool_" + name, "MAX", pool, 2)
    return _mtcnn_tail(b, 256, True)


def unet(width, size):
    b = Builder("unet", [1, 3, size or 256, size or 256], width)
    skips = []
    for level, outputs in enumerate((64, 128, 256, 512)):
        b.conv(f"down{level}_a", b.channels(outputs), 3)
        skips.append(b.conv(f"down{level}_b", b.channels(outputs), 3))
        b.pool(f"pool{level}", "MAX", 2, 2)
    b.conv("bottom_a", b.channels(1024), 3)
    b.conv("bottom_b", b.channels(1024), 3)
    for level, outputs in reversed(list(enumerate((64, 128, 256, 512)))):
        n, c, h, w = b.shapes[b.top]
        count = b.channels(outputs)
        bound = math.sqrt(6 / (c * 4)) * 2
        b.add(f"up{level}", "Deconvolution", [b.top], [n, count, 2 * h, 2 * w],
              f"convolution_param {{ num_output: {count} kernel_size: 2 stride: 2 }}",
              [((c, count, 2, 2), -bound, bound), ((count,), -0.1, 0.1)])
        b.concat(f"concat{level}", [skips[level], b.top])
        b.conv(f"up{level}_a", count, 3)
        b.conv(f"up{level}_b", count, 3)
    b.conv("score", 4, 1, relu=False)
    b.add("prob", "Sigmoid", [b.top], b.shapes[b.top])
    return b


def shufflenet(width, size):
    b = Builder("shufflenet", [1, 3, size or 224, size or 224], width)
    groups = 3
    b.conv("conv1", 24, 3, 2, bias=False, norm=True)
    b.pool("pool1", "MAX", 3, 2)
    for stage, (count, outputs) in enumerate(((4, 240), (8, 480), (4, 960))):
        outputs = max(12, int(round(outputs * width / 12)) * 12)
        for block in range(count):
            name, bottom = f"stage{stage + 2}_{block + 1}", b.top
            stride = 2 if block == 0 else 1
            c = b.shapes[bottom][1]
            inner = outputs // 4
            out = outputs - c if block == 0 else outputs
            b.conv(name + "/in", inner, 1, group=1 if stage == 0 and block == 0 else groups, bias=False, norm=True)
            b.add(name + "/shuffle", "ShuffleChannel", [b.top], b.shapes[b.top], f"shuffle_channel_param {{ group: {groups} }}")
            b.conv(name + "/dw", inner, 3, stride, group=inner, bias=False, norm=True, relu=False)
            top = b.conv(name + "/out", out, 1, group=groups if out % groups == 0 else 1, bias=False, norm=True, relu=False)
            if block == 0:
                short = b.pool(name + "/short", "AVE", 3, 2, bottom=bottom)
                b.concat(name, [short, top])
            else:
                b.sum(name, [bottom, top])
            b.relu()
    b.pool("pool_last", "AVE")
    b.fc("fc", 1000)
    b.softmax()
    return b


def ssd300(width, size):
    b = Builder("ssd300", [1, 3, size or 300, size or 300], width)
    classes = 21
    for block, (count, outputs) in enumerate(((2, 64), (2, 128), (3, 256), (3, 512), (3, 512))):
        for layer in range(count):
            b.conv(f"conv{block + 1}_{layer + 1}", b.channels(outputs), 3)
            if block == 3 and layer == 2:
                conv4_3 = b.top
        if block < 4:
            b.pool(f"pool{block + 1}", "MAX", 2, 2)
    b.pool("pool5", "MAX", 3, 1, 1)
    b.conv("fc6", b.channels(1024), 3, pad=6, dilation=6)
    maps = [conv4_3, b.conv("fc7", b.channels(1024), 1)]
    for name, inner, outputs, stride, pad in (("conv6", 256, 512, 2, 1), ("conv7", 128, 256, 2, 1), ("conv8", 128, 256, 1, 0),
                                              ("conv9", 128, 256, 1, 0)):
        if min(b.shapes[b.top][2:]) + 2 * pad < 3:
            break
        b.conv(name + "_1", b.channels(inner), 1)
        maps.append(b.conv(name + "_2", b.channels(outputs), 3, stride, pad))
    c = b.shapes[conv4_3][1]
    norm = b.add("conv4_3_norm", "Normalize", [conv4_3], b.shapes[conv4_3],
                 "norm_param { across_spatial: false channel_shared: false }", [((c,), 15.0, 25.0)])
    maps[0] = norm
    sizes = (30, 60, 111, 162, 213, 264, 315)
    parts = {"loc": [], "conf": [], "prior": []}
    for index, top in enumerate(maps):
        n, _, h, w = b.shapes[top]
        ratios = [2] if index in (0, 4, 5) else [2, 3]
        boxes = 2 + 2 * len(ratios)
        for kind, outputs in (("loc", 4 * boxes), ("conf", classes * boxes)):
            name = f"{top}_{kind}"
            b.conv(name, outputs, 3, relu=False, bottom=top)
            b.add(name + "_perm", "Permute", [name], [n, h, w, outputs], "permute_param { order: 0 order: 2 order: 3 order: 1 }")
            b.add(name + "_flat", "Flatten", [b.top], [n, h * w * outputs], "flatten_param { axis: 1 }")
            parts[kind].append(b.top)
        ratio_text = " ".join(f"aspect_ratio: {r}" for r in ratios)
        b.add(f"{top}_prior", "PriorBox", [top, "data"], [n, 2, h * w * boxes * 4],
              f"prior_box_param {{ min_size: {sizes[index]} max_size: {sizes[index + 1]} {ratio_text} flip: true clip: false "
              "variance: 0.1 variance: 0.1 variance: 0.2 variance: 0.2 }")
        parts["prior"].append(b.top)
    b.concat("mbox_loc", parts["loc"])
    total = b.shapes["mbox_loc"][1] // 4
    b.concat("mbox_priorbox", parts["prior"], axis=2)
    b.concat("mbox_conf", parts["conf"])
    b.add("mbox_conf_reshape", "Reshape", [b.top], [1, total, classes], f"reshape_param {{ shape {{ dim: 0 dim: -1 dim: {classes} }} }}")
    b.softmax("mbox_conf_softmax", 2)
    b.add("mbox_conf_flatten", "Flatten", [b.top], [1, total * classes], "flatten_param { axis: 1 }")
    return b


# Fully convolutional networks for segmentation (Long, Shelhamer, Darrell 2015): a first padding of 100 and upsampling by
# 2, then 16, with what stands out cut off.
def fcn16s(width, size):
    b = Builder("fcn16s", [1, 3, size or 224, size or 224], width)
    for block, (outputs, count) in enumerate(((64, 2), (128, 2), (256, 3), (512, 3), (512, 3))):
        for index in range(count):
            b.conv(f"conv{block + 1}_{index + 1}", b.channels(outputs), 3, pad=100 if block == index == 0 else 1)
        b.pool(f"pool{block + 1}", "MAX", 2, 2)
    b.conv("fc6", b.channels(4096), 7, pad=0)
    b.conv("fc7", b.channels(4096), 1)
    b.conv("score_fr", 21, 1, relu=False)
    up = b.deconv("upscore2", 21, 4, 2)
    b.conv("score_pool4", 21, 1, relu=False, bottom="pool4")
    b.crop("score_pool4c", b.top, up, 5)
    fused = b.sum("fuse_pool4", [up, b.top])
    b.deconv("upscore16", 21, 32, 16)
    b.crop("score", b.top, "data", 27)
    # The variant without the finer scores goes up by 32 at once, channel by channel.
    b.deconv("upscore32", 21, 64, 32, group=21, bottom="score_fr")
    b.crop("score32", b.top, "data", 19)
    b.deconv("fused_cut", 7, 2, 2, 4, bottom=fused)
    return b


# Dilations of 6, 12, 18 and 24 side by side (DeepLab v2; Chen et al. 2017).
def deeplab(width, size):
    b = Builder("deeplab", [1, 3, size or 321, size or 321], width)
    for block, (outputs, count) in enumerate(((64, 2), (128, 2), (256, 3), (512, 3), (512, 3))):
        for index in range(count):
            b.conv(f"conv{block + 1}_{index + 1}", b.channels(outputs), 3, dilation=2 if block == 4 else 1)
        b.pool(f"pool{block + 1}", "MAX", 3, 2 if block < 3 else 1, 1)
    trunk, scores = b.top, []
    for dilation in (6, 12, 18, 24):
        b.conv(f"fc6_{dilation}", b.channels(1024), 3, dilation=dilation, bottom=trunk)
        b.conv(f"fc7_{dilation}", b.channels(1024), 1)
        scores.append(b.conv(f"fc8_{dilation}", 21, 1, relu=False))
    b.sum("fc8", scores)
    b.conv("depthwise", 21, 3, dilation=20, group=21, relu=False)
    n, c, h, w = b.shapes[b.top]
    b.add("fc_interp", "Interp", [b.top], [n, c, 8 * h - 7, 8 * w - 7], "interp_param { zoom_factor: 8 }")
    return b


# Pictures cut into patches, as vision transformers begin, and windows that step far.
def patches(width, size):
    b = Builder("patches", [1, 3, size or 224, size or 224], width)
    b.conv("embed", b.channels(768), 16, 16, pad=0)
    b.softmax()
    b.conv("strided", 8, 5, 19, pad=2, relu=False, bottom="data")
    b.pool("far_max", "MAX", 20, 17, bottom="data")
    b.pool("far_average", "AVE", 16, 16, bottom="data")
    return b


# name -> builder, reduced width, reduced input size
NETWORKS = {
    "lenet": (lenet, 1.0, 0),
    "alexnet": (alexnet, 0.125, 99),
    "squeezenet": (squeezenet, 0.5, 99),
    "googlenet": (googlenet, 0.25, 96),
    "vgg16": (vgg16, 0.125, 64),
    "resnet50": (resnet50, 0.125, 96),
    "mobilenet_v1": (mobilenet_v1, 0.25, 96),
    "mobilenet_v2": (mobilenet_v2, 0.25, 96),
    "mtcnn_p": (mtcnn_p, 1.0, 0),
    "mtcnn_r": (mtcnn_r, 1.0, 0),
    "mtcnn_o": (mtcnn_o, 1.0, 0),
    "unet": (unet, 0.125, 64),
    "shufflenet": (shufflenet, 0.5, 97),
    "ssd300": (ssd300, 0.125, 150),
    "fcn16s": (fcn16s, 0.0625, 64),
    "deeplab": (deeplab, 0.0625, 105),
    "patches": (patches, 0.125, 96),
}
