package pocket

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"runtime/debug"
	"strings"
)

type request struct {
	Node       string `json:"node"`
	Function   string `json:"function"`
	Config     JSON   `json:"config"`
	Input      JSON   `json:"input"`
	PrepResult JSON   `json:"prepResult"`
	ExecResult JSON   `json:"execResult"`
}

type reply struct {
	Success bool    `json:"success"`
	Output  JSON    `json:"output,omitempty"`
	Next    string  `json:"next,omitempty"`
	Error   string  `json:"error,omitempty"`
	Stack   []frame `json:"stack,omitempty"`
}

// answer gives the response to the JSON of a request, whatever happens.
func answer(nodes []Exportable, text []byte) []byte {
	given, err := respond(nodes, text)
	if err != nil {
		message := err.Error()
		if message == "" {
			message = "an error without a message"
		}
		given = reply{Error: message}
		var failed *panicked
		if errors.As(err, &failed) {
			given.Stack = failed.stack
		}
	}
	response, err := encode(given)
	if err != nil { // a node that made its own output, and not as JSON
		response, _ = encode(reply{Error: "output: " + err.Error()})
	}
	return response
}

func respond(nodes []Exportable, text []byte) (given reply, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = recovered(cause)
			Log.Errorf("%v", err)
			for line := range strings.Lines(string(debug.Stack())) {
				Log.Errorf("%s", strings.TrimRight(line, "\n"))
			}
		}
	}()
	var asked request
	if err := json.Unmarshal(text, &asked); err != nil {
		return reply{}, fmt.Errorf("request: %w", err)
	}
	if asked.Function == "metadata" {
		return describeAll(nodes)
	}
	for _, node := range nodes {
		if node.nodeType() == asked.Node {
			return node.call(&asked)
		}
	}
	return reply{}, fmt.Errorf("the plugin has no node type %q", asked.Node)
}

func (node Node[In, Out, Config]) nodeType() string { return node.Metadata.Type }

func (node Node[In, Out, Config]) call(asked *request) (reply, error) {
	if node.Exec == nil {
		return reply{}, errors.New("the node has no Exec")
	}
	ctx := &Context[Config]{Config: node.Defaults}
	if err := decode("config", asked.Config, &ctx.Config); err != nil {
		return reply{}, err
	}
	switch asked.Function {
	case "run":
		return node.run(ctx, asked.Input)
	case "prep":
		return node.onlyPrep(ctx, asked.Input)
	case "exec":
		return node.onlyExec(ctx, asked.PrepResult)
	case "post":
		return node.onlyPost(ctx, asked)
	}
	return reply{}, fmt.Errorf("unknown function %q", asked.Function)
}

func (node Node[In, Out, Config]) run(ctx *Context[Config], text JSON) (reply, error) {
	input, err := node.prepare(ctx, text)
	if err != nil {
		return reply{}, err
	}
	output, err := node.Exec(ctx, input)
	if err != nil {
		return reply{}, err
	}
	return node.finish(ctx, input, output)
}

func (node Node[In, Out, Config]) onlyPrep(ctx *Context[Config], text JSON) (reply, error) {
	if node.Prep == nil {
		return reply{Success: true, Output: text}, nil
	}
	input, err := node.Prep(ctx, text)
	if err != nil {
		return reply{}, err
	}
	return toReply(input, Default)
}

func (node Node[In, Out, Config]) onlyExec(ctx *Context[Config], prepared JSON) (reply, error) {
	var input In
	if err := decode("input", prepared, &input); err != nil {
		return reply{}, err
	}
	output, err := node.Exec(ctx, input)
	if err != nil {
		return reply{}, err
	}
	return toReply(output, Default)
}

func (node Node[In, Out, Config]) onlyPost(ctx *Context[Config], asked *request) (reply, error) {
	var input In
	var result Out
	if node.Post == nil {
		return reply{Success: true, Output: asked.ExecResult}, nil
	}
	if err := decode("input", asked.PrepResult, &input); err != nil {
		return reply{}, err
	}
	if err := decode("result", asked.ExecResult, &result); err != nil {
		return reply{}, err
	}
	return node.finish(ctx, input, result)
}

func (node Node[In, Out, Config]) prepare(ctx *Context[Config], text JSON) (input In, err error) {
	if node.Prep != nil {
		return node.Prep(ctx, text)
	}
	err = decode("input", text, &input)
	return input, err
}

func (node Node[In, Out, Config]) finish(ctx *Context[Config], input In, result Out) (reply, error) {
	if node.Post == nil {
		return toReply(result, Default)
	}
	output, next, err := node.Post(ctx, input, result)
	if err != nil {
		return reply{}, err
	}
	return toReply(output, next)
}

// rehearse takes the examples through JSON, as encoding/json looks at each type only once.
func (node Node[In, Out, Config]) rehearse() {
	rehearsed[In](nil)
	rehearsed[Out](nil)
	rehearsed[Config](nil)
	for _, example := range node.Metadata.Examples {
		rehearsed[In](example.Input)
		rehearsed[Out](example.Output)
		rehearsed[Config](example.Config)
	}
}

// rehearsed ignores what fails: the call in which it matters says so.
func rehearsed[T any](given any) {
	var value T
	if text, err := encode(given); err == nil {
		_ = json.Unmarshal(text, &value)
	}
	_, _ = encode(value)
}

func decode(what string, text JSON, into any) error {
	if len(text) == 0 {
		return nil
	}
	if err := json.Unmarshal(text, into); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

func toReply(output any, next string) (reply, error) {
	text, err := encode(output)
	if err != nil {
		return reply{}, fmt.Errorf("output: %w", err)
	}
	if next == Default {
		next = ""
	}
	return reply{Success: true, Output: text, Next: next}, nil
}

// encode leaves <, > and & as they are: the response is no part of a web page.
func encode(value any) ([]byte, error) {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(text.Bytes(), []byte("\n")), nil
}
