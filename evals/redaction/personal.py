"""Secrets without a vendor: passwords, keys known by their name only, cookies, and numbers of people."""

import base64
import string
from collections.abc import Mapping
from random import Random
from urllib.parse import quote

from evals.redaction.vendors import ALNUM, BASE32, BASE64, HEX, Make, drawn, encoded

_SIGNS = "!#$%*+-.=?@^_~"
_WORDS = ("correct", "horse", "battery", "staple", "summer", "dragon", "winter", "monkey", "orange", "castle")
_LENGTHS = {"DE": 18, "GB": 18, "FR": 23, "NL": 14, "ES": 20, "AT": 16, "BE": 12, "CH": 17, "IT": 23, "PL": 24}


def password(rng: Random) -> str:
    """As managers and people make them."""
    way = rng.randrange(4)
    if way == 0:
        return drawn(rng, ALNUM, rng.randint(8, 32))
    if way == 1:
        return rng.choice(string.ascii_letters) + drawn(rng, ALNUM + _SIGNS, rng.randint(9, 28)) + rng.choice(ALNUM)
    if way == 2:  # noqa: PLR2004
        return f"{rng.choice(_WORDS).title()}{rng.randrange(10, 2030)}{rng.choice('!?#*')}"
    return "-".join(rng.sample(_WORDS, 4)) + str(rng.randrange(10))


def card(rng: Random) -> str:
    """Visa, Mastercard, American Express or Discover, with or without gaps; the last digit is Luhn's."""
    start, length = rng.choice((("4", 16), ("51", 16), ("55", 16), ("2221", 16), ("34", 15), ("37", 15), ("6011", 16)))
    body = start + drawn(rng, string.digits, length - len(start) - 1)
    total = sum(sum(map(int, str(int(digit) * (2 if place % 2 == 0 else 1)))) for place, digit in enumerate(reversed(body)))
    digits = body + str(-total % 10)
    gap = rng.choice(("", "", " ", "-"))
    cuts = (4, 10) if length == 15 else (4, 8, 12)  # noqa: PLR2004 -- American Express
    return gap.join(digits[start:end] for start, end in zip((0, *cuts), (*cuts, length), strict=True))


def iban(rng: Random) -> str:
    """ISO 13616, in one piece or in fours."""
    country = rng.choice(sorted(_LENGTHS))
    account = drawn(rng, string.digits, _LENGTHS[country])
    moved = "".join(str(int(letter, 36)) for letter in account + country + "00")
    plain = f"{country}{98 - int(moved) % 97:02}{account}"
    if rng.random() < 0.5:  # noqa: PLR2004
        return plain
    return " ".join(plain[at : at + 4] for at in range(0, len(plain), 4))


def social_security(rng: Random) -> str:
    """Area, group and serial that have been given out."""
    parts = (f"{rng.randrange(1, 665):03}", f"{rng.randrange(1, 99):02}", f"{rng.randrange(1, 9999):04}")
    return rng.choice(("-", "-", "", " ")).join(parts)


def basic(rng: Random) -> str:
    """`user:password` in Base64."""
    return base64.b64encode(f"{rng.choice(_WORDS)}:{drawn(rng, ALNUM, rng.randint(8, 20))}".encode()).decode()


def signature(rng: Random) -> str:
    """Of a shared access signature: 32 bytes, as in a URL."""
    return quote(encoded(rng, 32), safe="")


PERSONAL: Mapping[str, Make] = {
    "password": password,
    "url_password": lambda rng: drawn(rng, ALNUM + "-_.!~*", rng.randint(8, 24)),
    "connection_string": lambda rng: drawn(rng, ALNUM + "-_.!~*^", rng.randint(8, 24)),
    "aws_secret": lambda rng: drawn(rng, BASE64, 40),
    "azure_storage_key": lambda rng: encoded(rng, 64),
    "azure_sas": signature,
    "twilio_token": lambda rng: drawn(rng, HEX, 32),
    "api_key": lambda rng: drawn(rng, rng.choice((ALNUM, HEX, BASE32)), rng.choice((24, 32, 40, 64))),
    "secret": lambda rng: drawn(rng, ALNUM + "-_", rng.choice((32, 40, 43, 64))),
    "bearer": lambda rng: drawn(rng, ALNUM + "-._~", rng.randint(24, 80)),
    "basic": basic,
    "session": lambda rng: drawn(rng, rng.choice((ALNUM, HEX)), rng.choice((26, 32, 40))),
    "card": card,
    "iban": iban,
    "ssn": social_security,
}
