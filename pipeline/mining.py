"""The log templates of a file, mined from the bodies of its records."""

from collections.abc import Iterator

from analytics.templates import mine
from domain.decoding import OtlpDecoder
from domain.telemetry import LogRecord
from pipeline.opening import open_source
from pipeline.reading import Taken
from pipeline.report import LoadOptions
from pipeline.source import Source


def mine_file(source: Source, options: LoadOptions, decoder: OtlpDecoder) -> Iterator[tuple[int, str, str]]:
    """Rows (line the record begins on, template id, template); the whole file is grouped before the first row."""
    items = open_source(source, options, decoder).items
    bodies = [(item.line, item.record.body) for item in items if isinstance(item, Taken) and isinstance(item.record, LogRecord)]
    for (line, _), (_, template_id, template) in zip(bodies, mine(body for _, body in bodies), strict=True):
        yield line, template_id, template
