"""Names that say that what stands beside them is secret."""

from typing import Literal

Class = Literal["strong", "weak", "header", "cookie", "session", "code"]

_KEY_OF = (
    "api|app|access|acct|account|auth|encryption|decryption|encrypt|signing|signature|master|private|priv|shared[-_. ]?access|shared|"
    "storage|subscription|deploy|consumer|license|webhook|functions?|rest|integration|sas|hmac|aes|cipher|"
    "session|admin|secret|write"
)
STRONG = (
    r"p(?:ass|asse|4ss)[-_ ]?(?:word|wd|phrase|code|w0rd|wort)",
    r"kennwort|contrase(?:ñ|Ñ|n|%c3%b1|\\u00f1)a|mot[-_ ]?de[-_ ]?passe|senha|wachtwoord|l(?:ö|o)senord|has(?:ł|l)o|parola",
    r"пароль|Пароль|ПАРОЛЬ|密码|密碼|パスワード|비밀번호",
    r"pwd|psw|passwrd|requirepass|masterauth",
    rf"secret(?:[-_. ]?(?:access[-_. ]?)?key)?(?:[-_]base)?(?:[-_]token)?|(?:{_KEY_OF})[-_. ]?key",
    r"credentials?",
)
HEADER = r"authori[sz]ation"
COOKIE = r"(?:set[-_ ]?)?cookies?2?"
SESSION = r"sess(?:ion)?[-_. ]?id|[a-z_]{2,20}_session|connect\.sid|\bsid|aspxauth|aspsessionid[a-z]{8}"
RIGHT = r"token|client_assertion|code_verifier|amz-signature|goog-signature"
WEAK = "pass|passw|pw|auth|jwt|bearer|cred|creds|passkey"
CODE = "otp|totp|pin|cvv|cvv2|cvc"
NAME = f"{'|'.join(STRONG)}|{HEADER}|{COOKIE}|{SESSION}|{RIGHT}|{WEAK}|{CODE}"
# Tokens of another trade: places in a list, not rights.
PLACES = (
    "page",
    "next",
    "continuation",
    "sync",
    "cursor",
    "cancel",
    "cancellation",
    "unexpected",
    "syntax",
    "last",
    "stop",
    "pad",
    "eos",
    "resume",
)
SUFFIX = (
    r"(?:[-_. ]?(?:[0-9]{1,3}|value|val|plain|plaintext|hash|hex|b64|base64|enc|encrypted|new|old|current|confirm|confirmation|again|"
    r"prod|production|stage|staging|dev|test|live|default|primary|secondary|env|str|string|raw|data|main|root|admin|db|header|v[0-9]))"
)


def kind_of(name: str) -> str:
    """What kind of secret a name speaks of."""
    plain = "".join(letter for letter in name.lower() if letter.isalnum())
    for kind, parts in _KINDS:
        if any(part in plain for part in parts):
            return kind
    return "password"


def class_of(name: str) -> Class:
    """How much a name says by itself."""
    plain = "".join(letter for letter in name.lower() if letter.isalnum())
    if plain.startswith("authori"):
        return "header"
    if "cookie" in plain:
        return "cookie"
    if plain in _CODE:
        return "code"
    if plain in _WEAK:
        return "weak"
    is_session = (
        ("sess" in plain and not plain.endswith(("key", "secret", "token"))) or plain in {"sid", "connectsid"} or plain.startswith("aspx")
    )
    return "session" if is_session else "strong"


def stands_alone(before: str, name: str) -> bool:
    """Whether a short name is a word of its own after this text: `db_pass`, `dbPass`, not `compass`; and no page token."""
    plain = "".join(letter for letter in name.lower() if letter.isalnum())
    if plain == "token":
        return not before.lower().rstrip("-_. ").endswith(PLACES)
    if plain not in _WEAK and plain not in _CODE and plain not in {"sid", "pwd", "psw"}:
        return True
    return not before[-1:].isalpha() or (before[-1:].islower() and name[0].isupper()) or plain in {"pwd", "psw"}


_WEAK = frozenset(WEAK.split("|")) | {"token", "clientassertion", "codeverifier", "amzsignature", "googsignature"}
_CODE = frozenset(CODE.split("|"))
_KINDS = (
    ("authorization", ("authori",)),
    ("cookie", ("cookie",)),
    ("private_key", ("privatekey", "privkey", "sshkey", "gpgkey")),
    ("session", ("sess", "sid", "aspx")),
    ("token", ("token", "jwt", "bearer", "assertion", "verifier", "otp", "signature")),
    ("api_key", ("key",)),
    ("secret", ("secret", "cred")),
    ("code", ("pin", "cvv", "cvc")),
)
