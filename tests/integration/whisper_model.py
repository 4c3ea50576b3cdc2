"""Makes a Whisper model of random numbers, a thousandth of the smallest real one.

It needs faster-whisper and what that needs; tests without them are skipped.
"""

from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

#: Width of the model, of its inner layers, and bands of its spectra.
WIDTH, INNER, BANDS = 16, 32, 80
#: Positions in the sound and in the text.
SOUND, TEXT = 1500, 448
MARKS = (
    *("<|endoftext|>", "<|startoftranscript|>", "<|en|>", "<|zh|>", "<|translate|>"),
    *("<|transcribe|>", "<|startoflm|>", "<|startofprev|>", "<|nospeech|>"),
    "<|notimestamps|>",
    *(f"<|{number * 0.02:.2f}|>" for number in range(1501)),
)
_rng = np.random.default_rng(3)


def make_model(folder: Path) -> Path:
    """Write a model as faster-whisper reads it into a new folder."""
    specs: Any = import_module("ctranslate2.specs.whisper_spec")
    folder.mkdir()
    letters = _write_tokenizer(folder / "tokenizer.json")
    spec = specs.WhisperSpec(1, 2, 1, 2)
    _fill_encoder(spec.encoder)
    _fill_decoder(spec.decoder, len(letters) + len(MARKS))
    spec.register_vocabulary([*letters, *MARKS])
    languages = [len(letters) + MARKS.index(each) for each in ("<|en|>", "<|zh|>")]
    spec.config.suppress_ids = spec.config.suppress_ids_begin = []
    spec.config.lang_ids, spec.config.alignment_heads = languages, [[0, 0]]
    spec.validate()
    spec.optimize()
    spec.save(str(folder))
    return folder


def _write_tokenizer(path: Path) -> list[str]:
    tokenizers: Any = import_module("tokenizers")
    letters = sorted(tokenizers.pre_tokenizers.ByteLevel.alphabet())
    by_letter = {letter: number for number, letter in enumerate(letters)}
    tokenizer = tokenizers.Tokenizer(tokenizers.models.BPE(by_letter, []))
    byte_level = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.pre_tokenizer = byte_level
    tokenizer.decoder = tokenizers.decoders.ByteLevel()
    tokenizer.add_special_tokens(list(MARKS))
    tokenizer.save(str(path))
    return letters


def _random(*shape: int) -> NDArray[np.float32]:
    return _rng.normal(0, 0.3, shape).astype(np.float32)


def _fill_encoder(encoder: Any) -> None:
    for layer, depth in ((encoder.conv1, BANDS), (encoder.conv2, WIDTH)):
        layer.weight, layer.bias = _random(WIDTH, depth, 3), _random(WIDTH)
    encoder.position_encodings.encodings = _random(SOUND, WIDTH)
    _fill_norm(encoder.layer_norm)
    _fill_attention(encoder.layer[0].self_attention, 3, 1)
    _fill_inner(encoder.layer[0].ffn)


def _fill_decoder(decoder: Any, words: int) -> None:
    decoder.position_encodings.encodings = _random(TEXT, WIDTH)
    decoder.embeddings.weight = decoder.projection.weight = _random(words, WIDTH)
    _fill_norm(decoder.layer_norm)
    _fill_attention(decoder.layer[0].self_attention, 3, 1)
    _fill_attention(decoder.layer[0].attention, 1, 2, 1)
    _fill_inner(decoder.layer[0].ffn)


def _fill_norm(norm: Any) -> None:
    norm.gamma, norm.beta = np.ones(WIDTH, np.float32), np.zeros(WIDTH, np.float32)


def _fill_attention(attention: Any, *heights: int) -> None:
    _fill_norm(attention.layer_norm)
    for linear, height in zip(attention.linear, heights, strict=True):
        _fill_linear(linear, height * WIDTH, WIDTH)


def _fill_inner(inner: Any) -> None:
    _fill_norm(inner.layer_norm)
    _fill_linear(inner.linear_0, INNER, WIDTH)
    _fill_linear(inner.linear_1, WIDTH, INNER)


def _fill_linear(linear: Any, rows: int, columns: int) -> None:
    linear.weight, linear.bias = _random(rows, columns), _random(rows)
