"""Names that Diptych owns in a cluster."""

#: Object field of a product: what is known about its vector.
OBJECT = "diptych"
#: The k-NN field of a product.
VECTOR = "diptych_vector"

#: Values of `diptych.state` beside `pending`, which the pipeline writes.
READY = "ready"
PARTIAL = "partial"
FAILED = "failed"
#: States that a worker writes: it has looked at the inputs.
SETTLED = (READY, PARTIAL, FAILED)

#: Index that holds the feed's checkpoints and leases.
STATE_INDEX = "diptych-state"
#: Index that holds vectors by the content that they were made from.
CACHE_INDEX = "diptych-cache"
#: Index that holds what was given up.
DEAD_LETTERS_INDEX = "diptych-dead-letters"
#: All indexes that are Diptych's own.
OWN_INDEXES = (STATE_INDEX, CACHE_INDEX, DEAD_LETTERS_INDEX)
