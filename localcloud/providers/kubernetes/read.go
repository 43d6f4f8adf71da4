package kubernetes

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// Read gets the live object: for refresh, where the inputs become what of it the program speaks of, and for import and .get(), where
// they become all that a program could have said. An object that is gone leaves the state.
func (p *Provider) Read(ctx context.Context, req *pulumirpc.ReadRequest) (*pulumirpc.ReadResponse, error) {
	urn := resource.URN(req.GetUrn())
	if p.cluster == nil {
		return p.readUnreachable(ctx, req)
	}
	if err := refusedType(urn); err != nil {
		return nil, err
	}
	oldState, err := decode(req.GetProperties())
	if err != nil {
		return nil, err
	}
	oldProperties, err := decode(req.GetInputs())
	if err != nil {
		return nil, err
	}
	namespace, name := parseID(req.GetId())
	if name == "" {
		return nil, fmt.Errorf("failed to read resource because of a failure to parse resource name from request ID: %s", req.GetId())
	}
	_, oldLive := parseCheckpoint(oldState)
	oldInputs := normalize(toObject(oldProperties))
	importing, err := identify(oldInputs, oldLive, urn, namespace, name)
	if err != nil {
		return nil, err
	}
	initialVersion := initialAPIVersionOf(oldState, oldInputs)
	manager, err := fieldManager(oldState, oldInputs)
	if err != nil {
		return nil, err
	}
	live, err := p.cluster.get(p.ctx, oldInputs.GroupVersionKind(), oldInputs.GetNamespace(), name)
	if apierrors.IsNotFound(err) || meta.IsNoMatchError(err) {
		return &pulumirpc.ReadResponse{}, nil // gone, or its whole kind is
	}
	if err != nil {
		return nil, err
	}
	progress := newProgress(ctx, &p.engine, req.GetUrn())
	var unready error
	if !importing && !annotated(oldInputs, annotationSkipAwait) {
		unready = p.checkReady(progress, live)
	}
	progress.clear()

	liveInputs := &unstructured.Unstructured{Object: prune(live.Object, oldInputs.Object)}
	if importing {
		liveInputs = importedInputs(live)
	}
	state, err := encode(checkpoint(liveInputs, live, oldProperties, initialVersion, manager))
	if err != nil {
		return nil, err
	}
	liveProperties := toProperties(liveInputs.Object)
	markSecrets(liveProperties, oldProperties)
	inputs, err := encode(liveProperties)
	if err != nil {
		return nil, err
	}
	if unready != nil {
		return nil, initFailed(req.GetId(), unready.Error(), reasonsOf(unready), state, inputs)
	}
	return &pulumirpc.ReadResponse{Id: req.GetId(), Properties: state, Inputs: inputs}, nil
}

// identify completes inputs that do not say which object they mean, from the state or the URN and ID. True means that nothing but the
// ID is known: an import.
func identify(inputs, live *unstructured.Unstructured, urn resource.URN, namespace, name string) (importing bool, err error) {
	if !inputs.GroupVersionKind().Empty() {
		return false, nil
	}
	if gvk := live.GroupVersionKind(); !gvk.Empty() {
		inputs.SetGroupVersionKind(gvk)
	} else {
		gvk, err := typeOf(urn)
		if err != nil {
			return false, err
		}
		inputs.SetGroupVersionKind(gvk)
		importing = true
	}
	if inputs.GetName() == "" {
		inputs.SetName(name)
	}
	if inputs.GetNamespace() == "" && namespace != "" {
		inputs.SetNamespace(namespace)
	}
	return importing, nil
}

// importedInputs are the inputs that would have made an object: all of it but its status and what the server writes.
func importedInputs(live *unstructured.Unstructured) *unstructured.Unstructured {
	inputs := live.DeepCopy()
	delete(inputs.Object, "status")
	metadata, _ := inputs.Object["metadata"].(map[string]any)
	for _, field := range []string{"creationTimestamp", "generation", "managedFields", "resourceVersion", "uid"} {
		delete(metadata, field)
	}
	unstructured.RemoveNestedField(inputs.Object, "metadata", "annotations", "deployment.kubernetes.io/revision")
	unstructured.RemoveNestedField(inputs.Object, "metadata", "annotations", lastApplied)
	if isCoreKind(live, "Namespace") {
		// Every namespace has these from the server; no program says them.
		unstructured.RemoveNestedField(inputs.Object, "metadata", "labels", "kubernetes.io/metadata.name")
		if finalizers, _, _ := unstructured.NestedStringSlice(inputs.Object, "spec", "finalizers"); slices.Equal(finalizers, []string{"kubernetes"}) {
			delete(inputs.Object, "spec")
		}
	}
	for _, field := range []string{"labels", "annotations"} {
		if entries, ok := metadata[field].(map[string]any); ok && len(entries) == 0 {
			delete(metadata, field)
		}
	}
	return inputs
}

// readUnreachable answers Read without a cluster, as the options say.
func (p *Provider) readUnreachable(ctx context.Context, req *pulumirpc.ReadRequest) (*pulumirpc.ReadResponse, error) {
	p.engine.log(ctx, severityWarning, req.GetUrn(), "configured Kubernetes cluster is unreachable: "+p.unreachable)
	switch {
	case p.settings.deleteUnreachable:
		p.engine.log(ctx, severityInfo, req.GetUrn(), "configured Kubernetes cluster is unreachable and the `deleteUnreachable` option "+
			"is enabled. Deleting the unreachable resource from Pulumi state")
		return &pulumirpc.ReadResponse{}, nil
	case p.settings.skipUpdateUnreachable:
		p.engine.log(ctx, severityInfo, req.GetUrn(), "configured Kubernetes cluster is unreachable and the `skipUnreachable` option "+
			"is enabled. Returned data could not reflect the actual cluster configuration.")
		return &pulumirpc.ReadResponse{Id: req.GetId(), Properties: req.GetProperties(), Inputs: req.GetInputs()}, nil
	}
	return nil, errors.New("failed to read resource state due to unreachable cluster. If the cluster was " +
		"deleted, you can remove this resource from Pulumi state by rerunning the operation with the " +
		"PULUMI_K8S_DELETE_UNREACHABLE environment variable set to \"true\"")
}
