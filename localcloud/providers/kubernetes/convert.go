package kubernetes

import (
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// dashed are the JSON-schema extension keys of CRDs that no SDK can spell as they are, by the SDKs' spelling.
var dashed = map[string]string{
	"x_kubernetes_embedded_resource":       "x-kubernetes-embedded-resource",
	"x_kubernetes_int_or_string":           "x-kubernetes-int-or-string",
	"x_kubernetes_list_map_keys":           "x-kubernetes-list-map-keys",
	"x_kubernetes_list_type":               "x-kubernetes-list-type",
	"x_kubernetes_map_type":                "x-kubernetes-map-type",
	"x_kubernetes_preserve_unknown_fields": "x-kubernetes-preserve-unknown-fields",
	"x_kubernetes_validations":             "x-kubernetes-validations",
}

var underscored = func() map[string]string {
	inverse := make(map[string]string, len(dashed))
	for sdk, api := range dashed {
		inverse[api] = sdk
	}
	return inverse
}()

// toObject turns properties into an API object: secrets become their values, unknowns stay resource.Computed.
func toObject(properties resource.PropertyMap) *unstructured.Unstructured {
	return &unstructured.Unstructured{Object: plainMap(properties)}
}

func plainMap(properties resource.PropertyMap) map[string]any {
	result := make(map[string]any, len(properties))
	for key, value := range properties {
		name := string(key)
		if api, found := dashed[name]; found {
			name = api
		}
		result[name] = plain(value)
	}
	return result
}

func plain(value resource.PropertyValue) any {
	switch v := value.V.(type) {
	case *resource.Secret:
		return plain(v.Element)
	case resource.Output:
		if !v.Known {
			return resource.Computed{Element: v.Element}
		}
		return plain(v.Element)
	case resource.PropertyMap:
		return plainMap(v)
	case []resource.PropertyValue:
		items := make([]any, len(v))
		for i, item := range v {
			items[i] = plain(item)
		}
		return items
	default:
		return v
	}
}

// toProperties turns an API object's fields into properties, keys as they are.
func toProperties(fields map[string]any) resource.PropertyMap {
	result := make(resource.PropertyMap, len(fields))
	for key, value := range fields {
		result[resource.PropertyKey(key)] = toProperty(value, toProperties)
	}
	return result
}

// toSDKProperties is toProperties with keys as the SDKs spell them, for outputs.
func toSDKProperties(fields map[string]any) resource.PropertyMap {
	result := make(resource.PropertyMap, len(fields))
	for key, value := range fields {
		if sdk, found := underscored[key]; found {
			key = sdk
		}
		result[resource.PropertyKey(key)] = toProperty(value, toSDKProperties)
	}
	return result
}

func toProperty(value any, fields func(map[string]any) resource.PropertyMap) resource.PropertyValue {
	switch v := value.(type) {
	case map[string]any:
		return resource.NewObjectProperty(fields(v))
	case []any:
		items := make([]resource.PropertyValue, len(v))
		for i, item := range v {
			items[i] = toProperty(item, fields)
		}
		return resource.NewArrayProperty(items)
	case int64:
		return resource.NewNumberProperty(float64(v))
	default:
		return resource.NewPropertyValue(v)
	}
}

// hasUnknown tells whether anything inside a value is not known yet.
func hasUnknown(value any) bool {
	switch v := value.(type) {
	case resource.Computed:
		return true
	case map[string]any:
		for _, item := range v {
			if hasUnknown(item) {
				return true
			}
		}
	case []any:
		for _, item := range v {
			if hasUnknown(item) {
				return true
			}
		}
	}
	return false
}
