"""A workflow as a picture: what it shows, where everything stands, and each language for it."""
