//go:build !wasip1

package pocket_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"pocket"
)

// described gives the schemas of a node of these types, as the host sees them.
func described[In, Out, Config any](t *testing.T, node pocket.Node[In, Out, Config]) (in, out, config string) {
	t.Helper()
	text, err := pocket.Described(node)
	if err != nil {
		t.Fatal(err)
	}
	return string(text.InputSchema), string(text.OutputSchema), string(text.ConfigSchema)
}

func same(t *testing.T, given, wanted string) {
	t.Helper()
	var a, b any
	if err := json.Unmarshal([]byte(given), &a); err != nil {
		t.Fatalf("%q: %v", given, err)
	}
	if err := json.Unmarshal([]byte(wanted), &b); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(a, b) {
		t.Errorf("\n%s is not\n%s", given, wanted)
	}
}

type place struct {
	Name string `json:"name" minLength:"1"`
}

type everything struct {
	place
	Flag    bool           `json:"flag"`
	Count   uint           `json:"count" maximum:"9"`
	Ratio   *float64       `json:"ratio"`
	Words   []string       `json:"words" minItems:"1" description:"What is said, in order"`
	Bytes   []byte         `json:"bytes"`
	Pair    [2]int         `json:"pair"`
	Places  map[string]int `json:"places,omitempty"`
	When    time.Time      `json:"when"`
	Raw     pocket.JSON    `json:"raw"`
	Large   int64          `json:"large,string"`
	Parent  *everything    `json:"parent,omitempty"`
	Mode    string         `json:"mode,omitempty" enum:"loud,soft"`
	Level   int            `json:"level" enum:"1,2" required:"false"`
	NoTag   int
	Ignored int `json:"-"`
	private int
}

func TestASchemaIsWhatEncodingJSONMakesOfTheType(t *testing.T) {
	in, out, _ := described(t, pocket.Node[everything, []place, struct{}]{})
	same(t, in, `{
		"type": "object",
		"required": ["name", "flag", "count", "words", "bytes", "pair", "when", "raw", "large", "NoTag"],
		"properties": {
			"name": {"type": "string", "minLength": 1},
			"flag": {"type": "boolean"},
			"count": {"type": "integer", "minimum": 0, "maximum": 9},
			"ratio": {"type": ["number", "null"]},
			"words": {"type": ["array", "null"], "items": {"type": "string"}, "minItems": 1, "description": "What is said, in order"},
			"bytes": {"type": ["string", "null"], "contentEncoding": "base64"},
			"pair": {"type": "array", "items": {"type": "integer"}, "minItems": 2, "maxItems": 2},
			"places": {"type": ["object", "null"], "additionalProperties": {"type": "integer"}},
			"when": {"type": "string", "format": "date-time"},
			"raw": {},
			"large": {"type": "string"},
			"parent": {"type": ["object", "null"]},
			"mode": {"type": "string", "enum": ["loud", "soft"]},
			"level": {"type": "integer", "enum": [1, 2]},
			"NoTag": {"type": "integer"}
		}
	}`)
	same(t, out, `{"type": ["array", "null"], "items": {
		"type": "object", "required": ["name"], "properties": {"name": {"type": "string", "minLength": 1}}
	}}`)
}

type settings struct {
	Marks int    `json:"marks" minimum:"0"`
	Token string `json:"token" required:"true"`
	Where place  `json:"where"`
}

func TestAConfigTakesNothingElseAndHasItsDefaults(t *testing.T) {
	_, _, config := described(t, pocket.Node[any, any, settings]{Defaults: settings{Marks: 3}})
	same(t, config, `{
		"type": "object",
		"additionalProperties": false,
		"required": ["token"],
		"properties": {
			"marks": {"type": "integer", "minimum": 0, "default": 3},
			"token": {"type": "string"},
			"where": {
				"type": "object",
				"additionalProperties": false,
				"properties": {"name": {"type": "string", "minLength": 1}},
				"default": {"name": ""}
			}
		}
	}`)
}

func TestASchemaThatIsWrittenStays(t *testing.T) {
	in, _, config := described(t, pocket.Node[text, any, struct{}]{Metadata: pocket.Metadata{
		InputSchema: pocket.JSON(`{"minProperties": 1}`), ConfigSchema: pocket.JSON(`{}`),
	}})
	same(t, in, `{"minProperties": 1}`)
	same(t, config, `{}`)
}

func TestWhatMayBeAnythingHasNoSchema(t *testing.T) {
	in, out, _ := described(t, pocket.Node[any, pocket.JSON, struct{}]{})
	prepared, _, _ := described(t, double)
	if in != "" || out != "" || prepared != "" {
		t.Error(in, out, prepared)
	}
}

type mistaken struct {
	Marks int `json:"marks" minimum:"none"`
}

func TestATagThatIsNoNumberIsNamed(t *testing.T) {
	_, err := pocket.Described(pocket.Node[mistaken, any, struct{}]{Metadata: pocket.Metadata{Type: "x"}})
	if err == nil || !strings.Contains(err.Error(), `x: schema: mistaken.Marks: minimum: "none" is no number`) {
		t.Fatal(err)
	}
}
