"""Importing source files and databases into the warehouse."""
