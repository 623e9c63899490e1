"""The JSON sent to the cluster, and the names of fields."""
