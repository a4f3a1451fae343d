package main

import (
	"reflect"
	"testing"

	"pocket"
)

func TestEveryExampleOfTheMetadataIsTrue(t *testing.T) {
	for _, example := range wordcount.Metadata.Examples {
		result, err := pocket.Run(wordcount, example.Input, example.Config)
		if err != nil || !reflect.DeepEqual(result.Output, example.Output) {
			t.Errorf("%s: %+v, %v", example.Name, result.Output, err)
		}
	}
}

func TestWordsAreThoseOfEveryLanguage(t *testing.T) {
	result, err := pocket.Run(wordcount, input{"Äpfel, ÄPFEL и яблоки 'l’été' — 42"}, nil)
	want := []count{{"äpfel", 2}, {"42", 1}, {"l’été", 1}, {"и", 1}, {"яблоки", 1}}
	if err != nil || !reflect.DeepEqual(result.Output.Top, want) {
		t.Fatal(result, err)
	}
}

func TestATextWithoutWordsIsAnError(t *testing.T) {
	for _, text := range []string{"", " … ' ’ -"} {
		_, err := pocket.Run(wordcount, input{text}, nil)
		if err == nil || err.Error() != "the text has no words" {
			t.Fatal(err)
		}
	}
}

func TestMoreThanThereIsCanBeAskedFor(t *testing.T) {
	result, err := pocket.Run(wordcount, input{"one"}, config{Top: 1000, MinLength: 1})
	if err != nil || len(result.Output.Top) != 1 {
		t.Fatal(result, err)
	}
	result, err = pocket.Run(wordcount, input{"one"}, map[string]int{"top": 0})
	if err != nil || len(result.Output.Top) != 0 || result.Output.Top == nil {
		t.Fatal(result, err)
	}
}
