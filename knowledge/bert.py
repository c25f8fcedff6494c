"""A BERT sentence model as an ONNX graph, made from its weights without torch.

The graph is written node by node, with ONNX Runtime's own fused operators, because an exporter
would need torch (seconds, hundreds of MB) on every machine that has not exported yet. It covers
what most small sentence models are: BERT, absolute positions, mean pooling. Others go to
sentence-transformers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

Weights = Mapping[str, npt.NDArray[np.float32]]
Precision = Literal["fp32", "int8"]

OPSET, CONTRIB = 20, "com.microsoft"


@dataclass(frozen=True)
class Shape:
    """The sizes of a model, from its `config.json`."""

    layers: int
    heads: int
    epsilon: float


def bert_model(weights: Weights, shape: Shape, precision: Precision) -> bytes:
    """Return the serialized model: `ids` and `mask`, both (n, t) int64, in.

    Out come `vectors`, of length 1, (n, d), and `tokens`, whose mean they are, (n, t, d).

    Args:
        weights: By their names in a `BertModel`.
        shape: The sizes that the weights do not tell.
        precision: `int8` multiplies in 8 bits, which is about twice as fast. Each token's row has a
            scale of its own, so a text's vector does not depend on the texts beside it.
    """
    graph = _Graph(weights, shape, precision)
    hidden = graph.embeddings()
    for layer in range(shape.layers):
        hidden = graph.layer(hidden, f"encoder.layer.{layer}.")
    return graph.finish(graph.pooled(hidden), hidden)


class _Graph:
    """Nodes and constants, in the order in which they are added. onnx is untyped: `Any` stays."""

    def __init__(self, weights: Weights, shape: Shape, precision: Precision) -> None:
        self._weights, self._shape, self._precision = weights, shape, precision
        self._nodes: list[Any] = []
        self._constants: dict[str, Any] = {}
        self._rows: dict[str, tuple[str, str]] = {}

    def embeddings(self) -> str:
        """Word, position and kind of sentence (always the first), summed and normed: (n, t, d)."""
        kind = self._weights["embeddings.token_type_embeddings.weight"][0]
        positions = self._weights["embeddings.position_embeddings.weight"] + kind
        words = self._add("Gather", [self._weight("embeddings.word_embeddings.weight"), "ids"])
        length = self._add("Shape", ["ids"], start=1, end=2)
        start, axis = self._constant("zero", np.array([0])), self._constant("axis", np.array([0]))
        places = self._add("Slice", [self._constant("positions", positions), start, length, axis])
        return self._norm(self._add("Add", [words, places]), "embeddings.LayerNorm")

    def layer(self, hidden: str, name: str) -> str:
        """One layer of the encoder: attention, then a network of two layers, each added, normed."""
        query, key, value = (
            self._linear(hidden, f"{name}attention.self.{part}")
            for part in ("query", "key", "value")
        )
        attended = self._add(
            "MultiHeadAttention",
            [query, key, value, "", self._mask32()],
            domain=CONTRIB,
            num_heads=self._shape.heads,
        )
        out = self._linear(attended, f"{name}attention.output.dense")
        hidden = self._added(out, hidden, f"{name}attention.output.LayerNorm")
        inner = self._add("Gelu", [self._linear(hidden, f"{name}intermediate.dense")])
        return self._added(
            self._linear(inner, f"{name}output.dense"), hidden, f"{name}output.LayerNorm"
        )

    def pooled(self, hidden: str) -> str:
        """The mean over the tokens of a text, at length 1: (n, d)."""
        mask = self._add("Cast", ["mask"], to=1)
        wide = self._add("Unsqueeze", [mask, self._constant("last", np.array([-1]))])
        axis = self._constant("second", np.array([1]))
        total = self._add("ReduceSum", [self._add("Mul", [hidden, wide]), axis], keepdims=0)
        # The mean's divisor goes with the norm; its direction is the sum's.
        return self._add("LpNormalization", [total], axis=-1, p=2)

    def finish(self, vectors: str, tokens: str) -> bytes:
        from onnx import TensorProto, helper

        self._nodes.append(helper.make_node("Identity", [vectors], ["vectors"]))
        self._nodes.append(helper.make_node("Identity", [tokens], ["tokens"]))
        inputs = [
            helper.make_tensor_value_info(name, TensorProto.INT64, ["n", "t"])
            for name in ("ids", "mask")
        ]
        outputs = [
            helper.make_tensor_value_info("vectors", TensorProto.FLOAT, ["n", "d"]),
            helper.make_tensor_value_info("tokens", TensorProto.FLOAT, ["n", "t", "d"]),
        ]
        graph = helper.make_graph(
            self._nodes, "bert", inputs, outputs, list(self._constants.values())
        )
        opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid(CONTRIB, 1)]
        model = helper.make_model(graph, opset_imports=opsets, ir_version=10)
        return model.SerializeToString()

    def _linear(self, hidden: str, name: str) -> str:
        matrix = self._weights[f"{name}.weight"]  # (out, in)
        if self._precision == "fp32":
            turned = self._constant(f"{name}.turned", np.ascontiguousarray(matrix.T))
            product = self._add("MatMul", [hidden, turned])
        else:
            product = self._product(hidden, matrix, name)
        return self._add("Add", [product, self._weight(f"{name}.bias")])

    def _product(self, hidden: str, matrix: npt.NDArray[np.float32], name: str) -> str:
        """The product with a matrix, a whole number to each column and each row of the input."""
        codes, scales = quantised(matrix)
        rows, row_scales = self._quantised_rows(hidden)
        numbers = [
            self._constant(f"{name}.codes", codes),
            self._constant("one", np.array(1, dtype=np.float32)),
            self._constant(f"{name}.scales", scales),
            self._constant("middle", np.array(128, dtype=np.uint8)),
            self._constant(f"{name}.zeros", np.zeros(len(scales), dtype=np.int8)),
        ]
        product = self._add("MatMulIntegerToFloat", [rows, *numbers], domain=CONTRIB)
        return self._add("Mul", [product, row_scales])

    def _quantised_rows(self, hidden: str) -> tuple[str, str]:
        """Each token's numbers in 8 bits, 128 for zero, and the scale of each; made once."""
        if hidden not in self._rows:
            last = self._constant("last", np.array([-1]))
            most = self._add("ReduceMax", [self._add("Abs", [hidden]), last], keepdims=1)
            share = self._constant("share", np.array(1 / 127, dtype=np.float32))
            tiny = self._constant("tiny", np.array(1e-9, dtype=np.float32))
            scales = self._add("Max", [self._add("Mul", [most, share]), tiny])
            one = self._constant("one", np.array(1, dtype=np.float32))
            middle = self._constant("middle", np.array(128, dtype=np.uint8))
            scaled = self._add("Div", [hidden, scales])
            self._rows[hidden] = self._add("QuantizeLinear", [scaled, one, middle]), scales
        return self._rows[hidden]

    def _added(self, one: str, other: str, norm: str) -> str:
        # Not as one fused operator: the runtime's takes ten times as long as these two.
        return self._norm(self._add("Add", [one, other]), norm)

    def _norm(self, hidden: str, norm: str) -> str:
        scale, shift = self._weight(f"{norm}.weight"), self._weight(f"{norm}.bias")
        return self._add(
            "LayerNormalization", [hidden, scale, shift], epsilon=self._shape.epsilon, axis=-1
        )

    def _mask32(self) -> str:
        if "mask32" not in {name for node in self._nodes for name in node.output}:
            self._add("Cast", ["mask"], output="mask32", to=6)
        return "mask32"

    def _weight(self, name: str) -> str:
        return self._constant(name, self._weights[name])

    def _constant(self, name: str, value: npt.NDArray[Any]) -> str:
        from onnx import numpy_helper

        if name not in self._constants:
            self._constants[name] = numpy_helper.from_array(value, name)
        return name

    def _add(
        self,
        operator: str,
        inputs: Sequence[str],
        *,
        output: str = "",
        domain: str = "",
        **attributes: Any,
    ) -> str:
        from onnx import helper

        output = output or f"{operator}_{len(self._nodes)}"
        node = helper.make_node(operator, inputs, [output], domain=domain, **attributes)
        self._nodes.append(node)
        return output


def quantised(
    matrix: npt.NDArray[np.float32],
) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.float32]]:
    """Return a matrix (out, in), turned and in 8 bits, and the scale of each of its columns."""
    scales = np.maximum(np.abs(matrix).max(axis=1), 1e-12) / 127
    codes = np.rint(matrix / scales[:, None]).astype(np.int8)
    return np.ascontiguousarray(codes.T), scales.astype(np.float32)
