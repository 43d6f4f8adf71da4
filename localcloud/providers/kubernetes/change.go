package kubernetes

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/validation"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/rand"
)

// creatingManager owns the fields of objects that were created and not yet updated: the same for all, so that the first update knows
// from whom to take them over. The official provider uses the same name.
const creatingManager = "pulumi-kubernetes"

// change is one create or update on its way to the API server.
type change struct {
	cluster  *cluster
	urn      resource.URN
	manager  string // field manager of server-side apply
	force    bool   // take fields over from other managers
	dryRun   bool
	progress *progress
}

func (c *change) dry() []string {
	if c.dryRun {
		return []string{metav1.DryRunAll}
	}
	return nil
}

// post creates an object that must not exist yet.
func (c *change) post(ctx context.Context, inputs *unstructured.Unstructured) (*unstructured.Unstructured, error) {
	client, err := c.cluster.objectsOf(ctx, inputs)
	if err != nil {
		return nil, err
	}
	return client.Create(ctx, inputs, metav1.CreateOptions{FieldManager: creatingManager, DryRun: c.dry()})
}

// applyNew creates an object or takes over the fields given of one that exists.
func (c *change) applyNew(ctx context.Context, inputs *unstructured.Unstructured) (*unstructured.Unstructured, error) {
	live, err := c.apply(ctx, inputs.GetName(), inputs, c.forced(inputs, nil))
	if c.dryRun && apierrors.IsInvalid(err) && strings.Contains(err.Error(), validation.FieldImmutableErrorMsg) {
		// The object there will be deleted before this one is made, which a dry run cannot know: it is tried under another name.
		renamed := inputs.DeepCopy()
		renamed.SetName(inputs.GetName() + "-" + rand.String(5))
		return c.apply(ctx, renamed.GetName(), renamed, c.forced(inputs, nil))
	}
	return live, err
}

// apply sends the inputs by server-side apply: fields that this manager owned and no longer sends go away.
func (c *change) apply(
	ctx context.Context, name string, inputs *unstructured.Unstructured, force bool,
) (*unstructured.Unstructured, error) {
	client, err := c.cluster.objectsOf(ctx, inputs)
	if err != nil {
		return nil, err
	}
	body, err := json.Marshal(inputs.Object)
	if err != nil {
		return nil, err
	}
	live, err := client.Patch(ctx, name, types.ApplyPatchType, body,
		metav1.PatchOptions{FieldManager: c.manager, Force: &force, DryRun: c.dry()})
	return live, c.explainConflict(err)
}

// relinquish gives up every field that a manager owns of an object.
func (c *change) relinquish(ctx context.Context, object *unstructured.Unstructured, manager string) error {
	client, err := c.cluster.objectsOf(ctx, object)
	if err != nil {
		return err
	}
	bare := &unstructured.Unstructured{Object: map[string]any{}}
	bare.SetGroupVersionKind(object.GroupVersionKind())
	bare.SetName(object.GetName())
	if object.GetNamespace() != "" {
		bare.SetNamespace(object.GetNamespace())
	}
	body, err := json.Marshal(bare.Object)
	if err != nil {
		return err
	}
	_, err = client.Patch(ctx, object.GetName(), types.ApplyPatchType, body, metav1.PatchOptions{FieldManager: manager})
	return err
}

// forced tells whether to take fields over from other managers. live is the object before the change, nil if there is none.
func (c *change) forced(inputs, live *unstructured.Unstructured) bool {
	if c.force || annotated(inputs, annotationForce) {
		return true
	}
	if live == nil {
		return c.dryRun // the object in the way will have been replaced by then
	}
	if len(live.GetManagedFields()) == 0 {
		return true // from before server-side apply: owned by nobody in particular
	}
	if c.dryRun {
		for _, entry := range live.GetManagedFields() {
			if entry.Operation == metav1.ManagedFieldsOperationUpdate && ownManagers[entry.Manager] {
				return true // a real update takes these over first
			}
		}
	}
	return false
}

// ownManagers are the names under which Pulumi created objects, now or before.
var ownManagers = set(creatingManager, "pulumi-kubernetes.exe", "pulumi-resource-kubernetes")

// conflictHelp explains conflicts and how to resolve them.
const conflictHelp = "https://www.pulumi.com/registry/packages/kubernetes/how-to-guides/managing-resources-with-server-side-apply/" +
	"#handle-field-conflicts-on-existing-resources"

// explainConflict says what to do about fields that someone else owns; the server's message names them and their manager.
func (c *change) explainConflict(err error) error {
	if !apierrors.IsConflict(err) {
		return err
	}
	return fmt.Errorf("server-side apply field conflict detected, see %s for troubleshooting help\n"+
		"The resource managed by field manager %q had an apply conflict: %w\n"+
		"To take the fields over, set the annotation %s: \"true\"; to leave them to the other manager, drop them from the program "+
		"or list them in ignoreChanges", conflictHelp, c.manager, err, annotationForce)
}

// namespaceMissing tells that the namespace an object goes into does not exist.
func namespaceMissing(err error) bool {
	status, ok := err.(*apierrors.StatusError)
	return ok && apierrors.IsNotFound(err) && status.ErrStatus.Details != nil && status.ErrStatus.Details.Kind == "namespaces"
}

// noDryRun tells that something on the way (an admission webhook) cannot be tried.
func noDryRun(err error) bool {
	return apierrors.IsBadRequest(err) && strings.Contains(err.Error(), "does not support dry run")
}
