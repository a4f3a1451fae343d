package pocket

import (
	"encoding"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// rules is a JSON Schema in the making; one without any allows everything.
type rules map[string]any

var (
	bytesType = reflect.TypeFor[[]byte]()
	ownJSON   = reflect.TypeFor[json.Marshaler]()
	ownText   = reflect.TypeFor[encoding.TextMarshaler]()
)

// describer makes the JSON Schema of what encoding/json makes of a type. Tags of a struct's fields say
// more: description, enum, minimum, maximum, minLength, maxLength, minItems, maxItems, required.
type describer struct {
	// config takes no property that it does not know, and wants none: there are defaults.
	config bool
	// within are the structs around, as a schema of a plugin may not refer to itself.
	within []reflect.Type
}

// orDescribed gives the schema, or where there is none that of a type. What allows everything is none.
func orDescribed[T any](schema JSON, how describer) (JSON, error) {
	if len(schema) > 0 {
		return schema, nil
	}
	described, err := how.describe(reflect.TypeFor[T]())
	if err != nil || len(described) == 0 {
		return nil, err
	}
	return json.Marshal(described)
}

func (d describer) describe(of reflect.Type) (rules, error) {
	switch {
	// By name, as the package time would make a plugin larger that has no use for it.
	case of.PkgPath() == "time" && of.Name() == "Time":
		return rules{"type": "string", "format": "date-time"}, nil
	case of == bytesType:
		return rules{"type": []string{"string", "null"}, "contentEncoding": "base64"}, nil
	case marshals(of, ownJSON):
		return rules{}, nil
	case marshals(of, ownText):
		return rules{"type": "string"}, nil
	}
	switch of.Kind() {
	case reflect.Bool:
		return rules{"type": "boolean"}, nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return rules{"type": "integer"}, nil
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		return rules{"type": "integer", "minimum": 0}, nil
	case reflect.Float32, reflect.Float64:
		return rules{"type": "number"}, nil
	case reflect.String:
		return rules{"type": "string"}, nil
	case reflect.Pointer:
		return d.orNull(of.Elem())
	case reflect.Slice, reflect.Array:
		return d.list(of)
	case reflect.Map:
		values, err := d.describe(of.Elem())
		return rules{"type": []string{"object", "null"}, "additionalProperties": values}, err
	case reflect.Struct:
		return d.object(of)
	}
	return rules{}, nil
}

func marshals(of, how reflect.Type) bool {
	return of.Implements(how) || reflect.PointerTo(of).Implements(how)
}

func (d describer) orNull(of reflect.Type) (rules, error) {
	schema, err := d.describe(of)
	if word, ok := schema["type"].(string); ok {
		schema["type"] = []string{word, "null"}
	}
	return schema, err
}

func (d describer) list(of reflect.Type) (rules, error) {
	items, err := d.describe(of.Elem())
	if of.Kind() == reflect.Array {
		return rules{"type": "array", "items": items, "minItems": of.Len(), "maxItems": of.Len()}, err
	}
	return rules{"type": []string{"array", "null"}, "items": items}, err // a nil slice is null
}

func (d describer) object(of reflect.Type) (rules, error) {
	if slices.Contains(d.within, of) {
		return rules{"type": "object"}, nil
	}
	properties, required := rules{}, []string{}
	d.within = append(slices.Clip(d.within), of)
	if err := d.fields(of, properties, &required); err != nil {
		return nil, err
	}
	schema := rules{"type": "object", "properties": properties}
	if d.config {
		schema["additionalProperties"] = false
	}
	if len(required) > 0 {
		schema["required"] = required
	}
	return schema, nil
}

func (d describer) fields(of reflect.Type, properties rules, required *[]string) error {
	for i := range of.NumField() {
		field := of.Field(i)
		name, options, _ := strings.Cut(field.Tag.Get("json"), ",")
		if embedded := field.Type; field.Anonymous && name == "" {
			if embedded.Kind() == reflect.Pointer {
				embedded = embedded.Elem()
			}
			if embedded.Kind() == reflect.Struct {
				if err := d.fields(embedded, properties, required); err != nil {
					return err
				}
				continue
			}
		}
		if !field.IsExported() || name == "-" && options == "" {
			continue
		}
		if name == "" {
			name = field.Name
		}
		schema, err := d.describe(field.Type)
		if err == nil {
			err = addTags(schema, field)
		}
		if err != nil {
			return fmt.Errorf("%s.%s: %w", of.Name(), field.Name, err)
		}
		if slices.Contains(strings.Split(options, ","), "string") {
			schema = rules{"type": "string"}
		}
		properties[name] = schema
		if d.wants(field, options) {
			*required = append(*required, name)
		}
	}
	return nil
}

func (d describer) wants(field reflect.StructField, options string) bool {
	if said, ok := field.Tag.Lookup("required"); ok || d.config {
		return said == "true"
	}
	return field.Type.Kind() != reflect.Pointer && !strings.Contains(options, "omit")
}

func addTags(schema rules, field reflect.StructField) error {
	for _, word := range []string{"minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems"} {
		if said, ok := field.Tag.Lookup(word); ok {
			var number json.Number
			if json.Unmarshal([]byte(said), &number) != nil {
				return fmt.Errorf("%s: %q is no number", word, said)
			}
			schema[word] = number
		}
	}
	if said, ok := field.Tag.Lookup("description"); ok {
		schema["description"] = said
	}
	if said, ok := field.Tag.Lookup("enum"); ok {
		schema["enum"] = choices(said, field.Type)
	}
	return nil
}

// choices takes apart what a tag lists, with commas between.
func choices(said string, of reflect.Type) []any {
	var all []any
	if of.Kind() == reflect.Pointer {
		of, all = of.Elem(), append(all, nil)
	}
	for choice := range strings.SplitSeq(said, ",") {
		if of.Kind() == reflect.String {
			all = append(all, choice)
		} else {
			all = append(all, JSON(choice))
		}
	}
	return all
}
