"""What a reader sees and does on a page, in a real browser."""

import re

import pytest
from pages.sample_runs import front_ids, write_run

from evonas.pages import write_report
from evonas.runs.reading import open_run

MOST_BYTES, MOST_SECONDS = 3_000_000, 2.0
# What an assistive technology would call a control, as far as this page has such.
NAMELESS = """() => [...document.querySelectorAll('button, a[href], input, select, summary,'
  + ' [tabindex="0"], [role="img"], [role="region"]')].filter(e => e.checkVisibility())
  .filter(e => {
    const ids = (e.getAttribute('aria-labelledby') || '').split(' ').filter(Boolean);
    const said = [e.getAttribute('aria-label'), e.matches('input') ? '' : e.textContent,
      ...ids.map(id => document.getElementById(id)?.textContent),
      ...[...(e.labels || [])].map(label => label.textContent)];
    return !said.some(text => text && text.trim());
  }).map(e => e.outerHTML.slice(0, 120))"""


@pytest.fixture
def page(tab, report):
    tab.goto(report.as_uri())
    return tab


def place_of(page, architecture):
    """Where the mark of a front member is on the screen."""
    box = page.locator(f'.front[data-id="{architecture}"]').bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_the_front_is_drawn_and_its_metrics_are_named(page, sample):
    drawn = page.locator(".plot .front").evaluate_all("all => all.map(e => e.dataset.id)")
    assert sorted(drawn) == sorted(front_ids(sample))
    labels = page.locator("#scatter .label").all_text_contents()
    assert labels == [
        "FLOPs of one input [FLOP], lower is better",
        "validation accuracy [%], higher is better",
    ]
    assert page.locator("#x-log").is_checked()  # they span more than a factor of 20
    assert not page.locator("#y-log").is_checked()
    assert page.locator("#count").text_content() == "60 of 60 kept"
    assert "5 of those kept have no flops or acc" in page.locator("#remark").text_content()


def test_pointing_tells_and_a_click_selects(page, sample):
    run = open_run(sample)
    member = run.front[0]
    name = run.ids[member.genome]
    page.mouse.move(*place_of(page, name))
    tip = page.locator("#tip")
    assert f"{name}, on the front" in tip.text_content()
    assert f"acc {member.metrics['acc']:g} %" in tip.text_content()
    page.mouse.click(*place_of(page, name))
    sheet = page.locator("#sheet")
    assert sheet.locator("h2 code").text_content() == name
    command = f"evonas train {sample} --genome {name}"
    assert sheet.locator(".command code").first.text_content() == command
    chosen = sheet.locator(".genes .choice.chosen").all_text_contents()
    assert chosen == [str(value) for value in run.decode(member.genome).values()]
    assert sheet.locator('svg[aria-label^="Learning curve: loss"]').count() == 1
    assert page.locator("#announcement").text_content().startswith(f"Selected {name}")
    page.mouse.move(2, 2)
    assert tip.is_hidden()


def test_a_command_is_copied_by_its_button(page, sample, expect):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    (name, *_) = front_ids(sample)
    page.mouse.click(*place_of(page, name))
    page.get_by_role("button", name="Copy the command: Train it in full").click()
    expect(page.locator(".copy").first).to_have_text("Copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == f"evonas train {sample} --genome {name}"


def test_the_way_past_the_controls_keeps_all_choices(page):
    page.get_by_label("Up", exact=True).select_option("params")
    page.locator(".skip").focus()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "chart"
    assert page.evaluate("state.y") == "params"


def test_other_axes_are_chosen_and_stand_in_the_address(page, report):
    page.get_by_label("Right", exact=True).select_option("params")
    page.get_by_label("Up", exact=True).select_option("co2")
    page.get_by_label("x logarithmic").uncheck()
    labels = page.locator("#scatter .label").all_text_contents()
    assert [label.split(" [")[0] for label in labels] == [
        "trainable parameters, lower is better",
        "lifetime CO2e",
    ]
    page.reload()
    assert page.get_by_label("Right", exact=True).input_value() == "params"
    assert page.get_by_label("Up", exact=True).input_value() == "co2"
    assert not page.get_by_label("x logarithmic").is_checked()


@pytest.mark.parametrize(
    ("text", "keeps"),
    [
        (
            "block1=separable",
            lambda record, run: run.decode(record.genome)["block1"] == "separable",
        ),
        (
            "acc>=85 depth1=1",
            lambda r, run: (
                r.metrics.get("acc", 0) >= 85 and run.decode(r.genome)["depth1"] == 1
            ),
        ),
        ("failed", lambda record, run: record.error is not None),
        ("acc<60 acc>60", lambda record, run: False),
    ],
)
def test_architectures_are_found_by_genes_metrics_and_standing(
    page, sample, text, keeps, expect
):
    run = open_run(sample)
    page.get_by_label("Find").fill(text)
    n = sum(keeps(record, run) for record in run.records)
    expect(page.locator("#count")).to_have_text(f"{n} of 60 kept")


def test_an_architecture_is_found_by_the_beginning_of_its_id(page, sample, expect):
    (name, *_) = front_ids(sample)
    page.get_by_label("Find").fill(name[:5])
    expect(page.locator(".plot .front")).to_have_count(1)
    assert page.locator(".plot .front").get_attribute("data-id") == name
    page.get_by_role("button", name="Show all").click()
    assert page.locator("#count").text_content() == "60 of 60 kept"


def test_a_word_that_nothing_is_called_is_named(page, expect):
    page.get_by_label("Find").fill("wdith1=8")
    expect(page.locator("#count")).to_have_text("No metric or gene is called wdith1.")


def test_a_range_is_set_by_keys_alone_and_given_up_again(page, sample, expect):
    lowest = page.get_by_role("slider", name="Lowest validation accuracy [%] that is kept")
    lowest.focus()
    for _ in range(10):
        page.keyboard.press("ArrowUp")
    bound = float(lowest.get_attribute("aria-valuenow"))
    run = open_run(sample)
    n = sum(record.metrics.get("acc", 0) >= bound for record in run.records)
    assert 0 < n < 55
    expect(page.locator("#count")).to_have_text(f"{n} of 60 kept")
    page.keyboard.press("Escape")
    expect(page.locator("#count")).to_have_text("60 of 60 kept")


def test_a_range_is_set_by_dragging_along_an_axis(page):
    page.locator("#parallel").scroll_into_view_if_needed()
    zone = page.locator(".zone").first.bounding_box()
    x, y = zone["x"] + zone["width"] / 2, zone["y"]
    page.mouse.move(x, y + 60)
    page.mouse.down()
    page.mouse.move(x, y + 150, steps=3)
    page.mouse.up()
    low, high = page.evaluate("state.ranges.acc")
    shown = page.evaluate(
        "runs[0].columns.get('acc').values.filter((v, i) => runs[0].shown[i])"
    )
    assert shown
    assert all(low <= value <= high for value in shown)


def test_a_click_between_two_axes_selects_the_nearest_line(page):
    page.locator("#parallel").scroll_into_view_if_needed()
    picture = page.locator("#parallel svg").bounding_box()
    spot = page.evaluate("""() => {
      const [a, b] = parallel.axes, place = runs[0].marks.indexOf('f');
      const at = (axis) => axis.scale.to(runs[0].columns.get(axis.name).values[place]);
      return [a.x + 0.1 * (b.x - a.x), 0.9 * at(a) + 0.1 * at(b), runs[0].ids[place]];
    }""")
    page.mouse.click(picture["x"] + spot[0], picture["y"] + spot[1])
    assert page.locator("#sheet h2 code").text_content() == spot[2]


def test_the_scatter_is_read_and_selected_by_keys(page, sample):
    page.locator(".plot").focus()
    page.keyboard.press("ArrowRight")
    told = page.locator("#announcement").text_content()
    name = told.partition(",")[0]
    assert name in front_ids(sample)
    assert "FLOP" in told
    page.keyboard.press("Enter")
    assert page.locator("#sheet h2 code").text_content() == name
    page.keyboard.press("ArrowLeft")
    assert page.locator("#announcement").text_content().partition(",")[0] != name


def test_the_table_sorts_and_selects(page, sample):
    page.locator("#table-of-all > summary").click()
    page.get_by_role("button", name="acc [%]").click()
    page.get_by_role("button", name="acc [%]").click()
    head = page.locator('#table th[data-name="acc"]')
    assert head.get_attribute("aria-sort") == "descending"
    run = open_run(sample)
    best = max((r for r in run.records if r.metrics), key=lambda r: r.metrics["acc"])
    first = page.locator("#table button.id").first
    assert first.text_content() == run.ids[best.genome]
    first.click()
    assert page.locator("#sheet h2 code").text_content() == run.ids[best.genome]
    page.reload()
    assert page.locator("#table tr.chosen button.id").text_content() == run.ids[best.genome]


def test_what_failed_is_told_with_its_reason(page, sample):
    run = open_run(sample)
    name = run.ids[run.failures[0].genome]
    page.evaluate(f"select(0, '{name}')")
    sheet = page.locator("#sheet")
    assert "the loss is no longer a number" in sheet.text_content()
    commands = sheet.locator(".command code").all_text_contents()
    assert commands == [f"evonas rerun {sample} --genome {name}"]
    failures = page.locator("#run0-failures")
    assert "5 of 60 candidates failed." in failures.text_content()
    other = failures.locator("button.id").last
    other.click()
    assert sheet.locator("h2 code").text_content() == other.text_content()


def test_every_section_that_there_is_something_to_say_in_is_there(page):
    titles = page.locator("#sections h3").all_text_contents()
    assert titles == [
        "Hypervolume per generation",
        "Reliability of the surrogate",
        "Failures",
        "Spending",
        "Assumptions of the carbon model",
        "What each objective adds",
        "Config",
    ]
    assert page.locator('#sections figure > svg[role="img"]').count() == 2


def test_every_control_has_a_name_and_can_be_reached(page):
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert page.evaluate(NAMELESS) == []
    assert (
        page.evaluate(
            'document.querySelectorAll(\'[tabindex]:not([tabindex="0"]):not([tabindex="-1"])\').length'
        )
        == 0
    )
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map(e => e.id)")
    assert len(set(ids)) == len(ids)


def test_light_and_dark_follow_the_system_until_the_reader_chooses(page):
    back = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(back)
    page.emulate_media(color_scheme="dark")
    dark = page.evaluate(back)
    assert light != dark
    page.reload()
    page.get_by_role("button", name="Light colours").click()
    assert page.evaluate(back) == light
    page.reload()
    assert page.evaluate(back) == light
    page.emulate_media(media="print")
    assert page.evaluate(back) == "rgb(255, 255, 255)"


def contrast(one, other):
    def luminance(colour):
        parts = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
        linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return sum(w * p for w, p in zip((0.2126, 0.7152, 0.0722), linear, strict=True))

    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_its_ground(page, scheme):
    page.emulate_media(color_scheme=scheme)
    card = page.evaluate("getComputedStyle(document.querySelector('.card')).backgroundColor")
    for place in ("h1", ".card p", "#count", "summary", "#facts dt"):
        ink = page.evaluate(f"getComputedStyle(document.querySelector('{place}')).color")
        assert contrast(ink, card) >= 4.5, place  # WCAG 2.2, 1.4.3


def test_runs_side_by_side_can_be_hidden_and_are_told_apart(tab, sample, tmp_path):
    other = write_run(tmp_path / "other", n=40, seed=3)
    tab.goto(write_report([sample, other], tmp_path / "both.html", networks="none").as_uri())
    marks = [
        set(
            tab.locator(f".plot .front.c{i}").evaluate_all(
                "a => a.map(e => e.getAttribute('d'))"
            )
        )
        for i in (0, 1)
    ]
    assert len(marks[0]) == len(marks[1]) == 1
    assert marks[0] != marks[1]
    tab.get_by_label("other (40 architectures").uncheck()
    assert tab.locator(".plot .front.c1").count() == 0
    assert tab.locator("#count").text_content() == "60 of 60 kept"
    assert tab.locator("#hypervolumes .line").count() == 4  # two curves, two samples
    differing = tab.locator("#differences tbody th").all_text_contents()
    assert set(differing) == {"constraint", "evaluations", "seed", "surrogate"}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"n": 12, "n_failed": 12}, "Every candidate failed"),
        ({"n": 0}, "Nothing was measured yet"),
    ],
)
def test_a_run_without_anything_to_draw_says_so(tab, tmp_path, words, said):
    run = write_run(tmp_path / "bare", **words)
    tab.goto(write_report([run], networks="none").as_uri())
    assert said in tab.locator("#scatter").text_content()
    assert tab.locator("#sections h3").count() >= 5


def test_what_stands_in_a_run_never_becomes_markup(tab, tmp_path):
    evil = "</script><img src=x onerror=alert(1)><!--"
    run = write_run(tmp_path / "a & <b>b", n_failed=3, error=evil)
    text = write_report([run], networks="none")
    assert evil not in text.read_text()
    tab.goto(text.as_uri())
    assert tab.locator("h1").text_content() == "a & <b>b"
    assert tab.locator("img").count() == 0
    assert evil in tab.locator("#run0-failures").text_content()


def test_a_script_that_got_in_all_the_same_would_not_run(tab, report):
    tab.goto(report.as_uri())
    tab.evaluate("""() => { const s = document.createElement('script');
      s.textContent = 'window.gotIn = true'; document.body.append(s); }""")
    assert tab.evaluate("window.gotIn") is None
    assert any("Content Security Policy" in said for said in tab.complaints)
    tab.complaints.clear()


@pytest.mark.parametrize("n", [200, pytest.param(5000, marks=pytest.mark.slow)])
def test_a_page_is_small_and_quick(tab, tmp_path, n):
    run = write_run(tmp_path / "large", n=n, n_failed=n // 50, surrogate="gp")
    out = write_report([run], networks="none")
    assert out.stat().st_size <= MOST_BYTES
    seconds = []
    for _ in range(3):  # the quickest counts: other tests may take the cores meanwhile
        tab.goto("about:blank")
        tab.goto(out.as_uri())
        timing = "performance.getEntriesByType('navigation')[0].loadEventEnd"
        seconds.append(tab.evaluate(timing) / 1000)
    assert 0 < min(seconds) < MOST_SECONDS
    assert tab.locator("#count").text_content() == f"{n:,} of {n:,} kept"
