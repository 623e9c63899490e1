"""The drop-in address: the engine's own API for searches, made hybrid."""
