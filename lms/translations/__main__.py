"""Bring the catalogs up to date and say what is missing."""

import sys

from lms.translations import catalogs

gaps = catalogs.update()
for language, texts in gaps.items():
    for text in texts:
        print(f"{language}: {text}")
sys.exit(1 if any(gaps.values()) else 0)
