package pocket

import "encoding/json"

// Default is the action of a node that does not choose where a workflow goes on.
const Default = "default"

// JSON is a value that is not parsed: JSON(`{"type": "object"}`).
type JSON = json.RawMessage

// Node is one node type of a plugin. An error becomes the error of the call, and so does a panic,
// whose stack goes to the log.
type Node[In, Out, Config any] struct {
	// Metadata is what the host shows, and checks config, input and output with.
	Metadata Metadata
	// Defaults is the config where a workflow says nothing. The config schema gets them too.
	Defaults Config
	// Prep, which is optional, turns the node's input, of any shape, into what Exec takes.
	Prep func(ctx *Context[Config], input JSON) (In, error)
	// Exec does the node's work.
	Exec func(ctx *Context[Config], input In) (Out, error)
	// Post, which is optional, gives the node's output and the action that chooses the next node.
	Post func(ctx *Context[Config], input In, result Out) (output Out, next string, err error)
}

// Context is what a node sees of its call besides its input.
type Context[Config any] struct {
	// Config is the node's config, which the host has checked against its schema.
	Config Config
}

// Exportable is a [Node], whatever its types.
type Exportable interface {
	nodeType() string
	describe() (Metadata, error)
	call(request *request) (reply, error)
	rehearse()
}

var exported []Exportable

// Export makes these nodes the plugin's. Call it from init: nothing calls main in a plugin.
func Export(nodes ...Exportable) {
	exported = append(exported, nodes...)
	settle(nodes)
}
