module conformance

go 1.24

require pocket v0.0.0

replace pocket => ../../../../sdk/go
