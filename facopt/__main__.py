"""Run as `python -m facopt`."""

from facopt.cli import main

if __name__ == "__main__":
    main()
