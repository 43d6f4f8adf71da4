package kubernetes

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// Annotations that steer the provider, with the official provider's names and meanings.
const (
	annotationAutonamed    = "pulumi.com/autonamed"
	annotationSkipAwait    = "pulumi.com/skipAwait"
	annotationWaitFor      = "pulumi.com/waitFor"
	annotationTimeout      = "pulumi.com/timeoutSeconds"
	annotationReplace      = "pulumi.com/replaceUnready"
	annotationForce        = "pulumi.com/patchForce"
	annotationFieldManager = "pulumi.com/patchFieldManager"
	annotationPropagation  = "pulumi.com/deletionPropagationPolicy"

	labelManagedBy     = "app.kubernetes.io/managed-by"
	lastApplied        = "kubectl.kubernetes.io/last-applied-configuration"
	defaultWaitTimeout = 10 * time.Minute
)

func annotated(object *unstructured.Unstructured, annotation string) bool {
	return object.GetAnnotations()[annotation] == "true"
}

// isNamed tells whether the inputs name the object, be it by a name that is not known yet.
func isNamed(object *unstructured.Unstructured) bool {
	return metadataUnknown(object, "name") || object.GetName() != ""
}

func isGenerateName(object *unstructured.Unstructured) bool {
	return !isNamed(object) && (metadataUnknown(object, "generateName") || object.GetGenerateName() != "")
}

// metadataUnknown tells whether a field of the metadata is not known yet.
func metadataUnknown(object *unstructured.Unstructured, field string) bool {
	metadata, _ := object.Object["metadata"].(map[string]any)
	_, unknown := metadata[field].(resource.Computed)
	return unknown
}

// assignName names an object that the program leaves unnamed: the resource's name, a dash and eight random hex digits, or what the
// engine proposes when autonaming is configured. The annotation tells Diff that a replacement may get another name.
func assignName(object *unstructured.Unstructured, urn resource.URN, req *pulumirpc.CheckRequest) error {
	if isNamed(object) || isGenerateName(object) {
		return nil
	}
	name, err := resource.NewUniqueName(req.GetRandomSeed(), urn.Name()+"-", 0, 0, nil)
	if err != nil {
		return fmt.Errorf("cannot make a name for %s: %w", urn.Name(), err)
	}
	if options := req.GetAutonaming(); options != nil {
		switch options.GetMode() {
		case pulumirpc.CheckRequest_AutonamingOptions_DISABLE:
			return errors.New("autonaming is disabled, resource requires the .metadata.name field to be set")
		case pulumirpc.CheckRequest_AutonamingOptions_ENFORCE, pulumirpc.CheckRequest_AutonamingOptions_PROPOSE:
			name = options.GetProposedName()
		}
	}
	setAutoname(object, name)
	return nil
}

// adoptName keeps the name that an earlier Check made up.
func adoptName(object, old *unstructured.Unstructured) {
	if !isNamed(object) && annotated(old, annotationAutonamed) {
		setAutoname(object, old.GetName())
	}
}

func setAutoname(object *unstructured.Unstructured, name string) {
	if _, unknown := object.Object["metadata"].(resource.Computed); unknown {
		return // nothing can be put into what is not known yet
	}
	object.SetName(name)
	setMetadataEntry(object, "annotations", annotationAutonamed, "true")
}

// setMetadataEntry sets a label or annotation, unless they are not known yet. SetLabels and SetAnnotations of the API machinery would
// drop the other entries when one of them is unknown.
func setMetadataEntry(object *unstructured.Unstructured, field, key, value string) {
	metadata, ok := object.Object["metadata"].(map[string]any)
	if !ok {
		if object.Object["metadata"] != nil {
			return
		}
		metadata = map[string]any{}
		object.Object["metadata"] = metadata
	}
	switch entries := metadata[field].(type) {
	case map[string]any:
		entries[key] = value
	case nil:
		metadata[field] = map[string]any{key: value}
	}
}

// keepManagedByLabel carries over the label that client-side apply put on objects; server-side apply has field managers instead.
func keepManagedByLabel(object, old *unstructured.Unstructured) {
	value := "pulumi"
	if given, set := os.LookupEnv("PULUMI_KUBERNETES_MANAGED_BY_LABEL"); set {
		value = given
	}
	if old.GetLabels()[labelManagedBy] == value {
		setMetadataEntry(object, "labels", labelManagedBy, value)
	}
}

// fieldManager is the name under which fields are owned on the server: the annotation's, else the one in the state, else a new one.
func fieldManager(state resource.PropertyMap, inputs *unstructured.Unstructured) (string, error) {
	if given := inputs.GetAnnotations()[annotationFieldManager]; given != "" {
		return given, nil
	}
	if stored, found := state[keyFieldManager]; found && stored.IsString() {
		return stored.StringValue(), nil
	}
	return resource.NewUniqueName(nil, "pulumi-kubernetes-", 0, 0, nil)
}

// waitTimeout is how long to wait for an object: customTimeouts, else the annotation, else ten minutes.
func waitTimeout(customSeconds float64, inputs *unstructured.Unstructured) time.Duration {
	if customSeconds != 0 {
		return time.Duration(customSeconds * float64(time.Second))
	}
	if seconds, err := strconv.Atoi(inputs.GetAnnotations()[annotationTimeout]); err == nil {
		return time.Duration(seconds) * time.Second
	}
	return defaultWaitTimeout
}

// leaves are the built-in kinds that no controller makes dependents of. Deleted in the foreground, as all others are, each would wait
// for the garbage collector to look for some: two more requests and a queue that a thousand objects fill for minutes.
var leaves = func() map[schema.GroupKind]bool {
	kinds := map[schema.GroupKind]bool{}
	for group, names := range map[string]string{
		"":                             "ConfigMap Secret ServiceAccount LimitRange ResourceQuota",
		"networking.k8s.io":            "NetworkPolicy IngressClass",
		"rbac.authorization.k8s.io":    "Role RoleBinding ClusterRole ClusterRoleBinding",
		"policy":                       "PodDisruptionBudget",
		"autoscaling":                  "HorizontalPodAutoscaler",
		"scheduling.k8s.io":            "PriorityClass",
		"node.k8s.io":                  "RuntimeClass",
		"storage.k8s.io":               "StorageClass",
		"coordination.k8s.io":          "Lease",
		"admissionregistration.k8s.io": "ValidatingAdmissionPolicy ValidatingAdmissionPolicyBinding",
	} {
		for _, name := range strings.Fields(names) {
			kinds[schema.GroupKind{Group: group, Kind: name}] = true
		}
	}
	return kinds
}()

// propagation is how a delete treats dependents: in the foreground, which waits for them, unless the annotation says otherwise or the
// kind has none.
func propagation(inputs, live *unstructured.Unstructured) metav1.DeletionPropagation {
	switch strings.ToLower(inputs.GetAnnotations()[annotationPropagation]) {
	case "orphan":
		return metav1.DeletePropagationOrphan
	case "background":
		return metav1.DeletePropagationBackground
	case "":
		if leaves[live.GroupVersionKind().GroupKind()] {
			return metav1.DeletePropagationBackground
		}
	}
	return metav1.DeletePropagationForeground
}

// id is an object's ID in the engine: namespace/name, or name.
func id(object *unstructured.Unstructured) string {
	if object.GetNamespace() == "" {
		return object.GetName()
	}
	return object.GetNamespace() + "/" + object.GetName()
}

func parseID(id string) (namespace, name string) {
	namespace, name, found := strings.Cut(id, "/")
	if !found {
		return "", namespace
	}
	name, _, _ = strings.Cut(name, "/")
	return namespace, name
}
