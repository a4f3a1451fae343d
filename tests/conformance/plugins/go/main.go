// Conformance does what a case asks it to; cases.py says what that is.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"strconv"

	"pocket"
)

type input struct {
	Do   string      `json:"do"`
	With pocket.JSON `json:"with"`
}

type config struct {
	Greeting string `json:"greeting"`
	Times    int    `json:"times"`
}

var calls int

func exec(ctx *pocket.Context[config], in input) (any, error) {
	var text string
	_ = json.Unmarshal(in.With, &text) // not every deed has a text
	switch in.Do {
	case "echo":
		return in.With, nil
	case "add":
		var numbers [2]int64
		err := json.Unmarshal(in.With, &numbers)
		return numbers[0] + numbers[1], err
	case "fail":
		return nil, errors.New(text)
	case "panic":
		panic(text) // the error
	case "trap":
		os.Exit(3)
	case "log":
		for _, write := range []func(string, ...any){pocket.Log.Debugf, pocket.Log.Infof, pocket.Log.Warnf, pocket.Log.Errorf} {
			write("%s", text)
		}
	case "print":
		fmt.Println(text)
	case "env":
		if value, known := os.LookupEnv(text); known {
			return value, nil
		}
	case "http":
		return post(in.With)
	case "refusal":
		_, err := pocket.HTTP.Get(text)
		if errors.Is(err, pocket.PermissionDenied) {
			return "permission-denied", nil
		}
		return "another", nil
	case "read":
		content, err := os.ReadFile(text)
		return string(content), err
	case "write":
		var file struct{ Path, Text string }
		_ = json.Unmarshal(in.With, &file)
		return nil, os.WriteFile(file.Path, []byte(file.Text), 0o600)
	case "count":
		var number int
		if _, err := pocket.Store.Get(text, &number); err != nil {
			return nil, err
		}
		return number + 1, pocket.Store.Set(text, number+1)
	case "keys":
		return pocket.Store.Keys(text)
	case "forget":
		return pocket.Store.Delete(text)
	case "random":
		return strconv.FormatUint(rand.Uint64(), 10), nil
	case "calls":
		calls++
		return calls, nil
	case "config":
		return ctx.Config, nil
	default:
		return nil, fmt.Errorf("there is no deed %s", in.Do)
	}
	return nil, nil
}

func post(with pocket.JSON) (any, error) {
	var asked struct{ URL, Body string }
	if err := json.Unmarshal(with, &asked); err != nil {
		return nil, err
	}
	headers := []pocket.Header{{"x-asked", "yes"}}
	response, err := pocket.HTTP.Do(pocket.Request{Method: "POST", URL: asked.URL, Headers: headers, Body: []byte(asked.Body)})
	if err != nil {
		return nil, err
	}
	return map[string]any{"status": response.Status, "answered": response.Header("x-answer"), "body": string(response.Body)}, nil
}

var deeds = pocket.Node[input, any, config]{
	Metadata: pocket.Metadata{
		Type:        "deeds",
		Category:    "test",
		Description: "Does what its input says",
		ConfigSchema: pocket.JSON(`{
			"type": "object",
			"properties": {"greeting": {"type": "string"}, "times": {"type": "integer"}}
		}`),
		Examples: []pocket.Example{{
			Name:   "An echo",
			Input:  map[string]any{"do": "echo", "with": []int{1}},
			Output: []int{1},
		}},
	},
	Defaults: config{Greeting: "hällo", Times: 2},
	Exec:     exec,
}

var halve = pocket.Node[any, any, struct{}]{
	Metadata: pocket.Metadata{Type: "halve", Category: "test", Description: "Halves a number, or a text of one"},
	Prep: func(_ *pocket.Context[struct{}], text pocket.JSON) (any, error) {
		var given any
		if err := json.Unmarshal(text, &given); err != nil {
			return nil, err
		}
		if digits, isText := given.(string); isText {
			return strconv.ParseFloat(digits, 64)
		}
		return given, nil
	},
	Exec: func(_ *pocket.Context[struct{}], given any) (any, error) {
		number, isNumber := given.(float64)
		if !isNumber {
			return nil, errors.New("that is no number")
		}
		return number / 2, nil
	},
	Post: func(_ *pocket.Context[struct{}], _, result any) (any, string, error) {
		if result.(float64) < 1 {
			return "small", "small", nil
		}
		return result, pocket.Default, nil
	},
}

func louder(piece []byte) []byte {
	for at, letter := range piece {
		if 'a' <= letter && letter <= 'z' {
			piece[at] -= 'a' - 'A'
		}
	}
	return piece
}

var loud = pocket.Node[*string, int, struct{}]{
	Metadata: pocket.Metadata{Type: "louder", Category: "test", Description: "Puts a stream into upper case", Stream: true},
	Exec: func(_ *pocket.Context[struct{}], failure *string) (int, error) {
		piece := make([]byte, 64<<10)
		for all := 0; ; {
			length, err := pocket.Input.Read(piece)
			if err == io.EOF {
				return all, nil
			}
			if err == nil {
				_, err = pocket.Output.Write(louder(piece[:length]))
			}
			if err == nil && failure != nil {
				err = errors.New(*failure)
			}
			if err != nil {
				return 0, err
			}
			all += length
		}
	},
}

func init() { pocket.Export(deeds, halve, loud) }

func main() {}
