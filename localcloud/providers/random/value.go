package random

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"

	"google.golang.org/protobuf/types/known/structpb"
)

// What the engine's protocol writes for a value that is not known yet, and around one that is secret.
const (
	unknownMark = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
	specialKey  = "4dabf18193072939515e22adb298388d"
	secretMark  = "1b47061264138c4ac30d75fd1eb44270"
)

// unknown stands for a value that only an update will tell.
type unknown struct{}

// values are properties by name: nil, unknown, string, int64, bool, []any and map[string]any of nil, unknown and string.
type values map[string]any

// plain turns a value of the protocol into Go's, without secret wrappings and with unknowns marked.
func plain(value *structpb.Value) any {
	switch kind := value.GetKind().(type) {
	case *structpb.Value_StringValue:
		if kind.StringValue == unknownMark {
			return unknown{}
		}
		return kind.StringValue
	case *structpb.Value_NumberValue:
		return kind.NumberValue
	case *structpb.Value_BoolValue:
		return kind.BoolValue
	case *structpb.Value_ListValue:
		list := make([]any, 0, len(kind.ListValue.GetValues()))
		for _, item := range kind.ListValue.GetValues() {
			list = append(list, plain(item))
		}
		return list
	case *structpb.Value_StructValue:
		fields := kind.StructValue.GetFields()
		if fields[specialKey].GetStringValue() == secretMark {
			return plain(fields["value"])
		}
		table := make(map[string]any, len(fields))
		for name, item := range fields {
			table[name] = plain(item)
		}
		return table
	default:
		return nil
	}
}

// message turns one of our values into the protocol's.
func message(value any) *structpb.Value {
	switch value := value.(type) {
	case unknown:
		return structpb.NewStringValue(unknownMark)
	case string:
		return structpb.NewStringValue(value)
	case int64:
		return structpb.NewNumberValue(float64(value))
	case bool:
		return structpb.NewBoolValue(value)
	case []any:
		list := &structpb.ListValue{}
		for _, item := range value {
			list.Values = append(list.Values, message(item))
		}
		return structpb.NewListValue(list)
	case map[string]any:
		table := &structpb.Struct{Fields: map[string]*structpb.Value{}}
		for name, item := range value {
			table.Fields[name] = message(item)
		}
		return structpb.NewStructValue(table)
	default:
		return structpb.NewNullValue()
	}
}

func secret(value *structpb.Value) *structpb.Value {
	return structpb.NewStructValue(&structpb.Struct{Fields: map[string]*structpb.Value{
		specialKey: structpb.NewStringValue(secretMark), "value": value,
	}})
}

// kind is the type of an attribute.
type kind string

const (
	text  kind = "string"
	whole kind = "integer"
	flag  kind = "boolean"
	table kind = "map of strings"
	list  kind = "list of strings"
)

// largestWhole is the largest integer whose neighbours JSON numbers can still tell apart.
const largestWhole = 1 << 53

// of converts a plain value to the kind. Numbers may come as strings, and text as numbers or booleans: the official provider takes them so.
func (k kind) of(value any) (any, error) {
	switch value.(type) {
	case nil, unknown:
		return value, nil
	}
	switch k {
	case text:
		return asText(value)
	case whole:
		return asWhole(value)
	case flag:
		if value, ok := value.(bool); ok {
			return value, nil
		}
	case list:
		if items, ok := value.([]any); ok {
			converted := make([]any, len(items))
			for at, item := range items {
				one, err := text.of(item)
				if err != nil {
					return nil, fmt.Errorf("item %d: %w", at, err)
				}
				converted[at] = one
			}
			return converted, nil
		}
	case table:
		if items, ok := value.(map[string]any); ok {
			converted := make(map[string]any, len(items))
			for _, name := range slices.Sorted(maps.Keys(items)) {
				one, err := text.of(items[name])
				if err != nil {
					return nil, fmt.Errorf("key %q: %w", name, err)
				}
				converted[name] = one
			}
			return converted, nil
		}
	}
	return nil, fmt.Errorf("expected a %s, got %s", k, describe(value))
}

func asText(value any) (any, error) {
	switch value := value.(type) {
	case string:
		return value, nil
	case bool:
		return strconv.FormatBool(value), nil
	case float64:
		return strconv.FormatFloat(value, 'f', -1, 64), nil
	}
	return nil, fmt.Errorf("expected a string, got %s", describe(value))
}

func asWhole(value any) (any, error) {
	number, ok := value.(float64)
	if digits, isText := value.(string); isText {
		parsed, err := strconv.ParseFloat(digits, 64)
		number, ok = parsed, err == nil
	}
	if !ok || number != math.Trunc(number) || math.Abs(number) > largestWhole {
		return nil, fmt.Errorf("expected an integer between -2^53 and 2^53, got %s", describe(value))
	}
	return int64(number), nil
}

func describe(value any) string {
	switch value := value.(type) {
	case string:
		return strconv.Quote(value)
	case []any:
		return "a list"
	case map[string]any:
		return "a map"
	default:
		return fmt.Sprint(value)
	}
}
