package pocket

import (
	"encoding/json"
	"fmt"
	"slices"
)

// Metadata is how a node describes itself.
type Metadata struct {
	// Type is the name that workflows use.
	Type string `json:"type"`
	// Category is the group it is listed under.
	Category string `json:"category"`
	// Description is one line for people.
	Description string `json:"description"`
	// ConfigSchema, InputSchema and OutputSchema are JSON Schemas. Where there is none, it is made of the
	// node's types and their tags; the input of a node with Prep may be anything.
	ConfigSchema JSON `json:"configSchema,omitempty"`
	InputSchema  JSON `json:"inputSchema,omitempty"`
	OutputSchema JSON `json:"outputSchema,omitempty"`
	// Examples are calls and their results.
	Examples []Example `json:"examples,omitempty"`
	// Stream says that the node works on Input and Output, and is called with them only.
	Stream bool `json:"stream,omitempty"`
}

// Example is one call and its result, each part anything that can be JSON.
type Example struct {
	Name   string `json:"name"`
	Config any    `json:"config,omitempty"`
	Input  any    `json:"input"`
	Output any    `json:"output"`
}

type pluginMetadata struct {
	ABI       int        `json:"abi"`
	Functions []string   `json:"functions"`
	Nodes     []Metadata `json:"nodes"`
}

func describeAll(nodes []Exportable) (reply, error) {
	all := pluginMetadata{ABI: 1, Functions: []string{"metadata", "run", "prep", "exec", "post"}}
	for _, node := range nodes {
		one, err := node.describe()
		if err != nil {
			return reply{}, err
		}
		all.Nodes = append(all.Nodes, one)
	}
	return toReply(all, Default)
}

func (node Node[In, Out, Config]) describe() (metadata Metadata, err error) {
	metadata = node.Metadata
	defer func() {
		if err != nil {
			err = fmt.Errorf("%s: schema: %w", metadata.Type, err)
		}
	}()
	if metadata.ConfigSchema, err = orDescribed[Config](metadata.ConfigSchema, describer{config: true}); err != nil {
		return metadata, err
	}
	if metadata.ConfigSchema, err = withDefaults(metadata.ConfigSchema, node.Defaults); err != nil {
		return metadata, err
	}
	if node.Prep == nil {
		if metadata.InputSchema, err = orDescribed[In](metadata.InputSchema, describer{}); err != nil {
			return metadata, err
		}
	}
	metadata.OutputSchema, err = orDescribed[Out](metadata.OutputSchema, describer{})
	return metadata, err
}

// withDefaults gives each property of the schema the default of the config, unless it names one itself
// or has to be there.
func withDefaults(schema JSON, config any) (JSON, error) {
	if len(schema) == 0 {
		return schema, nil
	}
	var object, properties, defaults map[string]JSON
	if err := json.Unmarshal(schema, &object); err != nil {
		return nil, err
	}
	text, err := json.Marshal(config)
	if err != nil {
		return nil, err
	}
	if json.Unmarshal(object["properties"], &properties) != nil || json.Unmarshal(text, &defaults) != nil {
		return schema, nil // no object: there is nowhere for a default to go
	}
	var required []string
	_ = json.Unmarshal(object["required"], &required)
	for name, property := range properties {
		var rules map[string]JSON
		value, known := defaults[name]
		if !known || slices.Contains(required, name) || json.Unmarshal(property, &rules) != nil || rules["default"] != nil {
			continue
		}
		rules["default"] = value
		if properties[name], err = json.Marshal(rules); err != nil {
			return nil, err
		}
	}
	if object["properties"], err = json.Marshal(properties); err != nil {
		return nil, err
	}
	return json.Marshal(object)
}
