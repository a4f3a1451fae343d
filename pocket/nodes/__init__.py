"""The nodes of workflows: the built-in ones, one file each, and the adapter for plugins."""
