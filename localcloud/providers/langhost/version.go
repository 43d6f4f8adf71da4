package langhost

import (
	"fmt"
	"regexp"
)

// pep440 is the part of Python's version grammar that has an equal in semantic versioning: release, pre-release, post and dev, no epoch.
var pep440 = regexp.MustCompile(`^(\d+)(?:\.(\d+))?(?:\.(\d+))?(?:(a|b|rc)(\d+))?(?:\.post(\d+))?(?:\.dev(\d+))?$`)

var preReleases = map[string]string{"a": "alpha", "b": "beta", "rc": "rc"}

// pluginVersion turns a Python package's version into the semantic version of its plugin: 1.2 is 1.2.0, 1.2.3rc4 is 1.2.3-rc.4,
// 1.2.3.post4.dev5 is 1.2.3+post4dev5.
func pluginVersion(version string) (string, error) {
	parts := pep440.FindStringSubmatch(version)
	if parts == nil {
		return "", fmt.Errorf("version %q has no equal in semantic versioning", version)
	}
	orZero := func(part string) string {
		if part == "" {
			return "0"
		}
		return part
	}
	semantic := parts[1] + "." + orZero(parts[2]) + "." + orZero(parts[3])
	if parts[4] != "" {
		semantic += "-" + preReleases[parts[4]] + "." + parts[5]
	}
	build := ""
	if parts[6] != "" {
		build += "post" + parts[6]
	}
	if parts[7] != "" {
		build += "dev" + parts[7]
	}
	if build != "" {
		semantic += "+" + build
	}
	return semantic, nil
}
