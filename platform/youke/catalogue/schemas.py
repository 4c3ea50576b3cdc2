"""What the catalogue sends."""

from youke.kernel.schema import Schema


class EntryOut(Schema):
    """A stage, grade or subject in both languages."""

    code: str
    zh: str
    en: str


class CatalogueOut(Schema):
    """The catalogue's first levels."""

    stages: list[EntryOut]
    grades: list[EntryOut]
    subjects: list[EntryOut]
