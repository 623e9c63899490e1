"""Learning from use: what was asked and clicked, and what that says of queries and profiles."""
