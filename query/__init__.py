"""The read path: from a search request to explained hits."""
