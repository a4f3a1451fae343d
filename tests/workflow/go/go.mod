module pocket/tests/templates

go 1.21
