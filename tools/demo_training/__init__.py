"""Training and measuring the bundled demonstration model; no part of the package."""
