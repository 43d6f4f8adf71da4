package kubernetes

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// Check names the object, puts it into the default namespace and brings its inputs into one shape. It asks the API server nothing but,
// once per API group, the scope of custom resources: mistakes in the object itself are the server's to tell, at preview.
func (p *Provider) Check(ctx context.Context, req *pulumirpc.CheckRequest) (*pulumirpc.CheckResponse, error) {
	urn := resource.URN(req.GetUrn())
	if p.unreachable != "" && p.settings.skipUpdateUnreachable {
		p.engine.log(ctx, severityWarning, req.GetUrn(), "Cluster is unreachable but skipUpdateUnreachable flag is set to true, skipping...")
		return &pulumirpc.CheckResponse{Inputs: req.GetOlds()}, nil
	}
	if err := refusedType(urn); err != nil {
		return nil, err
	}
	gvk, err := typeOf(urn)
	if err != nil {
		return nil, err
	}
	oldProperties, err := decode(req.GetOlds())
	if err != nil {
		return nil, err
	}
	given, err := decode(req.GetNews())
	if err != nil {
		return nil, fmt.Errorf("check failed because malformed resource inputs: %w", err)
	}
	inputs := normalize(toObject(given))
	if failures := malformed(inputs); len(failures) > 0 {
		return &pulumirpc.CheckResponse{Inputs: req.GetNews(), Failures: failures}, nil
	}
	if isPatch(urn, inputs.GetKind()) && !isNamed(inputs) {
		return nil, errors.New("patch resources require the `.metadata.name` field to be set")
	}
	p.warnOfAnnotations(ctx, req.GetUrn(), inputs)

	if old := toObject(oldProperties); len(old.Object) > 0 {
		adoptName(inputs, old)
		keepManagedByLabel(inputs, old)
	} else if err := assignName(inputs, urn, req); err != nil {
		return nil, err
	}
	if isGenerateName(inputs) {
		return nil, errors.New("the `.metadata.generateName` field is not supported in Server-Side Apply mode")
	}
	if p.cluster != nil {
		p.warnOfVersion(ctx, req.GetUrn(), gvk)
	}
	if p.settings.namespace != "" && inputs.GetNamespace() == "" && !metadataUnknown(inputs, "namespace") && p.namespaced(ctx, gvk) {
		if _, unknown := inputs.Object["metadata"].(resource.Computed); !unknown {
			inputs.SetNamespace(p.settings.namespace)
		}
	}
	if isCRD(inputs) {
		p.crds.remember(inputs)
	}

	checked := toProperties(inputs.Object)
	markSecrets(checked, given)
	encoded, err := encode(checked)
	if err != nil {
		return nil, err
	}
	return &pulumirpc.CheckResponse{Inputs: encoded}, nil
}

// malformed lists what is wrong with the frame of an object, which the API server could only answer with a decoding error.
func malformed(inputs *unstructured.Unstructured) []*pulumirpc.CheckFailure {
	var failures []*pulumirpc.CheckFailure
	fail := func(property, reason string) {
		failures = append(failures, &pulumirpc.CheckFailure{Property: property, Reason: reason})
	}
	metadata, isMap := inputs.Object["metadata"].(map[string]any)
	_, unknown := inputs.Object["metadata"].(resource.Computed)
	if !isMap && !unknown && inputs.Object["metadata"] != nil {
		fail("metadata", fmt.Sprintf("metadata must be an object, got %T", inputs.Object["metadata"]))
	}
	for _, field := range []string{"name", "namespace", "generateName"} {
		switch value := metadata[field].(type) {
		case nil, string, resource.Computed:
		default:
			fail("metadata."+field, fmt.Sprintf("metadata.%s must be a string, got %v", field, value))
		}
	}
	for _, field := range []string{"labels", "annotations"} {
		switch entries := metadata[field].(type) {
		case nil, resource.Computed:
		case map[string]any:
			for key, value := range entries {
				switch value.(type) {
				case string, nil, resource.Computed:
				default:
					fail("metadata."+field, fmt.Sprintf("metadata.%s[%q] must be a string, got %v", field, key, value))
				}
			}
		default:
			fail("metadata."+field, fmt.Sprintf("metadata.%s must be an object, got %v", field, entries))
		}
	}
	return failures
}

// warnOfAnnotations tells of annotations that do not do what they seem to.
func (p *Provider) warnOfAnnotations(ctx context.Context, urn string, inputs *unstructured.Unstructured) {
	hook := false
	for key, value := range inputs.GetAnnotations() {
		if strings.HasPrefix(key, annotationAutonamed) {
			p.engine.log(ctx, severityWarning, urn, fmt.Sprintf("ignoring user-specified value for internal annotation %q", key))
		}
		hook = hook || strings.HasPrefix(key, "helm.sh/hook") && strings.Contains(value, "test")
	}
	if hook && !p.settings.quietHelmHooks {
		p.engine.log(ctx, severityWarning, urn,
			"This resource contains Helm hooks that are not currently supported by Pulumi. The resource will "+
				"be created, but any hooks will not be executed. Hooks support is tracked at "+
				"https://github.com/pulumi/pulumi-kubernetes/issues/555 -- This warning can be disabled by setting "+
				"the PULUMI_K8S_SUPPRESS_HELM_HOOK_WARNINGS environment variable")
	}
}
