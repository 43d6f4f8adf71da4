package kubernetes

import (
	"fmt"
	"os"
	"strings"
)

// settings are the provider's options, each from the provider resource, else from the environment, else its default.
type settings struct {
	namespace             string
	deleteUnreachable     bool
	skipUpdateUnreachable bool
	patchForce            bool
	upsert                bool
	configMapMutable      bool
	secretMutable         bool
	quietDeprecations     bool
	quietHelmHooks        bool
}

const configPrefix = "kubernetes:config:"

// readSettings reads the options; vars are Configure's variables.
// An option that only the official plugin has is an error, not ignored.
func readSettings(vars map[string]string) (settings, error) {
	if !flag(vars, "enableServerSideApply", "PULUMI_K8S_ENABLE_SERVER_SIDE_APPLY", true) {
		return settings{}, fmt.Errorf("enableServerSideApply is false: localcloud's kubernetes provider applies on the server only; %s",
			officialHint)
	}
	if directory := vars[configPrefix+"renderYamlToDirectory"]; directory != "" {
		return settings{}, fmt.Errorf("renderYamlToDirectory is %q: localcloud's kubernetes provider renders no YAML; %s",
			directory, officialHint)
	}
	return settings{
		namespace:             vars[configPrefix+"namespace"],
		deleteUnreachable:     flag(vars, "deleteUnreachable", "PULUMI_K8S_DELETE_UNREACHABLE", false),
		skipUpdateUnreachable: flag(vars, "skipUpdateUnreachable", "PULUMI_K8S_SKIP_UPDATE_UNREACHABLE", false),
		patchForce:            flag(vars, "enablePatchForce", "PULUMI_K8S_ENABLE_PATCH_FORCE", false),
		upsert:                flag(vars, "upsertExistingObjects", "PULUMI_K8S_UPSERT_EXISTING_OBJECTS", false),
		configMapMutable:      flag(vars, "enableConfigMapMutable", "PULUMI_K8S_ENABLE_CONFIGMAP_MUTABLE", false),
		secretMutable:         flag(vars, "enableSecretMutable", "PULUMI_K8S_ENABLE_SECRET_MUTABLE", false),
		quietDeprecations:     flag(vars, "suppressDeprecationWarnings", "PULUMI_K8S_SUPPRESS_DEPRECATION_WARNINGS", false),
		quietHelmHooks:        flag(vars, "suppressHelmHookWarnings", "PULUMI_K8S_SUPPRESS_HELM_HOOK_WARNINGS", false),
	}, nil
}

// flag is a boolean option: the provider's own value wins over the environment's; only "true" is true.
func flag(vars map[string]string, option, variable string, fallback bool) bool {
	if value, set := vars[configPrefix+option]; set {
		return value == "true"
	}
	if value, set := os.LookupEnv(variable); set {
		return value == "true"
	}
	return fallback
}

// expandHome replaces a leading "~" as a shell would.
func expandHome(path string) string {
	if path != "~" && !strings.HasPrefix(path, "~/") {
		return path
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return path
	}
	return home + path[1:]
}
