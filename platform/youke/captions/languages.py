"""The languages that captions can be in: those that are taught or spoken at schools."""

#: The language of the schools, in which captions are made automatically.
AUTOMATIC = "zh-Hans"
#: By BCP 47 tag, each in its own words, in the order in which they are offered.
LANGUAGES = {
    "zh-Hans": "简体中文",
    "en": "English",
    "zh-Hant": "繁體中文",
    "bo": "བོད་སྐད།",
    "ii": "ꆈꌠꉙ",
    "kk": "قازاقشا",
    "ko": "한국어",
    "mn": "ᠮᠣᠩᠭᠣᠯ ᠬᠡᠯᠡ",
    "ug": "ئۇيغۇرچە",
    "za": "Vahcuengh",
    "de": "Deutsch",
    "es": "Español",
    "fr": "Français",
    "ja": "日本語",
    "ru": "Русский",
}
