"""`python -m diptych` is the command line."""

from diptych.plugin.cli import main

if __name__ == "__main__":
    main()
