"""The tokenizer: word pieces learnt from the captions that training would see."""

from collections.abc import Iterator
from itertools import islice

import numpy as np
from tokenizers import BertWordPieceTokenizer
from transformers import BertTokenizer, PreTrainedTokenizerBase

from demo_training.captions import LANGUAGES
from demo_training.pictures import Collection
from demo_training.towers import MAX_TOKENS
from diptych.plugin.demo.looks import pick

_VOCABULARY_SIZE = 2600
_ALPHABET_SIZE = 1200
_LEAST_OCCURRENCES = 2
#: Captions are learnt from until so many have been read.
_CAPTIONS = 40_000
#: Names may be rare in captions, so each is read this often beside them.
_NAME_REPEATS = 10


def learn_tokenizer(collection: Collection, *, seed: int) -> PreTrainedTokenizerBase:
    """A BERT tokenizer of lower-cased word pieces; every Chinese character is a word."""
    learner = BertWordPieceTokenizer(lowercase=True, handle_chinese_chars=True)
    learner.train_from_iterator(
        _texts(collection, seed),
        vocab_size=_VOCABULARY_SIZE,
        min_frequency=_LEAST_OCCURRENCES,
        limit_alphabet=_ALPHABET_SIZE,
        show_progress=False,
    )
    tokenizer: PreTrainedTokenizerBase = BertTokenizer(
        vocab=learner.get_vocab(), do_lower_case=True, model_max_length=MAX_TOKENS
    )
    return tokenizer


def _texts(collection: Collection, seed: int) -> Iterator[str]:
    yield from islice(_captions(collection, seed), _CAPTIONS)
    for concept in collection.concepts:
        for name in concept.names:
            yield from [name] * _NAME_REPEATS


def _captions(collection: Collection, seed: int) -> Iterator[str]:
    dice = np.random.default_rng(seed)
    while True:
        for part in collection.sets:
            index = int(dice.integers(len(part)))
            language = pick(dice, LANGUAGES)
            caption = collection.caption(
                part, index, language=language, dice=dice, surely=frozenset()
            )
            yield caption.text
