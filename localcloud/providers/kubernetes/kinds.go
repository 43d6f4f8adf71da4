package kubernetes

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// coreGroup is how type tokens spell the group that the API server calls "".
const coreGroup = "core"

// builtinGroups are the groups whose objects are Kubernetes' own at any of builtinVersions: what lies in them is normalized through
// the Go types before it is compared. Groups of custom resources are not among them, even those under k8s.io.
var builtinGroups = set(
	"", coreGroup, "admissionregistration.k8s.io", "apiextensions.k8s.io", "apiregistration.k8s.io", "apps", "autoscaling", "batch",
	"certificates.k8s.io", "coordination.k8s.io", "discovery.k8s.io", "events.k8s.io", "extensions", "flowcontrol.apiserver.k8s.io",
	"networking.k8s.io", "node.k8s.io", "policy", "rbac.authorization.k8s.io", "resource.k8s.io", "scheduling.k8s.io",
	"storage.k8s.io", "storagemigration.k8s.io",
)

// scopes of built-in kinds, so that checking and comparing them asks the server nothing: true means namespaced.
// Kinds that are not here (those in alpha and beta groups) are looked up.
var scopes = func() map[string]bool {
	known := map[string]bool{}
	for _, kind := range strings.Fields(`Binding ConfigMap ControllerRevision CronJob CSIStorageCapacity DaemonSet Deployment Endpoints
		EndpointSlice Event HorizontalPodAutoscaler Ingress Job Lease LimitRange NetworkPolicy PersistentVolumeClaim Pod
		PodDisruptionBudget PodTemplate ReplicaSet ReplicationController ResourceQuota Role RoleBinding Secret Service ServiceAccount
		StatefulSet`) {
		known[kind] = true
	}
	for _, kind := range strings.Fields(`APIService CertificateSigningRequest ClusterRole ClusterRoleBinding CSIDriver CSINode
		CustomResourceDefinition FlowSchema IngressClass MutatingWebhookConfiguration Namespace Node PersistentVolume PriorityClass
		PriorityLevelConfiguration RuntimeClass StorageClass ValidatingAdmissionPolicy ValidatingAdmissionPolicyBinding
		ValidatingWebhookConfiguration VolumeAttachment`) {
		known[kind] = false
	}
	return known
}()

func isBuiltin(gvk schema.GroupVersionKind) bool { return builtinGroups[gvk.Group] }

// typeOf is the group, version and kind that a URN's type token names, such as kubernetes:apps/v1:Deployment.
func typeOf(urn resource.URN) (schema.GroupVersionKind, error) {
	module := string(urn.Type().Module().Name())
	group, version, found := strings.Cut(module, "/")
	if string(urn.Type().Package()) != "kubernetes" || !found || strings.Contains(version, "/") {
		return schema.GroupVersionKind{}, fmt.Errorf("%q is no Kubernetes resource type", urn.Type())
	}
	if group == coreGroup {
		group = ""
	}
	return schema.GroupVersionKind{Group: group, Version: version, Kind: string(urn.Type().Name())}, nil
}

// isPatch tells a ...Patch resource, which shares an object with its owner, from an object whose own kind ends in Patch.
func isPatch(urn resource.URN, kind string) bool { return string(urn.Type().Name()) == kind+"Patch" }

// refusedType is an error for the types of the package that are no API objects.
func refusedType(urn resource.URN) error {
	gvk, err := typeOf(urn)
	if err != nil {
		return notHere(string(urn.Type()))
	}
	switch gvk.Group {
	case "helm.sh", "kustomize", "yaml":
		return notHere(string(urn.Type()))
	}
	if isBuiltin(gvk) && strings.HasSuffix(gvk.Kind, "List") {
		return fmt.Errorf("list resources exist for compatibility with YAML manifests and Helm charts, " +
			"and cannot be created directly. Use the underlying resource type instead")
	}
	return nil
}

func isCRD(object *unstructured.Unstructured) bool {
	return object.GetKind() == "CustomResourceDefinition" && strings.HasPrefix(object.GetAPIVersion(), "apiextensions.k8s.io/")
}

func isCoreKind(object *unstructured.Unstructured, kind string) bool {
	group := object.GroupVersionKind().Group
	return object.GetKind() == kind && (group == "" || group == coreGroup)
}

// crdScopes remembers the scope of the kinds whose CRDs the program itself declares: an object may be checked before its CRD exists.
type crdScopes struct {
	mu         sync.Mutex
	namespaced map[schema.GroupKind]bool
}

func (c *crdScopes) remember(crd *unstructured.Unstructured) {
	group, _, _ := unstructured.NestedString(crd.Object, "spec", "group")
	kind, _, _ := unstructured.NestedString(crd.Object, "spec", "names", "kind")
	scope, _, _ := unstructured.NestedString(crd.Object, "spec", "scope")
	if group == "" || kind == "" {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.namespaced == nil {
		c.namespaced = map[schema.GroupKind]bool{}
	}
	c.namespaced[schema.GroupKind{Group: group, Kind: kind}] = scope == "Namespaced"
}

func (c *crdScopes) get(kind schema.GroupKind) (namespaced, known bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	namespaced, known = c.namespaced[kind]
	return namespaced, known
}

// namespaced tells whether a kind's objects live in namespaces. A kind that nothing is known of yet counts as namespaced: it is most
// likely a custom resource whose CRD comes later.
func (p *Provider) namespaced(ctx context.Context, gvk schema.GroupVersionKind) bool {
	if isBuiltin(gvk) {
		if namespaced, known := scopes[strings.TrimSuffix(gvk.Kind, "Patch")]; known {
			return namespaced
		}
	}
	if namespaced, known := p.crds.get(gvk.GroupKind()); known {
		return namespaced
	}
	if p.cluster == nil {
		return true
	}
	info, err := p.cluster.kinds.lookup(ctx, gvk)
	return err != nil || info.namespaced
}

func set(members ...string) map[string]bool {
	result := make(map[string]bool, len(members))
	for _, member := range members {
		result[member] = true
	}
	return result
}
