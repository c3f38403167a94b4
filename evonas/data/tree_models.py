"""Sums of decision trees, read from the JSON that XGBoost and LightGBM write."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Tree:
    """A decision tree as columns, a node each; node 0 is the root.

    Attributes:
        feature: Which feature a node looks at; -1 for a leaf.
        threshold: What it is compared with.
        left: The node to go on with where the feature is smaller.
        right: The node to go on with where it is not.
        value: What a leaf adds to the sum.
    """

    feature: tuple[int, ...]
    threshold: tuple[float, ...]
    left: tuple[int, ...]
    right: tuple[int, ...]
    value: tuple[float, ...]


@dataclass(frozen=True)
class TreeModel:
    """A sum of trees and a constant.

    Attributes:
        base: The constant.
        trees: The trees.
        n_features: How many features a row has.
        is_equal_left: Whether a feature that equals a threshold goes left, as in LightGBM, or
            right, as in XGBoost.
    """

    base: float
    trees: tuple[Tree, ...]
    n_features: int
    is_equal_left: bool

    @property
    def features(self) -> frozenset[int]:
        """The features that any tree looks at."""
        return frozenset(f for tree in self.trees for f in tree.feature if f >= 0)

    def predict(self, row: Sequence[float]) -> float:
        """What the model says of a row.

        Args:
            row: ``(n_features,)`` numbers, none of them missing.
        """
        return self.base + sum(self._leaf(tree, row) for tree in self.trees)

    def _leaf(self, tree: Tree, row: Sequence[float]) -> float:
        node = 0
        while (feature := tree.feature[node]) >= 0:
            value, threshold = row[feature], tree.threshold[node]
            is_left = value < threshold or (self.is_equal_left and value == threshold)
            node = tree.left[node] if is_left else tree.right[node]
        return tree.value[node]


def read_trees(path: Path) -> TreeModel:
    """A model for regression, as ``Booster.save_model`` or ``Booster.dump_model`` gave it.

    Args:
        path: JSON that XGBoost saved (1.0 or later), or what LightGBM dumped.

    Raises:
        ValueError: The file holds no such model.
    """
    try:
        model = json.loads(path.read_text(encoding="utf-8"))
        return _of_xgboost(model["learner"]) if "learner" in model else _of_lightgbm(model)
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
        raise ValueError(
            f"{path} is no model of trees: {error}; expected JSON of XGBoost's save_model or "
            "LightGBM's dump_model, for regression"
        ) from error


def _of_xgboost(learner: Mapping[str, Any]) -> TreeModel:
    if learner["gradient_booster"]["name"] != "gbtree":
        raise ValueError(f"its booster is {learner['gradient_booster']['name']}, not gbtree")
    if not learner["objective"]["name"].startswith("reg:squared"):
        raise ValueError(f"its objective is {learner['objective']['name']}")
    settings = learner["learner_model_param"]
    trees = learner["gradient_booster"]["model"]["trees"]
    return TreeModel(
        base=float(str(settings["base_score"]).strip("[]")),
        trees=tuple(map(_xgboost_tree, trees)),
        n_features=int(settings["num_feature"]),
        is_equal_left=False,
    )


def _xgboost_tree(tree: Mapping[str, Any]) -> Tree:
    """A tree whose leaves have no left child, and their value in place of the condition."""
    if any(tree.get("split_type", ())):
        raise ValueError("it splits by categories")
    is_leaf = [child < 0 for child in tree["left_children"]]
    features = zip(tree["split_indices"], is_leaf, strict=True)
    return Tree(
        feature=tuple(-1 if leaf else int(feature) for feature, leaf in features),
        threshold=tuple(tree["split_conditions"]),
        left=tuple(tree["left_children"]),
        right=tuple(tree["right_children"]),
        value=tuple(tree["split_conditions"]),
    )


def _of_lightgbm(model: Mapping[str, Any]) -> TreeModel:
    if not str(model["objective"]).startswith("regression") or model["average_output"]:
        raise ValueError(f"its objective is {model['objective']}")
    return TreeModel(
        base=0.0,
        trees=tuple(_lightgbm_tree(tree["tree_structure"]) for tree in model["tree_info"]),
        n_features=int(model["max_feature_idx"]) + 1,
        is_equal_left=True,
    )


def _lightgbm_tree(root: Mapping[str, Any]) -> Tree:
    """A tree of nodes within nodes, numbered as they are met."""
    nodes = [root]
    columns: list[tuple[int, float, int, int, float]] = []
    for node in nodes:  # which grows
        if "leaf_value" in node:
            columns.append((-1, 0.0, -1, -1, float(node["leaf_value"])))
            continue
        if node["decision_type"] != "<=":
            raise ValueError(f"it decides by {node['decision_type']}")
        left = len(nodes)
        nodes += [node["left_child"], node["right_child"]]
        columns.append((int(node["split_feature"]), node["threshold"], left, left + 1, 0.0))
    feature, threshold, left_child, right_child, value = zip(*columns, strict=True)
    return Tree(feature, threshold, left_child, right_child, value)
