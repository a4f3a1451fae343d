// Package pocket makes Pocket plugins in Go.
//
// A plugin is a WebAssembly module with one or more node types. Describe each by a [Node] and name
// them in [Export]; build with
//
//	GOOS=wasip1 GOARCH=wasm go build -buildmode=c-shared -o dist/plugin.wasm
//
// Every other target makes native code of the same nodes, for go test: see [Run] and the package
// pockettest.
package pocket
