package kubernetes

import (
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// Keys of the state beside the live object's own fields, as the official provider writes them, so that either can read the other's.
const (
	keyInputs            = "__inputs"
	keyInitialAPIVersion = "__initialApiVersion"
	keyFieldManager      = "__fieldManager"
)

// checkpoint is the state of an object: the live object, and with it the inputs that made it. from is where secretness comes from.
// Who owns which field stays on the server: nothing here reads it from a state, and it was a sixth of every checkpoint.
func checkpoint(
	inputs, live *unstructured.Unstructured, from resource.PropertyMap, initialAPIVersion, manager string,
) resource.PropertyMap {
	state := toSDKProperties(live.Object)
	if metadata := state["metadata"]; metadata.IsObject() {
		delete(metadata.ObjectValue(), "managedFields")
	}
	stored := toSDKProperties(inputs.Object)
	markSecrets(state, from)
	markSecrets(stored, from)
	state[keyInputs] = resource.NewObjectProperty(stored)
	state[keyInitialAPIVersion] = resource.NewStringProperty(initialAPIVersion)
	state[keyFieldManager] = resource.NewStringProperty(manager)
	return state
}

// parseCheckpoint takes a state apart into inputs and live object. States of very old versions kept both side by side.
func parseCheckpoint(state resource.PropertyMap) (inputs, live *unstructured.Unstructured) {
	fields := plainMap(state)
	oldInputs, hasInputs := fields["inputs"].(map[string]any)
	oldLive, hasLive := fields["live"].(map[string]any)
	if hasInputs && hasLive {
		return &unstructured.Unstructured{Object: oldInputs}, &unstructured.Unstructured{Object: oldLive}
	}
	stored, found := fields[keyInputs].(map[string]any)
	if !found {
		stored = map[string]any{}
	}
	delete(fields, keyInputs)
	return &unstructured.Unstructured{Object: stored}, &unstructured.Unstructured{Object: fields}
}

// initialAPIVersionOf is the API version that an object was created with.
func initialAPIVersionOf(state resource.PropertyMap, inputs *unstructured.Unstructured) string {
	if stored := state[keyInitialAPIVersion]; stored.IsString() {
		return stored.StringValue()
	}
	return inputs.GetAPIVersion()
}

// markSecrets makes values secret whose counterpart in from holds a secret. Objects are entered, so that one secret field does not
// hide a whole Deployment; a list becomes secret as a whole, since the server may reorder it. The data of a Secret always is.
func markSecrets(values, from resource.PropertyMap) {
	if kind := values["kind"]; kind.IsString() && kind.StringValue() == "Secret" {
		for _, key := range []resource.PropertyKey{"data", "stringData"} {
			if value, found := values[key]; found && !value.IsSecret() {
				values[key] = resource.MakeSecret(value)
			}
		}
		return
	}
	for key, like := range from {
		value, found := values[key]
		switch {
		case !found || value.IsSecret():
		case value.IsObject() && like.IsObject():
			markSecrets(value.ObjectValue(), like.ObjectValue())
		case like.ContainsSecrets():
			values[key] = resource.MakeSecret(value)
		}
	}
}
