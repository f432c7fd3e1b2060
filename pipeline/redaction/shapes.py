"""Secrets that are known by their own shape, as their vendors publish it."""

from collections.abc import Callable
from dataclasses import dataclass

from pipeline.redaction.checks import IBAN_LENGTHS, entropy, has_digit, is_basic, is_card, is_iban, is_luhn, is_mixed, is_social_security


@dataclass(frozen=True, slots=True)
class Shape:
    """A kind of secret: its pattern (the secret is group 1, else the whole), and what else must hold of it."""

    kind: str
    pattern: str
    holds: Callable[[str], bool] | None = None
    unless: str = ""  # what stands before it then
    screen: str = ""

    @property
    def trigger(self) -> str:
        """What is looked for in every text: the pattern up to its counted gap, as a gap would multiply the automaton's states."""
        return self.screen or self.pattern.partition(r"[^\n")[0]


# Before a token: nothing, no letter or digit, or an escape whose last letter would look like one.
_LEFT = r"(?:\A|[^A-Za-z0-9]|%[0-9A-Fa-f]{2}|\\[nrt]|\\[ux][0-9a-fA-F]{2,4})"
_NUMBER_LEFT = r"(?:\A|[^0-9A-Za-z_.\-/]|[A-Za-z][-.]|%[0-9A-Fa-f]{2}|\\[nrt]|\\u[0-9a-fA-F]{4})"
_NUMBER_RIGHT = r"(?:[^0-9A-Za-z_\-]|\\|-[^0-9]|\z)"
_GAP = r"(?:[ .+\-]|%20|\xc2\xa0|\xe2\x80[\x90-\x95])?"
_PLUS = r"(?:[ +\-]|%20|\xc2\xa0)?"
_COUNTRIES = "|".join(IBAN_LENGTHS)


def _is_random(value: str) -> bool:
    return has_digit(value) and entropy(value) > 3  # noqa: PLR2004 -- words and slugs lie below


def _is_key_of_40(value: str) -> bool:
    return is_mixed(value) and entropy(value) > 4  # noqa: PLR2004 -- 40 random letters of 64 have about 4.8


# Numbers that are counted or looked up by: an order of sixteen digits is no card.
_COUNTED = (
    r"(?i:(?:order|invoice|offset|[a-z_]*id|seq|sequence|timestamp|ts|time|nanos|epoch|ref|reference|tracking|ticket|block|blk|size|bytes|length|count|nonce|batch|"
    r"request|session|span|trace|snowflake|msg|message|event|hash|checksum|version|build|lsn|serial|sku|isbn|ean|barcode|imei|shipment|parcel)"
    r"[-_ ]?(?:id|no|nr|num|number|key)?\.?[\"']?\s{0,2}[:=#]?\s{0,2}[\"'#]?)\z"
)
PEM = r"-----BEGIN(?:[A-Z0-9 +]|%20){0,24}PRIVATE(?: |\+|%20)KEY(?:[A-Z +]|%20){0,12}-----"
_STORES = (
    "postgres|mysql|mariadb|mongodb|amqp|redis|valkey|mssql|sqlserver|oracle|cockroach|clickhouse|ftp|smtp|imap|"
    "ldap|nats|kafka|mqtt|elastic"
)
SHAPES: tuple[Shape, ...] = (
    Shape("aws_key_id", rf"{_LEFT}((?:AKIA|ASIA|ABIA|ACCA|A3T[A-Z0-9])[A-Z0-9]{{16}})\b"),
    Shape(
        "aws_secret",
        r"(?:AKIA|ASIA)[A-Z0-9]{16}[^A-Za-z0-9/+]{1,20}(?:[A-Za-z_ ]{0,40}[^A-Za-z0-9/+]{1,6})?([A-Za-z0-9/+]{40})\b",
        _is_key_of_40,
    ),
    Shape("aws_secret", r"(?i:aws)[^\n\x00]{0,60}?[^A-Za-z0-9/+=\n]([A-Za-z0-9/+]{40})(?:[^A-Za-z0-9/+=]|\z)", _is_key_of_40),
    Shape("aws_session", r"((?:IQoJb3JpZ2lu|FwoGZXIvYXdz|FQoGZXIvYXdz)[A-Za-z0-9/+=%]{50,})"),
    Shape("gcp_api_key", rf"{_LEFT}(AIza[0-9A-Za-z_\-]{{35}})"),
    Shape("gcp_oauth", rf"{_LEFT}(ya29\.[0-9A-Za-z_\-]{{20,}}|GOCSPX-[0-9A-Za-z_\-]{{24,}}|1//0[0-9A-Za-z_\-]{{30,}})"),
    Shape("azure_sas", r"(?i:(?:\A|[^a-z0-9]|%26|\\u0026)sig(?:=|%3d|\\u003d))([A-Za-z0-9%+/_=\-]{30,})"),
    Shape("azure_secret", rf"{_LEFT}([A-Za-z0-9_~.\-]{{3}}[0-9]Q~[A-Za-z0-9_~.\-]{{31,34}})", screen="[0-9]Q~"),
    Shape(
        "azure_key",
        r"(?i:key|azure|account)[^\n\x00]{0,60}?[^A-Za-z0-9/+=\-\n]([A-Za-z0-9/+]{86}(?:==|%3[Dd]%3[Dd]|(?:\\u003d){2}))",
        screen=r"(?:==|%3[Dd]%3[Dd]|(?:\\u003d){2})",
    ),
    Shape("azure_key", r"([A-Za-z0-9]{52}(?:JQQJ99[A-Za-z0-9]{4}|AZDO)[A-Za-z0-9]{4,28})\b", screen="JQQJ99|AZDO"),
    Shape("github", r"(gh[pousr]_[A-Za-z0-9]{30,}|github_pat_[A-Za-z0-9_]{40,})"),
    Shape("gitlab", r"(gl(?:pat|dt|rt|cbt|ptt|soat|ft|imt|agent|oas|wt|ffct)-[A-Za-z0-9_\-]{20,}(?:\.[A-Za-z0-9]{2}\.[a-z0-9]{9})?)"),
    Shape("slack", r"(xox[abceoprs](?:\.xox[bp])?-[A-Za-z0-9\-]{10,}|xapp-[0-9]-[A-Za-z0-9\-]{10,})"),
    Shape("slack_webhook", r"(?i:hooks\.slack\.com(?:/|%2f|\\/)(?:services|workflows|triggers)(?:/|%2f|\\/))([A-Za-z0-9/_%\\\-]{20,})"),
    Shape("webhook", r"(?i:discord(?:app)?\.com/api/(?:v[0-9]+/)?webhooks/)([0-9]+/[A-Za-z0-9_\-]{40,})"),
    Shape("webhook", r"(?i:webhook\.office\.com/webhookb2/)([A-Za-z0-9@/_\-]{40,})"),
    Shape("stripe", r"((?:sk|rk)_(?:live|test)_[A-Za-z0-9]{10,}|whsec_[A-Za-z0-9+/=]{24,})"),
    Shape("twilio", rf"{_LEFT}(SK[0-9a-f]{{32}})\b"),
    Shape("sendgrid", r"(SG\.[A-Za-z0-9_\-]{16,32}\.[A-Za-z0-9_\-]{16,64})"),
    Shape("mail_key", rf"{_LEFT}(key-[0-9a-z]{{32}}|[0-9a-f]{{32}}-us[0-9]{{1,2}})\b"),
    Shape("npm", r"(npm_[A-Za-z0-9]{36})"),
    Shape("pypi", r"(pypi-[A-Za-z0-9_\-]{40,})"),
    Shape("anthropic", r"(sk-ant-[A-Za-z0-9_\-]{20,})"),
    Shape("openai", rf"{_LEFT}(sk-[A-Za-z0-9_\-]{{20,}})", _is_random),
    Shape("model_key", rf"{_LEFT}((?:gsk_|hf_|r8_|xai-|pplx-|fw_|nvapi-|tgp_v1_)[A-Za-z0-9_\-]{{30,}})"),
    Shape("jwt", r"(eyJ[A-Za-z0-9_\-]{8,}(?:\.|%2[Ee])[A-Za-z0-9_\-]{4,}(?:\.|%2[Ee])[A-Za-z0-9_\-]*(?:\.[A-Za-z0-9_\-]+){0,2})"),
    Shape("bearer", r"(?i:\bbearer)(?:[\s:=\"']|%20|\+|\\u0020){1,4}([A-Za-z0-9._~+/=%\-]{16,})", has_digit),
    Shape("basic", r"(?i:\bbasic)(?:[\s:=\"']|%20|\+){1,4}([A-Za-z0-9+/]{6,}(?:=|%3[Dd]|\\u003d){0,2})", is_basic),
    Shape("age", r"(?i:(AGE-SECRET-KEY-1[A-Z0-9]{58}))"),
    Shape("digitalocean", r"(do[opr]_v1_[0-9a-f]{64})"),
    Shape("shopify", r"(shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32})"),
    Shape("square", r"(sq0(?:atp|csp|idp)-[0-9A-Za-z_\-]{22,}|EAAA[A-Za-z0-9_\-]{60})"),
    Shape("telegram", rf"{_LEFT}([0-9]{{8,10}}(?::|%3[Aa])AA[A-Za-z0-9_\-]{{33}})"),
    Shape("vault", rf"{_LEFT}(hv[sbr]\.[A-Za-z0-9_\-]{{24,}})"),
    Shape("databricks", rf"{_LEFT}(dapi[0-9a-f]{{32}}(?:-[0-9])?)\b"),
    Shape("grafana", r"(glsa_[A-Za-z0-9]{32}_[0-9a-fA-F]{8}|glc_[A-Za-z0-9+/=]{32,})"),
    Shape("newrelic", rf"{_LEFT}(NR(?:AK|II|JS|RA|BR)-[A-Za-z0-9_\-]{{19,}})"),
    Shape("sentry", r"(sntry[su]_[A-Za-z0-9_=+/\-]{40,})"),
    Shape("docker", r"(dckr_[po]at_[A-Za-z0-9_\-]{24,})"),
    Shape("atlassian", r"(ATATT3[A-Za-z0-9_\-=]{40,}|ATCTT3[A-Za-z0-9_\-=]{40,}|ATBB[A-Za-z0-9]{32})"),
    Shape("alibaba", rf"{_LEFT}(LTAI[A-Za-z0-9]{{12,24}})\b"),
    Shape("facebook", rf"{_LEFT}(EAA[A-Za-z0-9]{{80,}})"),
    Shape(
        "vendor_token",
        r"((?:lin_api|secret|ntn|sbp|pscale_tkn|pscale_pw|nfp|rubygems|PMAK|HRKU|fo1|fm2|dop|phc|figd|duffel_live|shippo_live|rdme|EZAK|pul|tfp|cio)[_\-][A-Za-z0-9_\-]{32,})",
        _is_random,
    ),
    Shape("vendor_token", rf"{_LEFT}((?:dp\.(?:pt|st|ct|sa)\.|dt0c01\.)[A-Za-z0-9.\-]{{40,}})"),
    Shape("vendor_token", rf"{_LEFT}([A-Za-z0-9]{{14}}\.atlasv1\.[A-Za-z0-9_\-=]{{60,}})", screen=r"\.atlasv1\."),
    Shape(
        "card",
        rf"{_NUMBER_LEFT}((?:4[0-9]{{3}}|5[1-5][0-9]{{2}}|2[2-7][0-9]{{2}}|6[0-9]{{3}}|35[0-9]{{2}})(?:{_GAP}[0-9]{{4}}){{3}}(?:{_GAP}[0-9]{{3}})?){_NUMBER_RIGHT}",
        is_card,
        _COUNTED,
    ),
    Shape(
        "card",
        rf"{_NUMBER_LEFT}(3[47][0-9]{{2}}{_GAP}[0-9]{{6}}{_GAP}[0-9]{{5}}|3[0689][0-9]{{2}}{_GAP}[0-9]{{6}}{_GAP}[0-9]{{4}}){_NUMBER_RIGHT}",
        is_card,
        _COUNTED,
    ),
    Shape(
        "card", r"(?i:card|\bpan|\bcc|visa|master|amex|maestro|credit|debit)(?:%3[AaDd]|%2[02]|[^0-9\n\x00]){0,24}([0-9]{12,19})\b", is_luhn
    ),
    Shape(
        "iban",
        rf"{_LEFT}((?:{_COUNTRIES})[0-9]{{2}}(?:{_PLUS}[A-Z0-9]{{4}}){{2,7}}(?:{_PLUS}[A-Z0-9]{{1,3}})?)\b",
        is_iban,
    ),
    Shape(
        "ssn",
        r"(?i:\bssn|social[ _\-]?security|tax[ _\-]?payer|\bitin)(?:%3[AaDd]|%20|[^0-9\n\x00]){0,24}"
        r"([0-9]{3}[\- .]?[0-9]{2}[\- .]?[0-9]{4})\b",
        is_social_security,
    ),
    Shape("ssn", r"\b([0-9]{3}-[0-9]{2}-[0-9]{4})[^0-9A-Za-z\n\x00]{1,8}(?i:\(?(?:ssn|social))", is_social_security),
    Shape("url_password", r"[A-Za-z][A-Za-z0-9+.\-]*(?:://|:\\/\\/)[^\s/:@\"'<>\x00]*:([^\s\"'<>/\x00]+)@[A-Za-z0-9\[\-_.{$]"),
    Shape("url_password", rf"(?i:{_STORES})[A-Za-z0-9+]*://[^\s/:@\"'<>\x00]*:([^\s\"'<>\x00]+)@[A-Za-z0-9\[\-_.{{$]"),
    Shape("url_password", r"(?i:%3a%2f%2f)[^\s/:@\"'<>&%\x00]*(?i:%3a|:)([^\s\"'<>&@\x00]+?)(?i:%40)[A-Za-z0-9]"),
    Shape("url_password", r"(?i:jdbc:oracle:[a-z]+:)[^\s/@]+/([^\s@/\"']+)@"),
    Shape("url_password", r"://([A-Za-z0-9_\-]{24,})@[A-Za-z0-9]", _is_random),
    Shape(
        "password", r"\b(?:mysql|mysqldump|mysqladmin|mysqlimport|mariadb|mariadb-dump)\b[^\n|;\x00]{0,200}?\s-p[\"']?([^\s\"'\x00]{3,})"
    ),
    Shape("password", r"\bsshpass\s+-p\s{0,3}[\"']?([^\s\"'\x00]+)"),
    Shape(
        "password",
        r"\b(?:curl|wget|httpie)\b[^\n\x00]{0,300}?\s(?:-u|--user|--proxy-user|-U|-a|--auth)[\s=]{0,2}[\"']?[^\s:\"'\x00/]{1,64}:([^\s\"'\x00]+)",
    ),
    Shape("password", r"\b(?:docker|podman|nerdctl|helm|oc) (?:registry )?login\b[^\n|;\x00]{0,160}?\s-p\s+[\"']?([^\s\"'\x00]+)"),
    Shape("password", r"\b(?:redis|valkey|keydb)-cli\b[^\n|;\x00]{0,160}?\s(?:-a|--pass)\s{1,3}[\"']?([^\s\"'\x00]+)"),
    Shape(
        "password",
        r"\b(?:sqlcmd|bcp|isql|osql|mongo|mongosh|mongodump|influx|clickhouse-client|unzip|ldapsearch|ldapmodify|ldapadd|htpasswd|ipmitool|rdesktop|snmpwalk|bsondump)\b[^\n|;\x00]{0,200}?\s-[PpwA]\s{0,2}[\"']?([^\s\"'\-\x00][^\s\"'\x00]{3,})",
        has_digit,
    ),
    Shape("password", r"\b(?:smbclient|rpcclient|winexe)\b[^\n\x00]{0,160}?\s-U\s{0,2}[\"']?[^\s%\"'\x00]{1,64}%([^\s\"'\x00]+)"),
    Shape("password", r"(?i:\bidentified\s+(?:with\s+[\w'\"]+\s+)?(?:by|as)\s+(?:password\s+)?)\\?[\"']([^\"'\x00\n]+)"),
    Shape("password", r"(?:\A|[\n\x00]|[>:\]\"']\s{0,2})(?:PASS|AUTH(?: [A-Za-z0-9_]{1,32})?) ([^\s\x00\"']{4,})", has_digit),
    Shape("password", r"\bAUTH (?:PLAIN|LOGIN|XOAUTH2) ([A-Za-z0-9+/=]{8,})"),
    Shape("password", r"\b(?:passin|passout|pass|passwd)[\s=]{1,2}pass:([^\s\"'\x00]+)"),
    Shape("password", r"(?i:\b(?:requirepass|masterauth|rootpw|bindpw))[ \t]{1,8}[\"']?([^\s\"'\x00]{4,})"),
    Shape("api_key", r"(?i:[?&](?:api)?key(?:=|%3d))([A-Za-z0-9_\-]{20,})", _is_random),
    Shape("session", r"(?i:\bsession(?:=|%3d|\\{0,4}[\"']\s?[:=]\s?)\\{0,4}[\"']?)([A-Za-z0-9+/_=.%\-]{16,})", has_digit),
)
