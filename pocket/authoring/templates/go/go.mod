module pocket-{{NAME}}-plugin

go 1.24

require pocket v0.0.0

// A copy of Pocket's SDK; no proxy has it.
replace pocket => ./sdk
