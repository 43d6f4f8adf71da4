package kubernetes

import (
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// pattern is a property that cannot be changed on the server, such as .spec.containers[*].image, as its steps; "*" is any list item.
type pattern []string

func parsePattern(text string) pattern {
	return strings.Split(strings.ReplaceAll(strings.TrimPrefix(text, "."), "[*]", ".*"), ".")
}

// matches tells whether a change at path to value touches the property: the path lies at or inside it, or value contains it.
func (p pattern) matches(path []any, value any) bool {
	for i, step := range p {
		if i == len(path) {
			return contains(value, p[i:])
		}
		switch at := path[i].(type) {
		case string:
			if at != step {
				return false
			}
		case int:
			if step != "*" {
				return false
			}
		}
	}
	return true
}

// contains tells whether a value has a property; null values do not.
func contains(value any, steps []string) bool {
	if len(steps) == 0 {
		return true
	}
	switch value := value.(type) {
	case map[string]any:
		item, found := value[steps[0]]
		return found && contains(item, steps[1:])
	case []any:
		if steps[0] != "*" {
			return false
		}
		for _, item := range value {
			if contains(item, steps[1:]) {
				return true
			}
		}
	}
	return false
}

// identity can never change, on any object.
var identity = patterns(".metadata.name .metadata.namespace")

// immutableFields are the properties of a kind that force a replacement, as the official provider has them. What the API server
// refuses beyond these it refuses at preview, in its own words.
func (p *Provider) immutableFields(object *unstructured.Unstructured) []pattern {
	gvk := object.GroupVersionKind()
	fields := append([]pattern(nil), identity...)
	sealed, _, _ := unstructured.NestedBool(object.Object, "immutable")
	switch {
	case isCoreKind(object, "Secret"):
		if !p.settings.secretMutable || sealed {
			return append(fields, patterns(".type .stringData .data")...)
		}
		return append(fields, patterns(".type")...)
	case isCoreKind(object, "ConfigMap"):
		if !p.settings.configMapMutable || sealed {
			fields = append(fields, patterns(".binaryData .data")...)
		}
		return fields
	}
	if gvk.Group == coreGroup {
		gvk.Group = ""
	}
	return append(fields, immutableByKind[gvk]...)
}

var immutableByKind = func() map[schema.GroupVersionKind][]pattern {
	table := map[schema.GroupVersionKind][]pattern{}
	add := func(group, versions, kind, fields string) {
		for _, version := range strings.Fields(versions) {
			table[schema.GroupVersionKind{Group: group, Version: version, Kind: kind}] = patterns(fields)
		}
	}
	add("apps", "v1beta2 v1", "Deployment", ".spec.selector")
	add("apps", "v1beta2 v1", "DaemonSet", ".spec.selector")
	add("apps", "v1beta1 v1beta2 v1", "StatefulSet", `.spec.podManagementPolicy .spec.revisionHistoryLimit .spec.selector
		.spec.serviceName .spec.volumeClaimTemplates`)
	add("batch", "v1beta1 v1 v2alpha1", "Job", ".spec.completions .spec.parallelism .spec.selector .spec.template")
	add("policy", "v1beta1", "PodDisruptionBudget", ".spec")
	add("rbac.authorization.k8s.io", "v1alpha1 v1beta1 v1", "RoleBinding", ".roleRef")
	add("rbac.authorization.k8s.io", "v1alpha1 v1beta1 v1", "ClusterRoleBinding", ".roleRef")
	add("storage.k8s.io", "v1", "StorageClass", ".parameters .provisioner")
	add("", "v1", "ResourceQuota", ".spec.scopes")
	add("", "v1", "Service", ".spec.clusterIP")
	add("", "v1", "PersistentVolumeClaim", ".spec.accessModes .spec.selector .spec.storageClassName .spec.volumeName")
	add("", "v1", "PersistentVolume", `.spec.awsElasticBlockStore .spec.azureDisk .spec.azureFile .spec.cephfs .spec.cinder .spec.csi
		.spec.fc .spec.flexVolume .spec.flocker .spec.gcePersistentDisk .spec.glusterfs .spec.hostPath .spec.iscsi .spec.local .spec.nfs
		.spec.photonPersistentDisk .spec.portworxVolume .spec.quobyte .spec.rbd .spec.scaleIO .spec.storageos .spec.vsphereVolume`)
	add("", "v1", "Pod", `.spec.affinity .spec.automountServiceAccountToken .spec.dnsConfig .spec.dnsPolicy .spec.enableServiceLinks
		.spec.hostAliases .spec.hostIPC .spec.hostNetwork .spec.hostPID .spec.hostname .spec.imagePullSecrets .spec.nodeName
		.spec.nodeSelector .spec.overhead .spec.preemptionPolicy .spec.priority .spec.priorityClassName .spec.readinessGates
		.spec.restartPolicy .spec.runtimeClassName .spec.schedulerName .spec.securityContext .spec.serviceAccount
		.spec.serviceAccountName .spec.shareProcessNamespace .spec.subdomain .spec.terminationGracePeriodSeconds .spec.volumes`+
		containerFields(".spec.containers[*]")+containerFields(".spec.initContainers[*]"))
	return table
}()

// containerFields are the fields of a pod's containers that cannot change.
func containerFields(prefix string) string {
	fields := ""
	for _, field := range strings.Fields(`args command env image imagePullPolicy lifecycle livenessProbe ports readinessProbe resources
		securityContext stdin stdinOnce terminationMessagePath terminationMessagePolicy tty volumeDevices volumeMounts workingDir`) {
		fields += " " + prefix + "." + field
	}
	return fields
}

func patterns(texts string) []pattern {
	fields := strings.Fields(texts)
	parsed := make([]pattern, len(fields))
	for i, field := range fields {
		parsed[i] = parsePattern(field)
	}
	return parsed
}
