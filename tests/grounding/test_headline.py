"""A headline may say only what supported claims say, of the things they say it about."""

import pytest

from domain.claims import Claim
from grounding.documents import claims_from_json, evidence_from_json
from grounding.headline import unsupported_tokens
from tests.grounding.test_documents import EVIDENCE, q

SOURCES = {one.id: one for one in evidence_from_json(EVIDENCE)}
CLAIMS = claims_from_json(
    [
        q({"client": "183.62.140.253"}, "attempts", "sum", 286, "1", ev="E2", path="rows[0].attempts"),
        q({"client": "187.141.143.180"}, "attempts", "sum", 80, "1", ev="E2", path="rows[1].attempts"),
        {
            "kind": "entity",
            "slots": {"subject": {"client": "183.62.140.253"}, "quantifier": "most", "by": "attempts"},
            "bind": [{"evidence": "E2", "path": "rows[0].attempts"}],
        },
    ]
)


@pytest.mark.parametrize(
    "headline",
    [
        "183.62.140.253 made 286 failed password attempts.",
        "183.62.140.253 made the most failed password attempts (286).",
        "183.62.140.253 made 286 attempts, while 187.141.143.180 made 80.",
        "About 290 failed password attempts came from 183.62.140.253.",
    ],
)
def test_a_headline_of_what_is_supported_is_kept(headline: str) -> None:
    assert unsupported_tokens(headline, CLAIMS, SOURCES) == ()


@pytest.mark.parametrize(
    ("headline", "token"),
    [
        ("183.62.140.253 made 287 failed password attempts.", "287"),
        ("187.141.143.180 made 286 failed password attempts.", "286"),
        ("103.99.0.122 made 286 failed password attempts.", "103.99.0.122"),
        ("183.62.140.253 broke in because of 286 failed attempts.", "because"),
        ("Failed attempts doubled to 286.", "doubled"),
        ("183.62.140.253 made 286 attempts at 10:17 UTC.", "10:17 UTC"),
        ("183.62.140.253 never made 286 attempts.", "never"),
        ("183.62.140.253 made 286 attempts against db-7.", "db-7"),
    ],
)
def test_a_headline_that_says_more_names_the_token(headline: str, token: str) -> None:
    assert token in " ".join(unsupported_tokens(headline, CLAIMS, SOURCES))


def test_without_claims_nothing_can_be_said() -> None:
    nothing: tuple[Claim, ...] = ()
    assert unsupported_tokens("There were 12 errors.", nothing, SOURCES) == ("12",)
