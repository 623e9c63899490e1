"""A plain search body of the engine's own language, made hybrid without changing it."""
