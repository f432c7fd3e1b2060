"""What tells a secret from a number or an id of the same shape."""

import base64
import binascii
from collections import Counter
from math import log2

# Lengths by country: SWIFT IBAN registry.
IBAN_LENGTHS = {
    **dict.fromkeys(("NO",), 15),
    **dict.fromkeys(("BE",), 16),
    **dict.fromkeys(("DK", "FI", "NL", "FO", "GL", "SD"), 18),
    **dict.fromkeys(("MK", "SI"), 19),
    **dict.fromkeys(("AT", "BA", "EE", "KZ", "LT", "LU", "XK", "MN"), 20),
    **dict.fromkeys(("CH", "HR", "LI", "LV"), 21),
    **dict.fromkeys(("BG", "BH", "CR", "DE", "GB", "GE", "IE", "ME", "RS", "VA"), 22),
    **dict.fromkeys(("AE", "GI", "IL", "IQ", "TL", "OM", "SO"), 23),
    **dict.fromkeys(("AD", "CZ", "ES", "MD", "PK", "RO", "SA", "SE", "SK", "TN", "VG"), 24),
    **dict.fromkeys(("LY", "PT", "ST"), 25),
    **dict.fromkeys(("IS", "TR"), 26),
    **dict.fromkeys(("BI", "DJ", "FR", "GR", "IT", "MC", "MR", "SM"), 27),
    **dict.fromkeys(("AL", "AZ", "BY", "CY", "DO", "GT", "HU", "LB", "NI", "PL", "SV"), 28),
    **dict.fromkeys(("BR", "EG", "PS", "QA", "UA"), 29),
    **dict.fromkeys(("JO", "KW", "MU"), 30),
    **dict.fromkeys(("MT", "SC"), 31),
    "LC": 32,
    "RU": 33,
}
_CARD_GROUPS = {(14,), (15,), (16,), (4, 4, 4, 4), (4, 6, 5), (4, 6, 4), (4, 4, 4, 4, 3), (4, 4, 4, 1)}


def is_card(value: str) -> bool:
    """A payment card number: groups as printed on cards, one kind of separator, and Luhn's check digit (ISO/IEC 7812-1)."""
    groups = "".join(letter if letter.isdigit() else " " for letter in value.replace("%20", " ")).split()
    if tuple(len(group) for group in groups) not in _CARD_GROUPS:
        return False
    digits = "".join(groups)
    return len(set(digits)) > 1 and is_luhn(digits)


def is_luhn(digits: str) -> bool:
    """Luhn's check over decimal digits."""
    doubled = [sum(divmod(2 * int(digit), 10)) if place % 2 else int(digit) for place, digit in enumerate(reversed(digits))]
    return sum(doubled) % 10 == 0


def is_iban(value: str) -> bool:
    """An account number of ISO 13616: length of its country and remainder 1 by 97."""
    plain = "".join(letter for letter in value.replace("%20", " ").upper() if letter.isalnum())
    if not plain.isascii() or IBAN_LENGTHS.get(plain[:2]) != len(plain):
        return False
    return int("".join(str(int(letter, 36)) for letter in plain[4:] + plain[:4])) % 97 == 1


def is_social_security(value: str) -> bool:
    """A number that the US Social Security Administration can have given out."""
    digits = "".join(letter for letter in value if letter.isdigit())
    area, group, serial = digits[:3], digits[3:5], digits[5:]
    return area not in {"000", "666"} and area < "900" and group != "00" and serial != "0000"


def is_basic(value: str) -> bool:
    """Base64 of `user:password` (RFC 7617)."""
    plain = value.replace("%3D", "=").replace("%3d", "=").replace("\\u003d", "=").rstrip("=")
    try:
        pair = base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except (binascii.Error, ValueError):
        return False
    return b":" in pair and all(byte >= 0x20 for byte in pair)  # noqa: PLR2004 -- no control characters


def is_mixed(value: str) -> bool:
    """Upper and lower case and digits, as random keys of 62 letters have."""
    return any(letter.islower() for letter in value) and any(letter.isupper() for letter in value) and any(map(str.isdigit, value))


def has_digit(value: str) -> bool:
    return any(letter.isdigit() for letter in value)


def entropy(value: str) -> float:
    """Shannon entropy of the letters, bits each."""
    return -sum(n / len(value) * log2(n / len(value)) for n in Counter(value).values())
