// Command mesh-judge is istiod's own validation of configuration, without istiod: objects in, what is wrong with them
// out. It opens no port and reads no cluster.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"sigs.k8s.io/yaml"

	meshconfig "istio.io/api/mesh/v1alpha1"
	networking "istio.io/api/networking/v1alpha3"
	security "istio.io/api/security/v1beta1"
	"istio.io/istio/pkg/config"
	"istio.io/istio/pkg/config/mesh"
	"istio.io/istio/pkg/config/validation"
	"istio.io/istio/pkg/config/validation/agent"
)

// object is one manifest, as far as it is judged.
type object struct {
	Kind     string `json:"kind"`
	Metadata struct {
		Name      string `json:"name"`
		Namespace string `json:"namespace"`
	} `json:"metadata"`
	Spec json.RawMessage `json:"spec"`
}

// judged is what is said of one object.
type judged struct {
	Kind     string `json:"kind"`
	Name     string `json:"name"`
	Errors   string `json:"errors"`
	Warnings string `json:"warnings"`
}

// kind is how a kind is read and judged.
type kind struct {
	spec     func() proto.Message
	validate validation.ValidateFunc
}

var kinds = map[string]kind{
	"AuthorizationPolicy": {func() proto.Message { return &security.AuthorizationPolicy{} }, validation.ValidateAuthorizationPolicy},
	"PeerAuthentication":  {func() proto.Message { return &security.PeerAuthentication{} }, validation.ValidatePeerAuthentication},
	"Sidecar":             {func() proto.Message { return &networking.Sidecar{} }, validation.ValidateSidecar},
	"DestinationRule":     {func() proto.Message { return &networking.DestinationRule{} }, validation.ValidateDestinationRule},
	"Gateway":             {func() proto.Message { return &networking.Gateway{} }, validation.ValidateGateway},
}

func main() {
	if err := run(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run judges a JSON list of objects. A MeshConfig is an object of that kind with it as its spec.
func run(in io.Reader, out io.Writer) error {
	var objects []object
	if err := json.NewDecoder(in).Decode(&objects); err != nil {
		return err
	}
	if len(objects) == 0 {
		return errors.New("nothing to judge")
	}
	said := make([]judged, 0, len(objects))
	for _, each := range objects {
		warnings, err := judge(each)
		said = append(said, judged{each.Kind, each.Metadata.Namespace + "/" + each.Metadata.Name, text(err), text(warnings)})
	}
	return json.NewEncoder(out).Encode(said)
}

func judge(given object) (error, error) {
	if given.Kind == "MeshConfig" {
		return judgeMesh(given.Spec)
	}
	found, known := kinds[given.Kind]
	if !known {
		return nil, fmt.Errorf("%s is not judged here", given.Kind)
	}
	spec := found.spec()
	if err := protojson.Unmarshal(given.Spec, spec); err != nil {
		return nil, err
	}
	meta := config.Meta{Name: given.Metadata.Name, Namespace: given.Metadata.Namespace}
	return found.validate(config.Config{Meta: meta, Spec: spec})
}

// judgeMesh reads it twice: strictly, for what istiod would pass over, and as istiod does, over its defaults.
func judgeMesh(given json.RawMessage) (error, error) {
	if err := protojson.Unmarshal(given, &meshconfig.MeshConfig{}); err != nil {
		return nil, err
	}
	written, err := yaml.JSONToYAML(given)
	if err != nil {
		return nil, err
	}
	whole, err := mesh.ApplyMeshConfigDefaults(string(written))
	if err != nil {
		return nil, err
	}
	return agent.ValidateMeshConfig(whole)
}

func text(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
