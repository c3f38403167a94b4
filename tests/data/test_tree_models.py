import json
from pathlib import Path

import pytest

from evonas.data.tree_models import read_trees

MODELS = Path(__file__).parent / "trees"
PREDICTED = json.loads((MODELS / "predicted.json").read_text())


@pytest.mark.parametrize(
    ("file", "name", "relative"),
    [("xgboost-3.2.json", "xgb", 1e-6), ("lightgbm.json", "lgb", 1e-12)],
)
def test_a_model_says_what_its_own_library_says(file, name, relative):
    """Of made-up rows, predicted by XGBoost 3.2.0 and LightGBM 4.7.0 where they were fitted."""
    model = read_trees(MODELS / file)
    assert model.n_features == 56
    found = [model.predict(row) for row in PREDICTED["X"]]
    assert found == pytest.approx(PREDICTED[name], rel=relative)
    assert len(set(found)) > 2
    assert {10} <= model.features <= {10, 11, 20, 33, 40, 50}


def test_what_equals_a_threshold_goes_where_its_library_sends_it():
    xgboost = read_trees(MODELS / "xgboost-3.2.json")
    first = xgboost.trees[0]
    row = [0.0] * 56
    row[first.feature[0]] = first.threshold[0]
    below = [*row]
    below[first.feature[0]] -= 1e-3
    assert xgboost.predict(row) != xgboost.predict(below)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("acc", "is no model of trees: Expecting value"),
        ("[1]", "is no model of trees: "),
        ("{}", "is no model of trees: 'objective'; expected JSON of XGBoost's save_model or"),
        ('{"objective": "binary", "average_output": false}', "its objective is binary"),
        ('{"learner": {"gradient_booster": {"name": "dart"}}}', "booster is dart, not gbtree"),
        (
            '{"learner": {"gradient_booster": {"name": "gbtree"}, "objective": {"name": '
            '"binary:logistic"}}}',
            "its objective is binary:logistic",
        ),
    ],
)
def test_what_is_no_such_model_is_refused(tmp_path, content, message):
    (tmp_path / "model.json").write_text(content)
    with pytest.raises(ValueError, match=message):
        read_trees(tmp_path / "model.json")


def test_splits_by_categories_are_refused(tmp_path):
    model = json.loads((MODELS / "xgboost-3.2.json").read_text())
    model["learner"]["gradient_booster"]["model"]["trees"][0]["split_type"][0] = 1
    (tmp_path / "model.json").write_text(json.dumps(model))
    with pytest.raises(ValueError, match="it splits by categories"):
        read_trees(tmp_path / "model.json")
    model = json.loads((MODELS / "lightgbm.json").read_text())
    model["tree_info"][0]["tree_structure"]["decision_type"] = "=="
    (tmp_path / "model.json").write_text(json.dumps(model))
    with pytest.raises(ValueError, match="it decides by =="):
        read_trees(tmp_path / "model.json")
