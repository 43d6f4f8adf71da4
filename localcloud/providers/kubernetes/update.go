package kubernetes

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// Update applies the new inputs on the server and waits until the object is ready; at preview it only tries.
func (p *Provider) Update(ctx context.Context, req *pulumirpc.UpdateRequest) (*pulumirpc.UpdateResponse, error) {
	urn := resource.URN(req.GetUrn())
	if p.cluster == nil && !req.GetPreview() {
		return nil, fmt.Errorf("configured Kubernetes cluster is unreachable: %s", p.unreachable)
	}
	oldState, err := decode(req.GetOlds())
	if err != nil {
		return nil, err
	}
	properties, err := decode(req.GetNews())
	if err != nil {
		return nil, fmt.Errorf("update failed because malformed resource inputs: %w", err)
	}
	inputs := normalize(toObject(properties))
	if req.GetPreview() && (p.cluster == nil || hasUnknown(inputs.Object) ||
		!p.cluster.kinds.has(p.ctx, inputs.GroupVersionKind())) {
		return &pulumirpc.UpdateResponse{Properties: req.GetNews()}, nil
	}
	oldInputs, oldLive := parseCheckpoint(oldState)
	oldManager, err := fieldManager(oldState, oldInputs)
	if err != nil {
		return nil, err
	}
	manager, err := fieldManager(oldState, inputs)
	if err != nil {
		return nil, err
	}
	secrets := newRedactor(properties)
	change := &change{cluster: p.cluster, urn: urn, manager: manager, force: p.settings.patchForce, dryRun: req.GetPreview(),
		progress: newProgress(ctx, &p.engine, req.GetUrn())}
	live, err := p.update(change, inputs, oldLive, req.GetIgnoreChanges(), waitTimeout(req.GetTimeout(), inputs))
	change.progress.clear()
	if err != nil {
		if req.GetPreview() && apierrors.IsForbidden(err) {
			p.engine.log(ctx, severityWarning, req.GetUrn(), secrets.text("the API server would refuse this now: "+err.Error()))
			return &pulumirpc.UpdateResponse{Properties: req.GetNews()}, nil
		}
		if meta.IsNoMatchError(err) {
			return nil, fmt.Errorf("update of resource %q failed because the Kubernetes API server "+
				"reported that the apiVersion for this resource does not exist. "+
				"Verify that any required CRDs have been created: %w", urn, err)
		}
		current, getErr := p.cluster.get(context.WithoutCancel(p.ctx), oldLive.GroupVersionKind(), oldLive.GetNamespace(), oldLive.GetName())
		if getErr != nil {
			return nil, errors.New(secrets.text(fmt.Sprintf("update of resource %q failed: %v\nunable to get cluster state: %v",
				urn, err, getErr)))
		}
		live = current
	}
	state, encodeErr := encode(checkpoint(inputs, live, properties, initialAPIVersionOf(oldState, oldInputs), manager))
	if encodeErr != nil {
		return nil, encodeErr
	}
	if err != nil {
		return nil, initFailed(id(live), secrets.text(fmt.Sprintf("the Kubernetes API server reported that %q failed to fully initialize "+
			"or become live: %v", id(live), err)), secrets.texts(reasonsOf(err)), state, nil)
	}
	if !req.GetPreview() && oldManager != manager {
		if err := change.relinquish(p.ctx, live, oldManager); err != nil {
			return nil, err
		}
	}
	return &pulumirpc.UpdateResponse{Properties: state}, nil
}

// update reads the object as it is now, sends the change and waits. The inputs become what was sent: with what ignoreChanges keeps.
func (p *Provider) update(
	c *change, inputs, oldLive *unstructured.Unstructured, ignored []string, timeout time.Duration,
) (*unstructured.Unstructured, error) {
	client, err := c.cluster.objectsOf(p.ctx, inputs)
	if err != nil {
		return nil, err
	}
	before, err := client.Get(p.ctx, oldLive.GetName(), metav1.GetOptions{})
	if err != nil {
		return nil, err
	}
	var live *unstructured.Unstructured
	if isCRD(inputs) {
		// Replaced as a whole: a CRD's schema is one thing, and a merge of two is none.
		inputs.SetResourceVersion(before.GetResourceVersion())
		live, err = client.Update(p.ctx, inputs, metav1.UpdateOptions{FieldManager: c.manager, DryRun: c.dry()})
	} else {
		live, err = c.applyOver(p.ctx, client, before, inputs, ignored)
	}
	if err != nil || c.dryRun {
		return live, err
	}
	if isCRD(inputs) {
		p.forgetKindsOf(inputs)
	}
	return p.awaitReady(c, inputs, live, before, timeout)
}
