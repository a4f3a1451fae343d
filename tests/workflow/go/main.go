// Renders templates with Go's own engine, as the measure of Pocket's.
// Reads lines {"source": text, "input": any}, writes a line {"output": text} or {"error": text} each.
package main

import (
	"bufio"
	"encoding/json"
	"os"
	"strconv"
	"strings"
	"text/template"
)

type testCase struct {
	Source string `json:"source"`
	Input  any    `json:"input"`
}

type answer struct {
	Output string `json:"output"`
	Error  string `json:"error,omitempty"`
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<20)
	answers := json.NewEncoder(os.Stdout)
	answers.SetEscapeHTML(false)
	for lines.Scan() {
		if err := answers.Encode(render(lines.Text())); err != nil {
			panic(err)
		}
	}
	if err := lines.Err(); err != nil {
		panic(err)
	}
}

func render(line string) answer {
	decoder := json.NewDecoder(strings.NewReader(line))
	decoder.UseNumber()
	var given testCase
	if err := decoder.Decode(&given); err != nil {
		panic(err)
	}
	parsed, err := template.New("case").Parse(given.Source)
	if err != nil {
		return answer{Error: err.Error()}
	}
	var text strings.Builder
	if err := parsed.Execute(&text, plain(given.Input)); err != nil {
		return answer{Error: err.Error()}
	}
	return answer{Output: text.String()}
}

// plain gives whole numbers as int and others as float64, as Pocket's templates see them.
func plain(value any) any {
	switch value := value.(type) {
	case map[string]any:
		for key, item := range value {
			value[key] = plain(item)
		}
	case []any:
		for index, item := range value {
			value[index] = plain(item)
		}
	case json.Number:
		if whole, err := strconv.Atoi(value.String()); err == nil {
			return whole
		}
		number, err := value.Float64()
		if err != nil {
			panic(err)
		}
		return number
	}
	return value
}
