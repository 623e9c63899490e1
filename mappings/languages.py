"""How the words of a new index are analysed: Chinese, English, and what a shop says is the same.

The field itself has the analyzer `cjk`, which makes pairs of Chinese characters and whole words of
everything else. Subfields add what one analyzer cannot do: `english` folds plurals and tenses (and
finds single Chinese characters), `chinese` knows the words of Chinese, where the cluster has an
analyzer for them. All are searched together.
"""

from typing import Final

ENGLISH: Final = "english"
CHINESE: Final = "chinese"
