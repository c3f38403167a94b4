"""Words for people.

Modules:
    aims: What a run is judged by on other targets: objectives and limits, as a user writes
        them.
    carbon_account: What a search has emitted, with all that its kilowatt-hours leave out.
    contest: How a contest went, in tables.
    counted_networks: What all networks of a run cost, from what is kept and, where that is not
        enough, counted.
    drivers: What drives a metric, in words and as JSON.
    explained: Explaining a run: what drives its objectives, what changes along its front, and
        who is on it.
    explanation: The explanation of a run, in words, as JSON, and as a picture.
    family: A trained family in words: its members as a table, and whether the proxy was right.
    html: Values as HTML that notebooks show, everything escaped.
    estimate: What a search will take, told from its own first candidates, while it runs.
    event_files: Event files, which TensorBoard shows: one folder of them, written to and read
        again.
    forecast: What is known of a search before it begins, in words.
    latencies: Finding a network's latency in every way that is asked for.
    latency_sheet: The latency of one network as words and tables: in all, in each way to know
        it, by layer.
    named_network: Networks whose latency is asked for: of a run, of a problem, of a folder, or
        by name.
    naming: What people write for an architecture, and which genome that is.
    opening: What is about to be searched, in one line.
    per_target: The best architecture for each of several targets, out of one search for all.
    picking: Picking architectures from the front of a run, and how that was done in words.
    priced_front: A run's front, priced in its three parts.
    progress: What a person sees while a search runs: a bar on a terminal, plain lines
        elsewhere.
    retargeted: A run judged on other targets than it was made for: prices, fronts, and their
        differences.
    retargeted_files: What a run on other targets leaves behind: a table, pictures, and a start
        for a search.
    retargeted_pictures: What pictures of a run on other targets show, as plain values for those
        who draw.
    retargeted_words: A run on other targets, in lines for people.
    rungs: What became of a search's rungs, in words.
    shortlist: The members of a run's front that one may pick from, and how each of them stands.
    published: Published networks in words: what one more point of accuracy takes.
    returns: What a search has brought for its energy, and where it was saturated, in words.
    searches: The searches of the literature in words: what they cost, and when they have paid.
    sheet: The data sheet of one architecture: genes, metrics, and its network layer by layer.
    shown: Data sheets of architectures, made from a run or from a problem alone.
    statement: The compute and carbon of a run in words and tables, ready for a paper.
    summary: The end of a search in words: its front as a table, its files, and what it cost.
    tensorboard: A search or a training as TensorBoard shows it, as it goes on.
    text: Words, numbers and tables for people.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from evonas.lazy import attach

if TYPE_CHECKING:
    from evonas.reports.explained import explain as explain
    from evonas.reports.explanation import Explanation as Explanation
    from evonas.reports.latencies import latency as latency
    from evonas.reports.latency_sheet import LatencySheet as LatencySheet
    from evonas.reports.priced_front import front_in_words as front_in_words
    from evonas.reports.priced_front import price_front as price_front
    from evonas.reports.priced_front import write_table as write_table
    from evonas.reports.progress import Progress as Progress
    from evonas.reports.sheet import DataSheet as DataSheet
    from evonas.reports.shortlist import Shortlist as Shortlist
    from evonas.reports.shown import show as show
    from evonas.reports.statement import escaped as escaped
    from evonas.reports.statement import latex as latex
    from evonas.reports.statement import markdown as markdown
    from evonas.reports.statement import paragraph as paragraph
    from evonas.reports.statement import table as table
    from evonas.reports.tensorboard import TensorBoard as TensorBoard
    from evonas.reports.text import aligned as aligned
    from evonas.reports.text import complain as complain
    from evonas.reports.text import number as number

__getattr__, __dir__, __all__ = attach(
    __name__,
    {
        "explained": ["explain"],
        "explanation": ["Explanation"],
        "latencies": ["latency"],
        "latency_sheet": ["LatencySheet"],
        "priced_front": ["price_front", "front_in_words", "write_table"],
        "progress": ["Progress"],
        "shortlist": ["Shortlist"],
        "sheet": ["DataSheet"],
        "shown": ["show"],
        "statement": ["paragraph", "table", "markdown", "latex", "escaped"],
        "tensorboard": ["TensorBoard"],
        "text": ["complain", "aligned", "number"],
    },
)
