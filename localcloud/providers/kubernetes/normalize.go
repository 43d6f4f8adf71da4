package kubernetes

import (
	"encoding/base64"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes/scheme"
)

// readOnlyMetadata are set by the API server; inputs that carry them (from an export) mean nothing by it.
var readOnlyMetadata = []string{
	"creationTimestamp", "deletionGracePeriodSeconds", "deletionTimestamp", "generation", "managedFields", "resourceVersion", "uid",
}

// normalize gives inputs that mean the same the same shape, as the API server would: quantities, integers, base64 text, stringData.
// Only fields that the inputs have are kept. Objects with unknowns are left as they are, but for read-only metadata.
func normalize(object *unstructured.Unstructured) *unstructured.Unstructured {
	if isBuiltin(object.GroupVersionKind()) && !hasUnknown(object.Object) {
		switch {
		case isCRD(object):
			normalizeCRD(object)
		case isCoreKind(object, "Secret"):
			normalizeSecret(object)
		default:
			object = throughType(object)
		}
	}
	if metadata, ok := object.Object["metadata"].(map[string]any); ok {
		for _, field := range readOnlyMetadata {
			delete(metadata, field)
		}
	}
	return object
}

// throughType takes an object through its Go type and back. What the type does not know is dropped; an object that does not fit it
// is left to the API server to refuse.
func throughType(object *unstructured.Unstructured) *unstructured.Unstructured {
	typed, err := scheme.Scheme.New(object.GroupVersionKind())
	if err != nil {
		return object
	}
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(object.Object, typed); err != nil {
		return object
	}
	fields, err := runtime.DefaultUnstructuredConverter.ToUnstructured(typed)
	if err != nil {
		return object
	}
	// The types of the scheme carry no kind of their own until decoded; the converter keeps what was given.
	return &unstructured.Unstructured{Object: prune(fields, object.Object)}
}

// normalizeCRD drops what the API server drops: a false preserveUnknownFields, and the status.
func normalizeCRD(object *unstructured.Unstructured) {
	if preserve, found, err := unstructured.NestedBool(object.Object, "spec", "preserveUnknownFields"); err == nil && found && !preserve {
		unstructured.RemoveNestedField(object.Object, "spec", "preserveUnknownFields")
	}
	delete(object.Object, "status")
}

// normalizeSecret folds stringData into data, where it wins, or else writes data's base64 text in the one canonical way.
func normalizeSecret(object *unstructured.Unstructured) {
	data, _ := object.Object["data"].(map[string]any)
	text, _, err := unstructured.NestedStringMap(object.Object, "stringData")
	if err == nil && len(text) > 0 {
		merged := make(map[string]any, len(data)+len(text))
		for key, value := range data {
			merged[key] = value
		}
		for key, value := range text {
			merged[key] = base64.StdEncoding.EncodeToString([]byte(value))
		}
		object.Object["data"] = merged
		delete(object.Object, "stringData")
		return
	}
	for key, value := range data {
		encoded, ok := value.(string)
		if !ok {
			continue
		}
		if decoded, err := base64.StdEncoding.DecodeString(encoded); err == nil {
			data[key] = base64.StdEncoding.EncodeToString(decoded)
		}
	}
}
