"""The commands of `diptych`, one module each."""
