package main

import (
	"testing"

	"pocket"
)

func TestEveryExampleIsWhatThePluginGives(t *testing.T) {
	for _, example := range shout.Metadata.Examples {
		result, err := pocket.Run(shout, example.Input, example.Config)
		if err != nil || result.Output != example.Output {
			t.Errorf("%s: %+v, %v", example.Name, result.Output, err)
		}
	}
}

func TestAnEmptyTextIsAnError(t *testing.T) {
	_, err := pocket.Run(shout, text{""}, nil)
	if err == nil || err.Error() != "there is nothing to shout" {
		t.Fatal(err)
	}
}
