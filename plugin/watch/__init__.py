"""What an operator sees of a running worker or feed: metrics, health, logs."""
