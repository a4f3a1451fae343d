package pocket

// Described gives the tests what the host is told of a node.
func Described(node Exportable) (Metadata, error) { return node.describe() }
