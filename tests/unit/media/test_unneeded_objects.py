"""Which objects of a lesson nobody needs."""

from youke.media.leftovers import unneeded

A, B = "a" * 32, "b" * 32


def test_only_what_no_row_and_no_living_claim_names_is_unneeded() -> None:
    keys = [
        f"media/l/chunks/k/720p-00000-{A}.mp4",
        f"media/l/chunks/k/720p-00001-{A}.mp4",
        f"media/l/chunks/k/720p-00002-{B}.mp4",
        f"media/l/e/{A}/720p.mp4",
        f"media/l/e/{B}/720p.mp4",
        "media/l/e/old/720p.mp4",
    ]
    found = unneeded(keys, known={keys[0]}, folders=["media/l/e/old/"], held={B})
    assert list(found) == [keys[1], keys[3]]


def test_without_anything_watched_or_held_only_rows_count() -> None:
    keys = ["media/l/chunks/k/x.mp4", "media/l/chunks/k/y.mp4"]
    assert list(unneeded(keys, known={keys[1]}, folders=[], held=set())) == [keys[0]]
