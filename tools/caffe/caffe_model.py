"""Writes Caffe networks: prototxt text and caffemodel bytes, without Caffe.

    net = Net("lenet")
    net.input("data", [1, 1, 28, 28])
    net.layer("conv1", "Convolution", ["data"], ["conv1"],
              "convolution_param { num_output: 20 kernel_size: 5 }", [weight, bias])
    net.save("lenet.prototxt", "lenet.caffemodel")

Blobs are numpy arrays of float32. Only the fields that inference reads are written (docs/reference/caffe-layers.md).
"""

import numpy as np

# Field numbers of Caffe's messages.
_NET_NAME, _NET_LAYER = 1, 100
_LAYER_NAME, _LAYER_TYPE, _LAYER_BOTTOM, _LAYER_TOP, _LAYER_BLOBS = 1, 2, 3, 4, 7
_BLOB_DATA, _BLOB_SHAPE, _SHAPE_DIM = 5, 7, 1


def _varint(value):
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def _bytes_field(number, payload):
    return _varint(number << 3 | 2) + _varint(len(payload)) + payload


def _blob(array):
    array = np.ascontiguousarray(array, dtype="<f4")
    dims = b"".join(_varint(extent) for extent in array.shape)
    shape = _bytes_field(_SHAPE_DIM, dims)
    return _bytes_field(_BLOB_SHAPE, shape) + _bytes_field(_BLOB_DATA, array.tobytes())


class Net:
    """A network under construction: layers in order, each with its text and its blobs."""

    def __init__(self, name):
        self.name = name
        self._text = [f'name: "{name}"\n']
        self._layers = []

    def input(self, name, shape):
        """An Input layer with one top of this shape."""
        dims = " ".join(f"dim: {extent}" for extent in shape)
        self.layer(name, "Input", [], [name], f"input_param {{ shape {{ {dims} }} }}")

    def layer(self, name, kind, bottoms, tops, parameters="", blobs=()):
        """A layer of type `kind`; `parameters` is its prototxt text."""
        lines = [f'  name: "{name}"', f'  type: "{kind}"']
        lines += [f'  bottom: "{bottom}"' for bottom in bottoms]
        lines += [f'  top: "{top}"' for top in tops]
        if parameters:
            lines.append(f"  {parameters}")
        self._text.append("layer {\n" + "\n".join(lines) + "\n}\n")
        self._layers.append((name, kind, bottoms, tops, list(blobs)))

    def prototxt(self):
        """The network as prototxt text."""
        return "".join(self._text)

    def caffemodel(self):
        """The network with its blobs as the bytes of a NetParameter."""
        out = bytearray(_bytes_field(_NET_NAME, self.name.encode()))
        for name, kind, bottoms, tops, blobs in self._layers:
            layer = bytearray(_bytes_field(_LAYER_NAME, name.encode()))
            layer += _bytes_field(_LAYER_TYPE, kind.encode())
            for bottom in bottoms:
                layer += _bytes_field(_LAYER_BOTTOM, bottom.encode())
            for top in tops:
                layer += _bytes_field(_LAYER_TOP, top.encode())
            for blob in blobs:
                layer += _bytes_field(_LAYER_BLOBS, _blob(blob))
            out += _bytes_field(_NET_LAYER, bytes(layer))
        return bytes(out)

    def save(self, prototxt_path, caffemodel_path):
        """Writes both files, replacing existing ones."""
        with open(prototxt_path, "w", encoding="utf-8") as file:
            file.write(self.prototxt())
        with open(caffemodel_path, "wb") as file:
            file.write(self.caffemodel())
