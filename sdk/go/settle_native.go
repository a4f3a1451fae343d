//go:build !wasip1

package pocket

func settle([]Exportable) {}
