"""Made-up runs that are drawn, and what is found on the axes."""

from matplotlib.text import Text

from evonas import Config
from evonas.objectives import ACC, FLOPS, Goals
from evonas.record import Record
from evonas.runs.folder import RunFolder
from evonas.runs.run import Run

FRONT = [(60.0, 1e6), (70.0, 2e6), (80.0, 5e6)]
DOMINATED = [(55.0, 3e6), (65.0, 2e6), (80.0, 6e6)]


def records_of(points, **shared):
    """One record per (acc, flops) or metrics; distinct genomes."""
    metrics = [p if isinstance(p, dict) else {"acc": p[0], "flops": p[1]} for p in points]
    return tuple(Record((i,), {**m, **shared}, 0.1) for i, m in enumerate(metrics))


def run_of(points, *, name="run", objectives=(ACC, FLOPS), hypervolumes=(), **fields):
    return Run(
        name,
        records_of(points),
        Goals(tuple(objectives)),
        generations=[{"evaluations": n, "hypervolume": h} for n, h in hypervolumes],
        **fields,
    )


def write_run(
    path,
    records=None,
    *,
    objectives=(ACC, FLOPS),
    metrics=(),
    constraints=(),
    hypervolumes=(),
    worst=1e7,
):
    told = {
        "space": [{"name": "number", "choices": None, "ordered": None}],
        "decoded_by": "variables",
        "metrics": [metric.as_dict() for metric in metrics],
    }
    resolved = {
        "objectives": [
            {"name": o.name, "unit": o.unit, "label": o.label, "sign": o.sign}
            for o in objectives
        ],
        "constraints": list(map(str, constraints)),
        "hypervolume": {
            "ideal": {o.name: o.best for o in objectives},
            "reference": {o.name: 0.0 if o.sign < 0 else worst for o in objectives},
        },
    }
    resolved |= told if metrics else {}
    folder = RunFolder.create(path, Config(), resolved=resolved)
    for record in records_of(FRONT + DOMINATED) if records is None else records:
        folder.journal.append(record)
    for n_evaluations, hypervolume in hypervolumes:
        folder.add_generation({"evaluations": n_evaluations, "hypervolume": hypervolume})
    folder.close()
    return path


def lines(ax, gid):
    return [line for line in ax.lines if line.get_gid() == gid]


def points(ax, gid):
    """All points that were drawn as one kind, sorted."""
    return sorted(tuple(map(float, xy)) for line in lines(ax, gid) for xy in line.get_xydata())


def words(ax):
    return [text.get_text() for text in ax.get_legend().get_texts()]


def turned(pairs):
    return sorted((flops, acc) for acc, flops in pairs)


def shown_texts(figure):
    """All texts that are drawn: names, ticks, titles, and the words of axes and legends."""
    texts = {id(t): t for t in figure.findobj(Text) if t.get_visible() and t.get_text().strip()}
    for ax in figure.axes:
        for axis in (ax.xaxis, ax.yaxis):
            low, high = sorted(axis.get_view_interval())
            is_turned = axis.get_ticks_position() in ("top", "right")
            for tick in axis.get_major_ticks():
                own, other = (tick.label1, tick.label2)[:: -1 if is_turned else 1]
                texts.pop(id(other), None)
                if not (ax.axison and low <= tick.get_loc() <= high):
                    texts.pop(id(own), None)
    return [*texts.values()]


def overlapping(figure):
    """Pairs of texts whose boxes overlap, after all was drawn."""
    boxes = [(t.get_text(), Text.get_window_extent(t)) for t in shown_texts(figure)]
    return [
        (one, other)
        for i, (one, box) in enumerate(boxes)
        for other, its in boxes[:i]
        if min(box.x1, its.x1) - max(box.x0, its.x0) > 0.5
        and min(box.y1, its.y1) - max(box.y0, its.y0) > 0.5
    ]
