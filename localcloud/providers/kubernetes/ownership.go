package kubernetes

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"
	"sigs.k8s.io/structured-merge-diff/v6/fieldpath"
)

// applyOver applies the inputs over an object that exists: first it takes over what the creating manager and kubectl own, so that
// fields can be removed and do not conflict; then it leaves alone what ignoreChanges names.
func (c *change) applyOver(
	ctx context.Context, client dynamic.ResourceInterface, live, inputs *unstructured.Unstructured, ignored []string,
) (*unstructured.Unstructured, error) {
	if !c.dryRun && !isPatch(c.urn, inputs.GetKind()) {
		taken, err := takeOver(ctx, client, live, c.manager)
		if err != nil {
			return nil, err
		}
		live = taken
	}
	if err := keepIgnored(inputs, live, c.manager, ignored); err != nil {
		return nil, err
	}
	return c.apply(ctx, live.GetName(), inputs, c.forced(inputs, live))
}

// takenOver are the managers whose fields an update takes over without asking, by prefix of their name and by operation: those of
// objects that Pulumi created, and a person's kubectl.
var takenOver = []struct {
	prefix    string
	operation metav1.ManagedFieldsOperationType
}{
	{"kubectl", metav1.ManagedFieldsOperationApply},
	{"kubectl", metav1.ManagedFieldsOperationUpdate},
	{"before-first-apply", metav1.ManagedFieldsOperationUpdate},
	{"pulumi-kubernetes", metav1.ManagedFieldsOperationUpdate},
	{"pulumi-resource-kubernetes", metav1.ManagedFieldsOperationUpdate},
}

// takeOver makes manager the owner of the fields that takenOver's managers own. It costs a request only when there are any.
func takeOver(
	ctx context.Context, client dynamic.ResourceInterface, live *unstructured.Unstructured, manager string,
) (*unstructured.Unstructured, error) {
	entries, changed, err := mergedOwnership(live.GetManagedFields(), manager, live.GetAPIVersion())
	if err != nil || !changed {
		return live, err
	}
	patch, err := json.Marshal([]map[string]any{
		{"op": "replace", "path": "/metadata/managedFields", "value": entries},
		// Refused if someone changed the object meanwhile: the fields read would be out of date.
		{"op": "replace", "path": "/metadata/resourceVersion", "value": live.GetResourceVersion()},
	})
	if err != nil {
		return nil, err
	}
	return client.Patch(ctx, live.GetName(), types.JSONPatchType, patch, metav1.PatchOptions{})
}

// mergedOwnership moves the fields of takenOver's managers to manager's entry, and tells whether there were any.
func mergedOwnership(
	entries []metav1.ManagedFieldsEntry, manager, apiVersion string,
) (merged []metav1.ManagedFieldsEntry, changed bool, err error) {
	own := &fieldpath.Set{}
	ownEntry := metav1.ManagedFieldsEntry{Manager: manager, Operation: metav1.ManagedFieldsOperationApply, APIVersion: apiVersion,
		FieldsType: "FieldsV1"}
	for _, entry := range entries {
		mine := entry.Manager == manager && entry.Operation == metav1.ManagedFieldsOperationApply && entry.Subresource == ""
		taken := !mine && isTakenOver(entry)
		if !mine && !taken {
			merged = append(merged, entry)
			continue
		}
		fields, err := fieldSet(entry)
		if err != nil {
			return nil, false, err
		}
		own = own.Union(fields)
		changed = changed || taken
		if ownEntry.Time == nil || mine {
			ownEntry.Time = entry.Time
		}
	}
	if !changed {
		return entries, false, nil
	}
	raw, err := own.ToJSON()
	if err != nil {
		return nil, false, err
	}
	ownEntry.FieldsV1 = &metav1.FieldsV1{Raw: raw}
	return append(merged, ownEntry), true, nil
}

func isTakenOver(entry metav1.ManagedFieldsEntry) bool {
	if entry.Subresource != "" {
		return false
	}
	for _, from := range takenOver {
		if entry.Operation == from.operation && strings.HasPrefix(entry.Manager, from.prefix) {
			return true
		}
	}
	return false
}

func fieldSet(entry metav1.ManagedFieldsEntry) (*fieldpath.Set, error) {
	fields := &fieldpath.Set{}
	if entry.FieldsV1 == nil {
		return fields, nil
	}
	if err := fields.FromJSON(bytes.NewReader(entry.FieldsV1.Raw)); err != nil {
		return nil, fmt.Errorf("cannot read which fields %s owns: %w", entry.Manager, err)
	}
	return fields, nil
}

// keepIgnored changes the inputs so that applying them leaves the paths of ignoreChanges as they are: what only others own is not
// sent, the rest is sent as it is live.
func keepIgnored(inputs, live *unstructured.Unstructured, manager string, ignored []string) error {
	if len(ignored) == 0 {
		return nil
	}
	ours, theirs := &fieldpath.Set{}, &fieldpath.Set{}
	for _, entry := range live.GetManagedFields() {
		fields, err := fieldSet(entry)
		if err != nil {
			return err
		}
		if entry.Manager == manager {
			ours = ours.Union(fields)
		} else {
			theirs = theirs.Union(fields)
		}
	}
	ours, theirs = withParents(ours), withParents(theirs)
	for _, text := range ignored {
		path, err := resource.ParsePropertyPath(text)
		if err != nil {
			return fmt.Errorf("unable to parse ignoreField path %q: %w", text, err)
		}
		steps, ok := fieldSteps(path)
		if !ok {
			continue // a list item: server-side apply has no stable way to say "this one"
		}
		owned, err := fieldpath.MakePath(asAny(steps)...)
		if err != nil {
			return fmt.Errorf("unable to normalize ignoreField path %q: %w", text, err)
		}
		if theirs.Has(owned) && !ours.Has(owned) {
			unstructured.RemoveNestedField(inputs.Object, steps...)
			continue
		}
		value, found, err := unstructured.NestedFieldCopy(live.Object, steps...)
		if err != nil {
			return fmt.Errorf("unable to parse field to ignore %q from live object: %w", text, err)
		}
		if found {
			if err := unstructured.SetNestedField(inputs.Object, value, steps...); err != nil {
				return fmt.Errorf("unable to set field %q with its live value: %w", text, err)
			}
		}
	}
	return nil
}

func fieldSteps(path resource.PropertyPath) ([]string, bool) {
	steps := make([]string, len(path))
	for i, step := range path {
		name, ok := step.(string)
		if !ok {
			return nil, false
		}
		steps[i] = name
	}
	return steps, true
}

func asAny(steps []string) []any {
	result := make([]any, len(steps))
	for i, step := range steps {
		result[i] = step
	}
	return result
}

// withParents adds the paths above each path, which ownership sets leave out.
func withParents(fields *fieldpath.Set) *fieldpath.Set {
	all := &fieldpath.Set{}
	fields.Iterate(func(path fieldpath.Path) {
		for i := range path {
			all.Insert(path[:i+1])
		}
	})
	return all
}
