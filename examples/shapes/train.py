"""Trains the shape detector on generated pictures and writes it in Caffe form.

    python3 examples/shapes/train.py

Needs torch, numpy and pillow; building and running the example does not. Writes shapes.prototxt and shapes.caffemodel
beside itself and prints precision and recall on pictures that were not trained on.
"""

import pathlib
import sys

import numpy as np
import torch
from torch import nn

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE.parents[1] / "tools" / "caffe"))
from caffe_model import Net  # noqa: E402  (the path must be set first)
from generate import CLASSES, SIZE, draw  # noqa: E402

SEED = 5
CELL = 8  # pixels of a grid cell
GRID = SIZE // CELL
TRAIN_COUNT, TEST_COUNT = 5000, 400
STEPS, BATCH = 1500, 32
THRESHOLD = 0.4

# name, input channels, output channels, stride; a depthwise 3x3 and a pointwise convolution each
BLOCKS = (("b1", 24, 48, 2), ("b2", 48, 96, 2), ("b3", 96, 96, 1), ("b4", 96, 192, 2), ("b5", 192, 192, 1))


def _conv(inputs, outputs, kernel, stride=1, groups=1):
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False),
        nn.BatchNorm2d(outputs), nn.ReLU())


class Detector(nn.Module):
    """Features at 1/8 and 1/16 of the picture, joined at 1/8; a heat map per class and a box per cell."""

    def __init__(self):
        super().__init__()
        self.stem = _conv(3, 24, 3, 2)
        for name, inputs, outputs, stride in BLOCKS:
            setattr(self, name + "_dw", _conv(inputs, inputs, 3, stride, inputs))
            setattr(self, name + "_pw", _conv(inputs, outputs, 1))
        self.join = _conv(288, 96, 1)
        self.head = _conv(96, 96, 3)
        self.heat = nn.Conv2d(96, len(CLASSES), 1)
        self.box = nn.Conv2d(96, 4, 1)
        nn.init.constant_(self.heat.bias, -4.0)

    def forward(self, x):
        x = self.stem(x)
        fine = None
        for name, *_ in BLOCKS:
            x = getattr(self, name + "_pw")(getattr(self, name + "_dw")(x))
            if name == "b3":
                fine = x
        x = nn.functional.interpolate(x, scale_factor=2, mode="nearest")
        x = self.head(self.join(torch.cat([fine, x], 1)))
        return self.heat(x), self.box(x)


def dataset(count, seed):
    """Pictures uint8 [N, 3, SIZE, SIZE], heat maps, boxes and their mask; and the shapes of every picture."""
    random = np.random.default_rng(seed)
    pictures = np.zeros((count, 3, SIZE, SIZE), np.uint8)
    heat = np.zeros((count, len(CLASSES), GRID, GRID), np.float32)
    boxes = np.zeros((count, 4, GRID, GRID), np.float32)
    truth = []
    for n in range(count):
        picture, shapes = draw(random)
        pictures[n] = picture.transpose(2, 0, 1)
        truth.append(shapes)
        for kind, (x1, y1, x2, y2) in shapes:
            cx, cy = (x1 + x2) / 2 / CELL, (y1 + y2) / 2 / CELL
            i, j = int(cx), int(cy)
            heat[n, kind, j, i] = 1
            boxes[n, :, j, i] = cx - i, cy - j, (x2 - x1) / SIZE, (y2 - y1) / SIZE
    return torch.tensor(pictures), torch.tensor(heat), torch.tensor(boxes), truth


def normalised(pictures):
    return pictures.float() / 255


def train(pictures, heat, boxes):
    torch.manual_seed(SEED)
    model = Detector()
    optimizer = torch.optim.Adam(model.parameters(), 2e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 5e-3, STEPS)
    for step in range(STEPS):
        batch = torch.randint(0, len(pictures), (BATCH,))
        logits, box = model(normalised(pictures[batch]))
        target, mask = heat[batch], heat[batch].amax(1, keepdim=True)
        probability = torch.sigmoid(logits)
        focus = torch.where(target > 0, (1 - probability) ** 2, probability ** 2)
        loss_heat = (focus * nn.functional.binary_cross_entropy_with_logits(logits, target, reduction="none")).sum()
        loss_box = (mask * (box - boxes[batch]).abs()).sum()
        loss = (loss_heat + 3 * loss_box) / mask.sum().clamp(min=1)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        if step % 100 == 0:
            print(f"step {step}: loss {loss.item():.3f}", flush=True)
    return model.eval()


def decode(heat, box):
    """Found shapes of one picture, as (class index, score, (x1, y1, x2, y2)): cells that are the largest of their 3x3
    neighbourhood and reach the threshold (README.md)."""
    largest = torch.max_pool2d(heat.amax(0)[None], 3, 1, 1)[0]
    found = []
    for kind, j, i in (heat >= THRESHOLD).nonzero().tolist():
        score = heat[kind, j, i].item()
        if score < largest[j, i]:
            continue
        dx, dy, width, height = box[:, j, i].tolist()
        cx, cy = (i + dx) * CELL, (j + dy) * CELL
        half_w, half_h = width * SIZE / 2, height * SIZE / 2
        found.append((kind, score, (cx - half_w, cy - half_h, cx + half_w, cy + half_h)))
    return found


def iou(a, b):
    width = max(0, min(a[2], b[2]) - max(a[0], b[0]))
    height = max(0, min(a[3], b[3]) - max(a[1], b[1]))
    area = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1])
    return width * height / (area - width * height)


def measure(model, pictures, truth):
    """Precision and recall: a found shape is right with the class and an IoU of 0.5 with a shape not found before."""
    with torch.no_grad():
        logits, boxes = model(normalised(pictures))
    found_count = right = 0
    for n, shapes in enumerate(truth):
        left = list(shapes)
        for kind, _, box in sorted(decode(torch.sigmoid(logits[n]), boxes[n]), key=lambda f: -f[1]):
            found_count += 1
            match = next((s for s in left if s[0] == kind and iou(box, s[1]) >= 0.5), None)
            if match is not None:
                left.remove(match)
                right += 1
    return right / max(found_count, 1), right / sum(len(shapes) for shapes in truth)


def to_caffe(model):
    net = Net("shapes")
    net.input("data", [1, 3, SIZE, SIZE])

    def numpy(tensor):
        return tensor.detach().numpy()

    def block(name, bottom, module):
        conv, norm, _ = module
        inputs, outputs, groups = conv.in_channels, conv.out_channels, conv.groups
        kernel, stride, pad = conv.kernel_size[0], conv.stride[0], conv.padding[0]
        kind = "ConvolutionDepthwise" if groups == inputs == outputs else "Convolution"
        net.layer(name, kind, [bottom], [name], f"convolution_param {{ num_output: {outputs} bias_term: false "
                  f"kernel_size: {kernel} stride: {stride} pad: {pad} }}", [numpy(conv.weight)])
        net.layer(name + "/bn", "BatchNorm", [name], [name], f"batch_norm_param {{ eps: {norm.eps} }}",
                  [numpy(norm.running_mean), numpy(norm.running_var), np.ones(1)])
        net.layer(name + "/scale", "Scale", [name], [name], "scale_param { bias_term: true }",
                  [numpy(norm.weight), numpy(norm.bias)])
        net.layer(name + "/relu", "ReLU", [name], [name])
        return name

    top = block("stem", "data", model.stem)
    for name, *_ in BLOCKS:
        top = block(name + "_dw", top, getattr(model, name + "_dw"))
        top = block(name + "_pw", top, getattr(model, name + "_pw"))
    net.layer("up", "Upsample", [top], ["up"], "upsample_param { scale: 2 }")
    net.layer("concat", "Concat", ["b3_pw", "up"], ["concat"])
    top = block("head", block("join", "concat", model.join), model.head)
    for name, module in (("heat_logits", model.heat), ("box", model.box)):
        net.layer(name, "Convolution", [top], [name], f"convolution_param {{ num_output: {module.out_channels} "
                  "kernel_size: 1 }", [numpy(module.weight), numpy(module.bias)])
    net.layer("heat", "Sigmoid", ["heat_logits"], ["heat"])
    return net


def main():
    torch.set_num_threads(2)
    pictures, heat, boxes, _ = dataset(TRAIN_COUNT, SEED)
    model = train(pictures, heat, boxes)
    print("parameters:", sum(p.numel() for p in model.parameters()))
    test_pictures, _, _, truth = dataset(TEST_COUNT, SEED + 1)
    precision, recall = measure(model, test_pictures, truth)
    print(f"{TEST_COUNT} test pictures: precision {precision:.3f}, recall {recall:.3f} at IoU 0.5")
    to_caffe(model).save(HERE / "shapes.prototxt", HERE / "shapes.caffemodel")


if __name__ == "__main__":
    main()
