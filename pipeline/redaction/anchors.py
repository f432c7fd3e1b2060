"""Where a secret-like name is followed by something that gives it a value."""

from pipeline.redaction.names import NAME, SUFFIX

# How a name is closed before its separator: quotes, also escaped or encoded, brackets, marks of Markdown.
_QUOTE = r"(?:\\{0,7}[\"'`]|\xe2\x80\x99|\xe2\x80\x9d|\xc2\xbb|%22|%27|%5[Cc]%22|&quot;|&#3[49];|\\u002[27])"
_CLOSE = rf"(?:{_QUOTE}|\[[\w]{{0,8}}\]|\]|\}}|%5[Dd]|\*\*){{0,3}}"
_BLANK = r"(?:\s|\xc2\xa0|\xe2\x80\x8b|\xe3\x80\x80|%20|\\t)"  # also no-break, zero-width, ideographic
_EQUALS = r"(?:\xe2\x86\x92|=>|:=|==|->|=|::|:|\xef\xbc\x9a|\xef\xbc\x9d|%3[DdAa]|%253[DdAa]|\\u003[DdAa]|\\x3[DdAa]|&#61;|&#58;)"
_VALUE = r"(?:value|val|v|content|plaintext)"
_VALUE_OF = rf"(?:{_QUOTE}|[,\s/]|\\[nrt]){{1,24}}(?:type=[\"'\w]{{3,12}}\s)?{_VALUE}{_QUOTE}?{_BLANK}{{0,3}}{_EQUALS}"
_INNER = rf"\s{{0,3}}:\s{{0,3}}\{{\s{{0,3}}{_QUOTE}{_VALUE}{_QUOTE}\s{{0,3}}:"
_FORM = rf"{_QUOTE}(?:\r?\n|(?:\\r)?\\n){{2}}"  # multipart/form-data
_MARKUP = r"(?:\s[\w:.\-]{1,20}=\\?[\"'][^\"'<>\n]{0,40}[\"']){0,3}>"

# name = value, "name": "value", name[0]: value, <name>value, {"name": "x_name", "value": "value"}
_GIVEN_BY = rf"(?:{_CLOSE}(?:{_INNER}|{_BLANK}{{0,12}}{_EQUALS}|{_VALUE_OF})|{_FORM}|{_MARKUP})"
GIVEN = rf"(?i:({NAME}){SUFFIX}{{0,2}}{_GIVEN_BY}{_BLANK}{{0,16}})"
# An option of a command line
_FLAG_LEFT = r"(?:\A|[\s\"'`(\[,=\x00])--?(?:[a-z0-9]{1,20}[-_]){0,4}"
FLAG = rf"(?i:{_FLAG_LEFT}({NAME}){SUFFIX}{{0,2}}(?:\s{{1,4}}|{_QUOTE}?\s{{0,3}},\s{{0,3}}))"
# A pair in brackets
PAIR = rf"(?i:[(\[]\s{{0,3}}b?{_QUOTE}[\w.\-]{{0,40}}?({NAME}){SUFFIX}{{0,2}}{_QUOTE}\s{{0,3}},\s{{0,3}}b?)"
# the name is value, name 'value', name (value), name for bob: value
_SAYS = r"(?:is|was|of|be|set\s+to|reset\s+to|changed\s+to|to|with|ist|lautet)"
_WHOSE = r"(?:\sfor(?:\s(?:user|account|the))?\s[^\s:]{1,40})?"
_SAID = rf"{_WHOSE}(?:\s{{1,2}}{_SAYS}:?\s{{1,2}}|:\s)|\s{{0,2}}[(|]\s{{0,2}}|\s(?:\xe2\x80[\x93\x94]|-)\s|[ \t]{{1,2}}"
_OPENED = rf"(?:{_QUOTE}|\xe2\x80\x9c|\xe2\x80\x98|\xc2\xab)"
_LIKELY = rf"(?:{_OPENED}|[A-Za-z0-9+/_=\-]{{16}}|[^\s]{{0,20}}[0-9][^\s]{{0,20}}[0-9])"
SPOKEN = rf"(?i:({NAME}){SUFFIX}{{0,2}}{_QUOTE}?({_SAID}){_LIKELY})"
# An attribute's key
KEY = rf"(?i:({NAME}){SUFFIX}{{0,2}}[\])]?\z)"

ANCHORS = (GIVEN, FLAG, PAIR, SPOKEN)
