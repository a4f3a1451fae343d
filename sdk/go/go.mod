module pocket

go 1.24
