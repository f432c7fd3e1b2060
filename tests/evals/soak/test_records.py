import json

from evals.soak.records import Stream
from pipeline.lines import Line
from pipeline.ndjson import parse_ndjson
from pipeline.reading import Reading, Taken

STREAM = Stream("s7", 1_790_000_000_000_000_000)


def test_a_record_is_the_same_whenever_it_is_made() -> None:
    assert STREAM.batch(3) == Stream("s7", STREAM.base_ns).batch(3)
    assert STREAM.batch(3).body != Stream("s8", STREAM.base_ns).batch(3).body


def test_an_id_names_one_record_of_one_stream() -> None:
    assert STREAM.number(STREAM.identity(123)) == 123
    assert STREAM.number(Stream("s8", 1).identity(123)) is None
    assert STREAM.number("s7-12") is None
    assert STREAM.number("") is None


def test_a_row_holds_what_the_request_says() -> None:
    first = json.loads(STREAM.batch(0).body.splitlines()[5])
    assert STREAM.row(5)[:5] == (first["timestamp"], "s7", "5", first["body"], first["level"])


def test_the_records_of_a_request_lie_in_several_batches() -> None:
    bodies = [json.loads(line) for number in range(16) for line in STREAM.batch(number).body.splitlines()]
    batches: dict[str, set[int]] = {}
    for place, body in enumerate(bodies):
        if trace := body.get("trace_id"):
            batches.setdefault(trace, set()).add(place // STREAM.size)
    assert sum(len(found) > 1 for found in batches.values()) > len(batches) / 2


def test_every_line_is_taken_by_the_product() -> None:
    for number in (0, 5, 7):
        batch = STREAM.batch(number)
        lines = [Line(place, text) for place, text in enumerate(batch.body.decode().splitlines(), start=1)]
        assert all(isinstance(item, Taken) for item in parse_ndjson(lines, Reading(name="test", signal=batch.signal)))


def test_a_telling_batch_holds_a_record_that_no_policy_may_leave_out() -> None:
    stream = Stream("s9014", 0)
    telling = [stream.is_telling(number) for number in range(400)]
    assert telling == [any(stream.must_be_kept(record, is_shed=True) for record in stream.batch(number).records) for number in range(400)]
    assert 0 < sum(telling) < 400
