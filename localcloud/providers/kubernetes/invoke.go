package kubernetes

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/yaml"
)

// Invoke answers kubernetes:yaml:decode, which the SDK's ConfigFile and ConfigGroup (version 1) read manifests with. Helm and Kustomize
// are refused.
func (p *Provider) Invoke(ctx context.Context, req *pulumirpc.InvokeRequest) (*pulumirpc.InvokeResponse, error) {
	if req.GetTok() != "kubernetes:yaml:decode" {
		return nil, notHere(req.GetTok())
	}
	arguments, err := decode(req.GetArgs())
	if err != nil {
		return nil, err
	}
	text, ok := plain(arguments["text"]).(string)
	if !ok {
		return nil, errors.New("missing required field 'text' of type string")
	}
	namespace, _ := plain(arguments["defaultNamespace"]).(string)
	objects, err := p.decodeYAML(ctx, text, namespace)
	if err != nil {
		return nil, fmt.Errorf("the manifest is not YAML: %w", err)
	}
	result, err := encode(resource.PropertyMap{"result": toProperty(objects, toProperties)})
	if err != nil {
		return nil, err
	}
	return &pulumirpc.InvokeResponse{Return: result}, nil
}

// decodeYAML reads the API objects of a manifest; documents without a kind are left out. Objects that live in namespaces and name none
// get the default one.
func (p *Provider) decodeYAML(ctx context.Context, text, namespace string) ([]any, error) {
	objects := []any{}
	documents := yaml.NewYAMLOrJSONDecoder(io.NopCloser(strings.NewReader(text)), 4096)
	for {
		object := unstructured.Unstructured{}
		var fields map[string]any
		if err := documents.Decode(&fields); errors.Is(err, io.EOF) {
			return objects, nil
		} else if err != nil {
			return nil, err
		}
		object.Object = fields
		if object.GetKind() == "" || object.GetAPIVersion() == "" {
			continue
		}
		if namespace != "" && object.GetNamespace() == "" && p.namespaced(ctx, object.GroupVersionKind()) {
			object.SetNamespace(namespace)
		}
		objects = append(objects, object.Object)
	}
}
