"""Models behind the `Encoder` protocol, loaded with transformers."""
