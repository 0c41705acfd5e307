"""Measuring: the one-screen questions beside other ways to answer them, and the import."""
