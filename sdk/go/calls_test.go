//go:build !wasip1

package pocket_test

import (
	"encoding/json"
	"errors"
	"math"
	"strings"
	"testing"

	"pocket"
	"pocket/pockettest"
)

type text struct {
	Text string `json:"text"`
}

type marks struct {
	Marks int    `json:"marks"`
	Mark  string `json:"mark"`
}

var shout = pocket.Node[text, text, marks]{
	Metadata: pocket.Metadata{
		Type:         "shout",
		ConfigSchema: pocket.JSON(`{"properties": {"marks": {"type": "integer"}, "mark": {"default": "?"}}}`),
	},
	Defaults: marks{Mark: "!"},
	Exec: func(ctx *pocket.Context[marks], in text) (text, error) {
		if in.Text == "" {
			return text{}, errors.New("there is nothing to shout")
		}
		return text{strings.ToUpper(in.Text) + strings.Repeat(ctx.Config.Mark, ctx.Config.Marks)}, nil
	},
}

// double takes a number or a text of one, and sends what is large elsewhere.
var double = pocket.Node[float64, float64, struct{}]{
	Metadata: pocket.Metadata{Type: "double"},
	Prep: func(_ *pocket.Context[struct{}], input pocket.JSON) (number float64, err error) {
		err = json.Unmarshal([]byte(strings.Trim(string(input), `"`)), &number)
		return number, err
	},
	Exec: func(_ *pocket.Context[struct{}], in float64) (float64, error) { return 2 * in, nil },
	Post: func(_ *pocket.Context[struct{}], in, out float64) (float64, string, error) {
		if in > 100 {
			return out + 0.5, "large", nil
		}
		return out, pocket.Default, nil
	},
}

var broken = pocket.Node[[]int, float64, struct{}]{
	Metadata: pocket.Metadata{Type: "broken"},
	Exec: func(_ *pocket.Context[struct{}], in []int) (float64, error) {
		if len(in) > 1 {
			return math.NaN(), nil
		}
		return float64(in[0]), nil
	},
}

func init() { pocket.Export(shout, double, broken) }

func TestANodeGetsItsConfigAndTheDefaultsOfTheRest(t *testing.T) {
	result, err := pocket.Run(shout, text{"hello"}, map[string]int{"marks": 2})
	if err != nil || result.Output.Text != "HELLO!!" || result.Next != pocket.Default {
		t.Fatal(result, err)
	}
	result, err = pocket.Run(shout, text{"<a & b>"}, nil)
	if err != nil || result.Output.Text != "<A & B>" {
		t.Fatal(result, err)
	}
}

func TestPostChoosesTheNextNode(t *testing.T) {
	result, err := pocket.Run(double, "101", nil)
	if err != nil || result.Output != 202.5 || result.Next != "large" {
		t.Fatal(result, err)
	}
}

func TestAPluginAnswersAsTheABISays(t *testing.T) {
	for request, response := range map[string]string{
		`{"node": "shout", "function": "run", "input": {"text": "<a"}}`:       `{"success":true,"output":{"text":"<A"}}`,
		`{"node": "shout", "function": "run", "input": {"text": ""}}`:         `{"success":false,"error":"there is nothing to shout"}`,
		`{"node": "shout", "function": "prep", "input": [1, 2]}`:              `{"success":true,"output":[1,2]}`,
		`{"node": "shout", "function": "post", "execResult": "x"}`:            `{"success":true,"output":"x"}`,
		`{"node": "double", "function": "prep", "input": "21"}`:               `{"success":true,"output":21}`,
		`{"node": "double", "function": "exec", "prepResult": 21}`:            `{"success":true,"output":42}`,
		`{"node": "double", "function": "post", "prepResult": 200}`:           `{"success":true,"output":0.5,"next":"large"}`,
		`{"node": "double", "function": "run", "input": 5}`:                   `{"success":true,"output":10}`,
		`{"node": "double", "function": "dance"}`:                             `{"success":false,"error":"unknown function \"dance\""}`,
		`{"node": "whisper", "function": "run"}`:                              `{"success":false,"error":"the plugin has no node type \"whisper\""}`,
		`{"node": "broken", "function": "run", "input": [1, 2]}`:              `{"success":false,"error":"output: json: unsupported value: NaN"}`,
		`{"node": "shout", "function": "run", "config": {"marks": "a lot"}}`:  `{"success":false,"error":"config: json: cannot unmarshal string into Go struct field marks.marks of type int"}`,
		`{"node": "shout", "function": "exec", "prepResult": {"text": "no`:    `{"success":false,"error":"request: unexpected end of JSON input"}`,
		`{"node": "shout", "function": "run", "config": null, "input": null}`: `{"success":false,"error":"there is nothing to shout"}`,
	} {
		if answer := string(pocket.Answer([]byte(request))); answer != response {
			t.Errorf("%s\n gave %s\n not  %s", request, answer, response)
		}
	}
}

func TestDefaultsBelongToTheSchemaUnlessItSaysOtherwise(t *testing.T) {
	answer := string(pocket.Answer([]byte(`{"node": "", "function": "metadata"}`)))
	for _, part := range []string{
		`"abi":1`, `"functions":["metadata","run","prep","exec","post"]`,
		`"marks":{"default":0,"type":"integer"}`, `"mark":{"default":"?"}`, `{"type":"double"`,
	} {
		if !strings.Contains(answer, part) {
			t.Errorf("%s is not in %s", part, answer)
		}
	}
}

func TestAPanicIsTheErrorOfTheCallAndItsPlaceIsInTheLog(t *testing.T) {
	host := pockettest.New(t)
	_, err := pocket.Run(broken, []int{}, nil)
	if err == nil || err.Error() != "panic: runtime error: index out of range [0] with length 0" {
		t.Fatal(err)
	}
	if log := strings.Join(host.Lines(), "\n"); !strings.Contains(log, "calls_test.go:") {
		t.Fatal(log)
	}
}

func TestANodeWithoutExecSaysSo(t *testing.T) {
	_, err := pocket.Run(pocket.Node[int, int, struct{}]{}, 1, nil)
	if err == nil || err.Error() != "the node has no Exec" {
		t.Fatal(err)
	}
}
