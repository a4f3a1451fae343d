// Wordcount counts the words of a text.
package main

import (
	"cmp"
	"errors"
	"slices"
	"strings"
	"unicode"

	"pocket"
)

type input struct {
	Text string `json:"text"`
}

type config struct {
	Top       int  `json:"top" minimum:"0" maximum:"1000"`
	MinLength int  `json:"minLength" minimum:"1"`
	KeepCase  bool `json:"keepCase"`
}

type count struct {
	Word  string `json:"word"`
	Count int    `json:"count"`
}

type output struct {
	Words  int     `json:"words"`
	Unique int     `json:"unique"`
	Top    []count `json:"top"`
}

var wordcount = pocket.Node[input, output, config]{
	Metadata: pocket.Metadata{
		Type:        "wordcount",
		Category:    "text",
		Description: "Count the words of a text",
		Examples: []pocket.Example{{
			Name:   "The three most frequent words",
			Config: map[string]int{"top": 3},
			Input:  input{"the cat and the dog and the bird"},
			Output: output{8, 5, []count{{"the", 3}, {"and", 2}, {"bird", 1}}},
		}, {
			Name:   "Long words alone, as they are written",
			Config: map[string]any{"minLength": 4, "keepCase": true},
			Input:  input{"Don't stop, don't go: STOP!"},
			Output: output{4, 4, []count{{"Don't", 1}, {"STOP", 1}, {"don't", 1}, {"stop", 1}}},
		}},
	},
	Defaults: config{Top: 10, MinLength: 1},
	Exec:     exec,
}

func exec(ctx *pocket.Context[config], in input) (output, error) {
	words := split(in.Text, ctx.Config)
	if len(words) == 0 {
		return output{}, errors.New("the text has no words")
	}
	counts := map[string]int{}
	for _, word := range words {
		counts[word]++
	}
	top := ranked(counts)
	return output{len(words), len(counts), top[:min(ctx.Config.Top, len(top))]}, nil
}

// split gives the words that are long enough; an apostrophe within a word belongs to it.
func split(text string, config config) []string {
	if !config.KeepCase {
		text = strings.ToLower(text)
	}
	fields := strings.FieldsFunc(text, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) && r != '\'' && r != '’'
	})
	words := fields[:0]
	for _, field := range fields {
		word := strings.Trim(field, "'’")
		if word != "" && len([]rune(word)) >= config.MinLength {
			words = append(words, word)
		}
	}
	return words
}

// ranked gives the most frequent word first, and equally frequent ones by their letters.
func ranked(counts map[string]int) []count {
	all := make([]count, 0, len(counts))
	for word, number := range counts {
		all = append(all, count{word, number})
	}
	slices.SortFunc(all, func(a, b count) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), strings.Compare(a.Word, b.Word))
	})
	return all
}

func init() { pocket.Export(wordcount) }

func main() {}
