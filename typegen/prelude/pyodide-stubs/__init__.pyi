"""Pyodide's package as Workers use it; what is not here comes from the package itself, where it is installed."""

__version__: str
