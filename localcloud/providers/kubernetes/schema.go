package kubernetes

// packageSchema is the part of the package this provider answers for itself.
const packageSchema = `{
  "name": "kubernetes",
  "version": "` + Version + `",
  "description": "localcloud's Kubernetes provider for clusters on this machine; resource types are those of the official package.",
  "provider": {
    "inputProperties": {
      "kubeconfig": {"type": "string", "description": "Contents of a kubeconfig file, or the path to one; its server must be on loopback."},
      "context": {"type": "string", "description": "Name of the kubeconfig context to use."},
      "cluster": {"type": "string", "description": "Name of the kubeconfig cluster to use."},
      "namespace": {"type": "string", "description": "Namespace of namespaced objects that name none."},
      "clusterIdentifier": {"type": "string", "description": "Replaces the provider when it changes, and only then."},
      "enableServerSideApply": {"type": "boolean", "description": "Must be true, its default."},
      "enablePatchForce": {"type": "boolean", "description": "Take fields over from other field managers; default false."},
      "upsertExistingObjects": {"type": "boolean", "description": "Let create apply to an object that exists; default false."},
      "enableConfigMapMutable": {"type": "boolean", "description": "Update ConfigMap data in place; default false: replace."},
      "enableSecretMutable": {"type": "boolean", "description": "Update Secret data in place; default false: replace."},
      "deleteUnreachable": {"type": "boolean", "description": "Drop objects of an unreachable cluster from the state; default false."},
      "skipUpdateUnreachable": {"type": "boolean", "description": "Leave objects of an unreachable cluster alone; default false."},
      "suppressDeprecationWarnings": {"type": "boolean", "description": "Do not warn of deprecated API versions; default false."},
      "suppressHelmHookWarnings": {"type": "boolean", "description": "Do not warn of Helm hooks; default false."},
      "strictMode": {"type": "boolean", "description": "Require kubeconfig and context, refuse the default provider; default false."}
    }
  },
  "resources": {},
  "functions": {}
}`
