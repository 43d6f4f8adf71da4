package kubernetes

import (
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"google.golang.org/protobuf/types/known/structpb"
)

// marshalling keeps what the engine may send and take: unknowns and secrets.
var marshalling = plugin.MarshalOptions{KeepUnknowns: true, KeepSecrets: true}

// unknowns are the strings that stand for values which are not known yet.
var unknowns = set(plugin.UnknownStringValue, plugin.UnknownBoolValue, plugin.UnknownNumberValue, plugin.UnknownArrayValue,
	plugin.UnknownObjectValue, plugin.UnknownAssetValue, plugin.UnknownArchiveValue)

// decode reads properties as the engine sends them. Plain values are read here; the SDK's own reading, which makes a second copy of
// every object at every level to look for special ones, is left to those.
func decode(properties *structpb.Struct) (resource.PropertyMap, error) {
	fields := properties.GetFields()
	result := make(resource.PropertyMap, len(fields))
	for key, field := range fields {
		value, err := decodeValue(resource.PropertyKey(key), field)
		if err != nil {
			return nil, err
		}
		result[resource.PropertyKey(key)] = value
	}
	return result, nil
}

func decodeValue(key resource.PropertyKey, field *structpb.Value) (resource.PropertyValue, error) {
	switch kind := field.GetKind().(type) {
	case *structpb.Value_BoolValue:
		return resource.NewBoolProperty(kind.BoolValue), nil
	case *structpb.Value_NumberValue:
		return resource.NewNumberProperty(kind.NumberValue), nil
	case *structpb.Value_StringValue:
		if !unknowns[kind.StringValue] {
			return resource.NewStringProperty(kind.StringValue), nil
		}
	case *structpb.Value_ListValue:
		items := make([]resource.PropertyValue, len(kind.ListValue.GetValues()))
		for i, item := range kind.ListValue.GetValues() {
			value, err := decodeValue(key, item)
			if err != nil {
				return resource.PropertyValue{}, err
			}
			items[i] = value
		}
		return resource.NewArrayProperty(items), nil
	case *structpb.Value_StructValue:
		if _, special := kind.StructValue.GetFields()[resource.SigKey]; !special {
			fields, err := decode(kind.StructValue)
			return resource.NewObjectProperty(fields), err
		}
	}
	value, err := plugin.UnmarshalPropertyValue(key, field, marshalling)
	if err != nil || value == nil {
		return resource.NewNullProperty(), err
	}
	return *value, nil
}

// encode writes properties for the engine; plain values here, special ones by the SDK.
func encode(properties resource.PropertyMap) (*structpb.Struct, error) {
	fields := make(map[string]*structpb.Value, len(properties))
	for key, property := range properties {
		value, err := encodeValue(key, property)
		if err != nil {
			return nil, err
		}
		if value != nil {
			fields[string(key)] = value
		}
	}
	return &structpb.Struct{Fields: fields}, nil
}

func encodeValue(key resource.PropertyKey, property resource.PropertyValue) (*structpb.Value, error) {
	switch value := property.V.(type) {
	case bool:
		return structpb.NewBoolValue(value), nil
	case float64:
		return structpb.NewNumberValue(value), nil
	case []resource.PropertyValue:
		items := make([]*structpb.Value, 0, len(value))
		for _, item := range value {
			encoded, err := encodeValue(key, item)
			if err != nil {
				return nil, err
			}
			if encoded != nil {
				items = append(items, encoded)
			}
		}
		return structpb.NewListValue(&structpb.ListValue{Values: items}), nil
	case resource.PropertyMap:
		fields, err := encode(value)
		if err != nil {
			return nil, err
		}
		return structpb.NewStructValue(fields), nil
	}
	return plugin.MarshalPropertyValue(key, property, marshalling)
}
