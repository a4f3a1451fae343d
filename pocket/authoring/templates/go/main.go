// The plugin says a text louder.
package main

import (
	"errors"
	"strings"

	"pocket"
)

type text struct {
	Text string `json:"text"`
}

// config is what a workflow may write as the node's config; Pocket checks it.
type config struct {
	Marks int `json:"marks" minimum:"0" maximum:"10" description:"Exclamation marks at the end"`
}

var shout = pocket.Node[text, text, config]{
	Metadata: pocket.Metadata{
		Type:        "{{NAME}}",
		Category:    "text",
		Description: "Says a text louder",
		// `pocket plugins test` holds the plugin to them.
		Examples: []pocket.Example{
			{Name: "A greeting", Input: text{"hello"}, Output: text{"HELLO!"}},
			{Name: "Much louder", Config: config{3}, Input: text{"hi"}, Output: text{"HI!!!"}},
		},
	},
	// The config where a workflow says nothing.
	Defaults: config{Marks: 1},
	Exec:     exec,
}

func exec(ctx *pocket.Context[config], in text) (text, error) {
	if in.Text == "" {
		// An error becomes the error of the call.
		return text{}, errors.New("there is nothing to shout")
	}
	return text{strings.ToUpper(in.Text) + strings.Repeat("!", ctx.Config.Marks)}, nil
}

func init() { pocket.Export(shout) }

func main() {}
