package kubernetes

import (
	"context"
	"fmt"
	"sort"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// Diff compares the live object in the state, cut down to the old inputs, with the new inputs. Defaults that the server filled in do
// not show, drift of what the program set does. It asks the API server nothing (but the scope of a custom resource's group, once).
func (p *Provider) Diff(ctx context.Context, req *pulumirpc.DiffRequest) (*pulumirpc.DiffResponse, error) {
	urn := resource.URN(req.GetUrn())
	oldState, err := decode(req.GetOlds())
	if err != nil {
		return nil, err
	}
	newProperties, err := decode(req.GetNews())
	if err != nil {
		return nil, fmt.Errorf("diff failed because malformed resource inputs: %w", err)
	}
	oldInputs, live := parseCheckpoint(oldState)
	inputs := normalize(toObject(newProperties))
	before := p.comparable(ctx, live, normalize(oldInputs), inputs)

	immutable := identity
	if !isPatch(urn, inputs.GetKind()) {
		immutable = p.immutableFields(inputs)
	}
	differences := compare(before.Object, inputs.Object, immutable)
	if err := dropIgnored(differences, req.GetIgnoreChanges()); err != nil {
		return nil, err
	}
	response := &pulumirpc.DiffResponse{
		Changes:         pulumirpc.DiffResponse_DIFF_NONE,
		DetailedDiff:    differences,
		HasDetailedDiff: true,
		Replaces:        replacedBy(differences),
	}
	if len(differences) > 0 {
		response.Changes = pulumirpc.DiffResponse_DIFF_SOME
	}
	if annotated(inputs, annotationReplace) && p.replaceUnready(ctx, req.GetUrn(), inputs, live) {
		response.Changes = pulumirpc.DiffResponse_DIFF_SOME
		response.Replaces = append(response.Replaces, `.metadata.annotations["pulumi.com/replaceUnready"]`)
	}
	// A replacement that must have the same name in the same place can only come after the old one is gone.
	response.DeleteBeforeReplace = len(response.Replaces) > 0 && isNamed(inputs) && !annotated(inputs, annotationAutonamed) &&
		inputs.GetName() == live.GetName() && inputs.GetNamespace() == live.GetNamespace()
	return response, nil
}

// comparable cuts the live object down to the old inputs and evens out what means nothing: the default namespace said or unsaid, a
// namespace on an object that has none, a resource version. It sets the namespace of inputs, too.
func (p *Provider) comparable(ctx context.Context, live, oldInputs, inputs *unstructured.Unstructured) *unstructured.Unstructured {
	before := &unstructured.Unstructured{Object: prune(live.Object, oldInputs.Object)}
	if before.Object == nil {
		before.Object = map[string]any{}
	}
	gvk := inputs.GroupVersionKind()
	if p.namespaced(ctx, gvk) {
		before.SetNamespace(namespaceOrDefault(before.GetNamespace()))
		if !metadataUnknown(inputs, "namespace") {
			inputs.SetNamespace(namespaceOrDefault(inputs.GetNamespace()))
		}
	} else {
		before.SetNamespace("")
		inputs.SetNamespace("")
	}
	if before.GroupVersionKind().Empty() {
		before.SetGroupVersionKind(gvk)
	}
	if before.GetResourceVersion() != "" {
		before.SetResourceVersion("")
	}
	if inputs.GetName() != "" {
		before.SetName(live.GetName())
	}
	return before
}

// replacedBy lists the properties that force a replacement, sorted.
func replacedBy(differences map[string]*pulumirpc.PropertyDiff) []string {
	var paths []string
	for path, difference := range differences {
		switch difference.GetKind() {
		case pulumirpc.PropertyDiff_ADD_REPLACE, pulumirpc.PropertyDiff_DELETE_REPLACE, pulumirpc.PropertyDiff_UPDATE_REPLACE:
			paths = append(paths, path)
		case pulumirpc.PropertyDiff_DELETE:
			if path == "metadata" {
				paths = append(paths, path)
			}
		}
	}
	sort.Strings(paths)
	return paths
}

// dropIgnored removes the differences under ignoreChanges' paths.
func dropIgnored(differences map[string]*pulumirpc.PropertyDiff, ignored []string) error {
	for _, text := range ignored {
		ignore, err := resource.ParsePropertyPath(text)
		if err != nil {
			return fmt.Errorf("failed to parse ignore path: %w", err)
		}
		for at := range differences {
			path, err := resource.ParsePropertyPath(at)
			if err != nil {
				return fmt.Errorf("failed to parse diff path: %w", err)
			}
			if ignore.Contains(path) {
				delete(differences, at)
			}
		}
	}
	return nil
}

// replaceUnready tells whether a Job that asks for it is to be replaced because it is not done.
func (p *Provider) replaceUnready(ctx context.Context, urn string, inputs, live *unstructured.Unstructured) bool {
	switch {
	case p.cluster == nil:
		p.engine.log(ctx, severityWarning, urn, "Cluster is unreachable, skipping replaceUnready check")
	case inputs.GetKind() != "Job":
		p.engine.log(ctx, severityWarning, urn, "replaceUnready annotation is not supported for this resource")
	default:
		current, err := p.cluster.get(p.ctx, live.GroupVersionKind(), live.GetNamespace(), live.GetName())
		if err == nil {
			return !jobReady(current).done
		}
	}
	return false
}
