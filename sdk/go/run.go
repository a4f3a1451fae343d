package pocket

import (
	"encoding/json"
	"errors"
	"fmt"
)

// Result is what a call of a node gave.
type Result[Out any] struct {
	Output Out
	// Next is the action that chooses the next node of a workflow.
	Next string
}

// Run calls a node as Pocket does, through JSON, natively and in the test's own process. A config of
// nil leaves the node with its defaults.
func Run[In, Out, Config any](node Node[In, Out, Config], input, config any) (Result[Out], error) {
	asked := map[string]any{"node": node.Metadata.Type, "function": "run", "input": input}
	if config != nil {
		asked["config"] = config
	}
	result := Result[Out]{Next: Default}
	text, err := encode(asked)
	if err != nil {
		return result, fmt.Errorf("input and config: %w", err)
	}
	var given reply
	if err := json.Unmarshal(answer([]Exportable{node}, text), &given); err != nil {
		return result, err
	}
	if !given.Success {
		return result, errors.New(given.Error)
	}
	if given.Next != "" {
		result.Next = given.Next
	}
	return result, decode("output", given.Output, &result.Output)
}

// Answer is what the host gets from the exported nodes for the JSON of a request; tests use it to see
// a whole plugin as the host does.
func Answer(request []byte) []byte {
	return answer(exported, request)
}
