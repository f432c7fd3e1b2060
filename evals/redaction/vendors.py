"""Secrets as their vendors make them: prefix, letters and length by the vendors' public documents."""

import base64
import json
import string
from collections.abc import Callable, Mapping
from random import Random

Make = Callable[[Random], str]

ALNUM = string.ascii_letters + string.digits
URL_SAFE = ALNUM + "-_"
BASE64 = ALNUM + "+/"
HEX = "0123456789abcdef"
UPPER = string.ascii_uppercase + string.digits
BASE32 = string.ascii_uppercase + "234567"


def drawn(rng: Random, letters: str, length: int) -> str:
    """So many letters of an alphabet."""
    return "".join(rng.choices(letters, k=length))


def encoded(rng: Random, size: int) -> str:
    """So many random bytes as Base64."""
    return base64.b64encode(rng.randbytes(size)).decode()


def json_part(content: Mapping[str, object]) -> str:
    """A JSON object as a part of a JSON Web Token."""
    return base64.urlsafe_b64encode(json.dumps(content, separators=(",", ":")).encode()).decode().rstrip("=")


def web_token(rng: Random) -> str:
    """A JSON Web Token (RFC 7519) with an HMAC or an RSA signature."""
    algorithm, size = rng.choice((("HS256", 43), ("RS256", 342), ("ES256", 86)))
    head = json_part({"alg": algorithm, "typ": "JWT"})
    body = json_part({"sub": drawn(rng, string.digits, 10), "name": "A. User", "iat": rng.randrange(1_500_000_000, 1_900_000_000)})
    return f"{head}.{body}.{drawn(rng, URL_SAFE, size)}"


def pem(rng: Random, title: str, lines: int) -> str:
    """A private key in PEM (RFC 7468) with lines of 64 letters."""
    body = "\n".join(drawn(rng, BASE64, 64) for _ in range(lines))
    return f"-----BEGIN {title}-----\n{body}\n{drawn(rng, BASE64, 20)}\n-----END {title}-----"


def private_key(rng: Random) -> str:
    """PKCS#1, PKCS#8, SEC1 or DSA."""
    title = rng.choice(("RSA PRIVATE KEY", "PRIVATE KEY", "EC PRIVATE KEY", "DSA PRIVATE KEY", "ENCRYPTED PRIVATE KEY"))
    return pem(rng, title, rng.randint(3, 25))


def slack(rng: Random) -> str:
    """Bot, user and app tokens."""
    digits = (drawn(rng, string.digits, rng.randint(11, 13)) for _ in range(3))
    kind = rng.choice(("b", "p", "a"))
    if kind == "a":
        return f"xapp-1-A{drawn(rng, UPPER, 10)}-{next(digits)}-{drawn(rng, HEX, 64)}"
    tail = drawn(rng, ALNUM, 24) if kind == "b" else f"{next(digits)}-{drawn(rng, HEX, 32)}"
    return f"xox{kind}-{next(digits)}-{next(digits)}-{tail}"


def webhook(rng: Random) -> str:
    return f"https://hooks.slack.com/services/T{drawn(rng, UPPER, 8)}/B{drawn(rng, UPPER, 10)}/{drawn(rng, ALNUM, 24)}"


def openai(rng: Random) -> str:
    """Keys of users, projects and service accounts."""
    if rng.random() < 0.4:  # noqa: PLR2004 -- older keys are still in use
        return f"sk-{drawn(rng, ALNUM, 20)}T3BlbkFJ{drawn(rng, ALNUM, 20)}"
    return f"sk-{rng.choice(('proj', 'svcacct', 'admin'))}-{drawn(rng, URL_SAFE, 74)}T3BlbkFJ{drawn(rng, URL_SAFE, 74)}"


VENDORS: Mapping[str, Make] = {
    "aws_key_id": lambda rng: rng.choice(("AKIA", "ASIA")) + drawn(rng, BASE32, 16),
    "gcp_api_key": lambda rng: "AIza" + drawn(rng, URL_SAFE, 35),
    "gcp_oauth": lambda rng: "ya29." + drawn(rng, URL_SAFE, rng.randint(100, 180)),
    "azure_client_secret": lambda rng: f"{drawn(rng, ALNUM, 3)}8Q~{drawn(rng, ALNUM + '_.-~', 34)}",
    "github": lambda rng: f"gh{rng.choice('pousr')}_{drawn(rng, ALNUM, 36)}",
    "github_fine": lambda rng: f"github_pat_{drawn(rng, ALNUM, 22)}_{drawn(rng, ALNUM, 59)}",
    "gitlab": lambda rng: f"glpat-{drawn(rng, URL_SAFE, 20)}",
    "slack_token": slack,
    "slack_webhook": webhook,
    "stripe": lambda rng: f"{rng.choice(('sk', 'rk'))}_{rng.choice(('live', 'test'))}_{drawn(rng, ALNUM, rng.choice((24, 99)))}",
    "stripe_webhook": lambda rng: f"whsec_{drawn(rng, ALNUM, 32)}",
    "twilio_key": lambda rng: "SK" + drawn(rng, HEX, 32),
    "sendgrid": lambda rng: f"SG.{drawn(rng, URL_SAFE, 22)}.{drawn(rng, URL_SAFE, 43)}",
    "npm": lambda rng: "npm_" + drawn(rng, ALNUM, 36),
    "pypi": lambda rng: "pypi-AgEIcHlwaS5vcmc" + drawn(rng, URL_SAFE, rng.randint(130, 170)),
    "openai": openai,
    "anthropic": lambda rng: f"sk-ant-api03-{drawn(rng, URL_SAFE, 93)}AA",
    "hugging_face": lambda rng: "hf_" + drawn(rng, string.ascii_letters, 34),
    "jwt": web_token,
    "digitalocean": lambda rng: "dop_v1_" + drawn(rng, HEX, 64),
    "vault": lambda rng: "hvs." + drawn(rng, URL_SAFE, 95),
    "telegram": lambda rng: f"{drawn(rng, '123456789', 10)}:AA{drawn(rng, URL_SAFE, 33)}",
    "shopify": lambda rng: "shpat_" + drawn(rng, HEX, 32),
    "private_key": private_key,
    "ssh_key": lambda rng: pem(rng, "OPENSSH PRIVATE KEY", rng.randint(5, 36)),
}
