// Command gateway-translate is Envoy Gateway's own translation of Gateway API into Envoy's configuration, without the
// controller around it: objects in, xDS out. It opens no port and reads no cluster.
//
// The module's path lies below Envoy Gateway's, because its translation is internal to it.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"sort"

	"google.golang.org/protobuf/encoding/protojson"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	gwapiv1 "sigs.k8s.io/gateway-api/apis/v1"
	"sigs.k8s.io/yaml"

	egv1a1 "github.com/envoyproxy/gateway/api/v1alpha1"
	"github.com/envoyproxy/gateway/internal/gatewayapi"
	"github.com/envoyproxy/gateway/internal/gatewayapi/resource"
	"github.com/envoyproxy/gateway/internal/logging"
	"github.com/envoyproxy/gateway/internal/xds/translator"
)

const controllerNamespace = "envoy-gateway-system"

// judged is what the translation says of one object.
type judged struct {
	Kind      string `json:"kind"`
	Namespace string `json:"namespace"`
	Name      string `json:"name"`
	Status    any    `json:"status"`
}

// translated is everything that is printed: xDS resources by type, and the status of each object.
type translated struct {
	Xds     map[string][]json.RawMessage `json:"xds"`
	Objects []judged                     `json:"objects"`
}

func main() {
	if err := run(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(in io.Reader, out io.Writer) error {
	manifests, err := io.ReadAll(in)
	if err != nil {
		return err
	}
	// Checked against the kinds' own schemas on the way.
	objects, err := resource.LoadResourcesFromYAMLBytes(manifests, false, nil)
	if err != nil {
		return err
	}
	if err := labelNamespaces(objects, manifests); err != nil {
		return err
	}
	if objects.GatewayClass == nil {
		return errors.New("there is no GatewayClass")
	}
	made, err := translate(objects)
	if err != nil {
		return err
	}
	return json.NewEncoder(out).Encode(made)
}

// labelNamespaces gives namespaces the labels that they were read without, by which a Gateway lets their routes in.
func labelNamespaces(objects *resource.Resources, manifests []byte) error {
	labels := map[string]map[string]string{}
	err := resource.IterYAMLBytes(manifests, func(text []byte) error {
		var read corev1.Namespace
		if err := yaml.Unmarshal(text, &read); err != nil {
			return nil // of another kind
		}
		if read.Kind == "Namespace" {
			labels[read.Name] = read.Labels
		}
		return nil
	})
	for _, each := range objects.Namespaces {
		each.Labels = labels[each.Name]
	}
	return err
}

func translate(objects *resource.Resources) (*translated, error) {
	ctx := context.Background()
	quiet := logging.DefaultLogger(io.Discard, egv1a1.LogLevelError)
	// Its proxies' way to the controller, of which there is none here.
	objects.Secrets = append(objects.Secrets, &corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{Namespace: controllerNamespace, Name: "envoy"},
	})
	toIR := &gatewayapi.Translator{
		ControllerNamespace:   controllerNamespace,
		GatewayControllerName: string(objects.GatewayClass.Spec.ControllerName),
		GatewayClassName:      gwapiv1.ObjectName(objects.GatewayClass.Name),
		// A Service's own address stands for its pods: which these are is not this program's business.
		EndpointRoutingDisabled: true,
		Logger:                  quiet,
	}
	result, err := toIR.Translate(ctx, objects)
	if err != nil {
		return nil, err
	}
	made := &translated{Xds: map[string][]json.RawMessage{}, Objects: statuses(result)}
	keys := make([]string, 0, len(result.XdsIR))
	for key := range result.XdsIR {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	for _, key := range keys {
		toXds := &translator.Translator{Logger: quiet}
		table, err := toXds.Translate(ctx, result.XdsIR[key])
		if err != nil {
			return nil, fmt.Errorf("%s: %w", key, err)
		}
		for kind, resources := range table.XdsResources {
			for _, each := range resources {
				text, err := protojson.Marshal(each)
				if err != nil {
					return nil, err
				}
				made.Xds[kind] = append(made.Xds[kind], text)
			}
		}
	}
	return made, nil
}

func statuses(result *gatewayapi.TranslateResult) []judged {
	var made []judged
	for _, each := range result.Gateways {
		made = append(made, judged{"Gateway", each.Namespace, each.Name, each.Status})
	}
	for _, each := range result.HTTPRoutes {
		made = append(made, judged{"HTTPRoute", each.Namespace, each.Name, each.Status})
	}
	for _, each := range result.ClientTrafficPolicies {
		made = append(made, judged{"ClientTrafficPolicy", each.Namespace, each.Name, each.Status})
	}
	for _, each := range result.BackendTrafficPolicies {
		made = append(made, judged{"BackendTrafficPolicy", each.Namespace, each.Name, each.Status})
	}
	for _, each := range result.SecurityPolicies {
		made = append(made, judged{"SecurityPolicy", each.Namespace, each.Name, each.Status})
	}
	return made
}
