"""Diptych: one fused text-and-image vector beside the BM25 of your own product index."""
