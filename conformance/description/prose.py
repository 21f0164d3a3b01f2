"""Statements in the prose of descriptions: null, presence, lists, ids and URLs. Pure; English only.

Words are read cautiously: a sentence about another field, a purpose or a negation states nothing.
"""

import re

import msgspec

from conformance.model import StatedOrder

_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z`\"'*(])|\s*\n\s*(?:\n|[-*]\s)")
_SELF = frozenset({"it", "this", "that", "value", "field", "property", "which", "and", "or"})

_NULL = r"[`'\"]?\bnull\b[`'\"]?"
_NULL_DENIED = re.compile(
    rf"\b(?:not|never|non|cannot|no longer|neither|without)\b[^,;]{{0,24}}\bnull|n't\b[^,;]{{0,24}}\bnull"
    rf"|{_NULL}\s+(?:values?|entries|fields?|properties)\b|\bnull\s+(?:is|are)\s+(?:not\b|never\b|forbidden|invalid"
    r"|rejected|refused|disallowed|ignored)|\bstring\s+[`'\"]?null|\bnot\s+nullable|non-?nullable|\bisnull\b",
    re.IGNORECASE,
)
_NULL_ELSEWHERE = re.compile(
    r"\b(?:if|when|whenever|where|unless|while|until)\s+(?:the\s+)?[`'\"]?([\w.-]+)[`'\"]?\s+(?:is|are|was)\s+"
    rf"(?:set\s+to\s+)?{_NULL}",
    re.IGNORECASE,
)
_NULL_STATED = re.compile(
    rf"\bnullable\b|(?:\b(?:can|may|might|will|could|be|is|are|as|or|returns?|returned|becomes?|otherwise|else|send|to)"
    rf"|[:,;/—\u2013(-]|^)\s*{_NULL}|{_NULL}\s+(?:if|when|whenever|unless|until|where|while|for|before|after|to|means"
    r"|indicates|is\s+(?:allowed|permitted|accepted)|otherwise)\b",
    re.IGNORECASE,
)
_NONE_STATED = re.compile(r"\bNone\s+(?:if|when|unless|until)\b")
_ALL_FIELDS = re.compile(
    r"\b(?:all|every|each)\b[\w\s]{0,24}\b(?:fields?|properties|property|values?|members?)\b[\w\s]{0,12}"
    r"\b(?:is|are|be)\s+null(?:able)?\b",
    re.IGNORECASE,
)

_NEEDED = r"(?:required|mandatory|compulsory)"
_GIVEN = r"(?:sent|given|provided|supplied|specified|included|present|passed|filled in)"
_PRESENCE_WORD = re.compile(r"requir|mandatory|compulsory|must|always", re.IGNORECASE)
"""In every statement of presence; searched first, since the statements themselves are compiled for each name."""
_LATER = r"(?:if|when|whenever|where|unless|only|together with|alongside|with|for|in case|as long as|except)\b"
_CONDITION = re.compile(rf"\b({_LATER}.*)", re.IGNORECASE)
_CLAUSE = re.compile(r"\b(?:if|when|whenever|where|unless|in case|as long as)\b(.*)", re.IGNORECASE)
_CHOICE = re.compile(r"\b(?:one of|either|neither|none of|any of|exactly one|at least one)\b", re.IGNORECASE)
_DENIED = re.compile(r"\b(?:not|no|never|optional|cannot|without)\b|n't\b", re.IGNORECASE)

_LIST_WORD = r"(?:list|array|collection|sequence|set)"
_LIST_SUBJECT = re.compile(
    rf"^(?:returns?\s+)?(?:an?\s+|the\s+)?(?:\w+\s+){{0,2}}?{_LIST_WORD}\s+of\s+(?:all\s+)?(?P<noun>[\w `'/-]+)",
    re.IGNORECASE,
)
_ALWAYS_LIST = re.compile(r"^always\s+an?\s+(?:list|array)\b", re.IGNORECASE)
_MANY_ITEMS = re.compile(r"^(?:zero|one)\s+or\s+more\b", re.IGNORECASE)
_ENTRY = r"(?:entry|element|item|row)"
_ENTRIES = re.compile(
    rf"\b(?:an?|one|another)\s+{_ENTRY}\s+(?:for|per)\b.*\band\s+(?:an?|one|another)\s+{_ENTRY}\s+(?:for|per)\b"
    rf"|\b(?:an?|one)\s+{_ENTRY}\s+(?:for\s+each|for\s+every|per)\b",
    re.IGNORECASE,
)
_JOINED = re.compile(r"\b(?:comma|space|semicolon|pipe|newline|delimited|separated)\b", re.IGNORECASE)

_ID = re.compile(r"\b(?:ids?|uid|uuid|ulid|identifiers?)\b", re.IGNORECASE)
_URL = re.compile(r"\b(?:urls?|uris?|links?|hrefs?|hyperlinks?|address|addresses)\b", re.IGNORECASE)
_URL_SUBJECT = re.compile(
    r"^(?:the\s+|an?\s+|only\b.*?\b)?(?:absolute\s+|full\s+|canonical\s+|resource\s+)*(?:url|uri|hyperlink)\b",
    re.IGNORECASE,
)

_NULL_WITHOUT_USER = re.compile(
    rf"{_NULL}\s+(?:(?:for|when|if|with)\b[^.;]*\b(?:anonymous|client[ -]credentials)|without\s+(?:one|a\s+user)\b)",
    re.IGNORECASE,
)
_USER = re.compile(r"\b(?:acting|authenticated|calling|current)\s+user\b", re.IGNORECASE)
_SCOPE_NEEDED = re.compile(
    r"\b(?:requires?|needs?)\s+(?:an?\s+|the\s+)?(?:OAuth\s+token\s+with\s+)?[`'\"]?(?P<scope>\w+(?::\w+)+)\b",
    re.IGNORECASE,
)
_ALIGNED = re.compile(
    r"(?:\baligned\s+(?:to|with|on)|\b(?:falls?|starts?|begins?|always)\s+on|^on)\s+(?:the\s+|an?\s+)?(?:full\s+|whole\s+)?"
    r"(?:(?P<half>half[ -]hours?\b|:00\s+or\s+:30)|(?P<quarter>quarter[ -]hours?\b)|(?P<hour>hours?\b))(?!\s+of\b)",
    re.IGNORECASE,
)
_ALIGNMENTS_S = {"half": 1800, "quarter": 900, "hour": 3600}
_DESCENDING = r"(?:newest|latest|most\s+recent|highest|largest)\s+first|descending"
_ASCENDING = r"(?:oldest|earliest|lowest|smallest)\s+first|ascending|alphabetical(?:ly)?"
_ORDERED = re.compile(
    rf"(?:\b(?:sorted|ordered|listed)|^in\s+(?:the\s+)?order|(?:^|,\s)(?=(?:{_DESCENDING}|{_ASCENDING})\b))\s*"
    rf"(?:\b(?:by|of)\s+(?:the\s+|their\s+)?[`'\"]?(?P<field>\w+(?:\s+(?!in\b|{_DESCENDING}|{_ASCENDING})\w+)?)[`'\"]?)?"
    rf"[\s,;:(\u2013\u2014-]*(?:in\s+)?(?:(?P<descending>{_DESCENDING})|(?P<ascending>{_ASCENDING}))?",
    re.IGNORECASE,
)


class Presence(msgspec.Struct, frozen=True):
    """A statement that something must be sent: the sentence, and its condition, empty where there is none."""

    sentence: str
    condition: str = ""


def split_sentences(text: str) -> tuple[str, ...]:
    """Return the sentences and list items of a text, each on one line."""
    parts = (" ".join(part.split()) for part in _SENTENCE_END.split(text))
    return tuple(part.strip("*- ") for part in parts if part)


def is_null_stated(text: str, name: str = "") -> bool:
    """Return whether a text says that the value it describes can be null; `name` is the property's own."""
    return any(_is_null_in_sentence(sentence, name) for sentence in split_sentences(text))


def _is_null_in_sentence(sentence: str, name: str) -> bool:
    plain = _remove_other_subjects(sentence, name)
    plain = _NULL_DENIED.sub(" ", plain)
    return bool(_NULL_STATED.search(plain) or _NONE_STATED.search(plain))


def _remove_other_subjects(sentence: str, name: str) -> str:
    """Return a sentence without the conditions about another field, such as "if `user` is null"."""

    def keep_own(match: re.Match[str]) -> str:
        subject = match[1].lower()
        return match[0] if subject in _SELF or subject == name.lower() else " "

    return _NULL_ELSEWHERE.sub(keep_own, sentence)


def is_every_field_nullable(text: str) -> bool:
    """Return whether the text of an object says that all of its fields can be null."""
    return any(_ALL_FIELDS.search(_NULL_DENIED.sub(" ", sentence)) for sentence in split_sentences(text))


def find_own_presence(text: str, name: str, kind: str) -> Presence | None:
    """Return the statement in a text that what it describes must be sent, or None.

    `kind` is what it is called in its text, beside `name`: `parameter`, `header`, `property` or the like.
    """
    if not _PRESENCE_WORD.search(text):
        return None
    quoted = rf"[`'\"]?{re.escape(name)}[`'\"]?"
    subject = rf"(?:(?:this|the)\s+)?(?:{quoted}|value|field|argument|attribute|parameter|{kind})"
    statement = re.compile(
        rf"^{_NEEDED}\b(?=\s*(?:$|[.,;:!)—\u2013-]|{_LATER}))|^\(?{_NEEDED}\)"
        rf"|^(?:{subject}\s+)?must\s+(?:always\s+)?be\s+{_GIVEN}\b|^always\s+{_GIVEN}\b"
        rf"|^{subject}\s+(?:(?:is|are)\s+)?(?:always\s+|now\s+)?{_NEEDED}\b"
        rf"|\brequires?\b.{{0,80}}\b(?:via|in|by|with|through|as)\s+this\s+(?:{kind}|parameter|header|field)\b"
        rf"|\({_NEEDED}\b[^)]*\)\s*\.?$",
        re.IGNORECASE,
    )
    return _find_presence(text, statement)


def find_named_presence(text: str, name: str) -> Presence | None:
    """Return the statement in a text about an object or operation that a field which it names must be sent."""
    if name.lower() not in text.lower() or not _PRESENCE_WORD.search(text):
        return None
    quoted = rf"[`'\"]{re.escape(name)}[`'\"]"
    statement = re.compile(
        rf"{quoted}\s+(?:header\s+|parameter\s+|field\s+|property\s+)?(?:is|are|must\s+be)\s+(?:always\s+)?"
        rf"(?:{_NEEDED}|{_GIVEN})\b|\bmust\s+(?:always\s+|also\s+)?(?:include|send|supply|provide|specify|contain|set)"
        rf"\s+(?:the\s+|an?\s+)?{quoted}|\brequires?\s+(?:the\s+|an?\s+)?{quoted}",
        re.IGNORECASE,
    )
    return _find_presence(text, statement)


def _find_presence(text: str, statement: re.Pattern[str]) -> Presence | None:
    for sentence in split_sentences(text):
        match = statement.search(sentence)
        if match is None or _CHOICE.search(sentence) or _DENIED.search(sentence[: match.end()]):
            continue
        clause = _CLAUSE.search(sentence[: match.start()])
        if clause is not None and ("," not in clause[1] or "`" in clause[1].rpartition(",")[2]):
            continue  # the statement is itself a condition: "When `program_id` is supplied, …"
        before = _CONDITION.search(sentence[: match.start()])
        after = _CONDITION.search(match[0] if "(" in match[0] else sentence[match.end() :])
        condition = before[1].partition(",")[0] if before else after[1] if after else ""
        return Presence(sentence, condition.rstrip(".) "))
    return None


def find_listed_noun(text: str) -> str:
    """Return what a text says a list of, such as `vehicle models`; empty where it speaks of no list."""
    for sentence in split_sentences(text)[:1]:
        match = _LIST_SUBJECT.search(sentence)
        if match is not None and not _JOINED.search(sentence):
            return match["noun"].strip(" `'")
    return ""


def is_list_stated(text: str) -> bool:
    """Return whether a text says that the value it describes is a list."""
    if find_listed_noun(text):
        return True
    sentences = [sentence for sentence in split_sentences(text) if not _JOINED.search(sentence)]
    return any(_ALWAYS_LIST.search(s) or _MANY_ITEMS.search(s) or _ENTRIES.search(s) for s in sentences)


def is_id_stated(text: str) -> bool:
    """Return whether a text speaks of an id and of no URL."""
    return bool(_ID.search(text)) and not _URL.search(text)


def is_url_stated(text: str) -> bool:
    """Return whether a text begins with a URL as what it describes, and speaks of no id."""
    return any(_URL_SUBJECT.search(sentence) for sentence in split_sentences(text)[:1]) and not _ID.search(text)


def is_null_without_user(text: str) -> bool:
    """Return whether a text says that its value is about the acting user, and null if no user acts.

    >>> is_null_without_user("Whether the authenticated user may join; `null` for anonymous requests.")
    True
    """
    plain = " ".join(text.split())
    return bool(_USER.search(plain)) and bool(_NULL_WITHOUT_USER.search(plain))


def find_alignment(text: str) -> int:
    """Return the number of seconds that a time is a multiple of by its text, 0 if the text does not say so.

    >>> find_alignment("Aligned to the half-hour marks."), find_alignment("Half an hour later.")
    (1800, 0)
    """
    for sentence in split_sentences(text):
        match = _ALIGNED.search(sentence)
        if match is not None and not _DENIED.search(sentence):
            return _ALIGNMENTS_S[match.lastgroup or "hour"]
    return 0


def find_order(text: str) -> StatedOrder | None:
    """Return the order that a text states of the list which it describes, or None.

    >>> find_order("All logs, sorted newest first."), find_order("Prices, ordered by start time (most recent first).")
    (StatedOrder(field='', is_descending=True), StatedOrder(field='start time', is_descending=True))
    >>> find_order("The feeds, sorted by name."), find_order("The results are sorted on request.")
    (StatedOrder(field='name', is_descending=None), None)
    """
    for sentence in split_sentences(text):
        for match in _ORDERED.finditer(sentence):
            is_directed = bool(match["descending"] or match["ascending"])
            if (match["field"] or is_directed) and not _DENIED.search(sentence):
                return StatedOrder(match["field"] or "", bool(match["descending"]) if is_directed else None)
    return None


def find_needed_scope(text: str) -> str:
    """Return the scope that a text requires for what it describes, empty where it names none.

    >>> find_needed_scope("Can be expanded. Requires the `debug:read` scope."), find_needed_scope("Requires a scope.")
    ('debug:read', '')
    """
    match = _SCOPE_NEEDED.search(text)
    return match["scope"] if match else ""
