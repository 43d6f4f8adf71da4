package langhost

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// distribution is one installed Python package.
type distribution struct {
	// Name is normalised as PEP 503 says; Version as the package gives it.
	Name, Version string
	// Site is the directory it is installed in; Metadata its .dist-info directory.
	Site, Metadata string
}

type distributions []distribution

func (d distributions) find(name string) (distribution, bool) {
	name = normalise(name)
	at := slices.IndexFunc(d, func(one distribution) bool { return one.Name == name })
	if at < 0 {
		return distribution{}, false
	}
	return d[at], true
}

// installed lists the packages that the program's Python can import, by reading directories: some milliseconds, where `pip list`, which the
// official host calls, takes most of a second at every preview.
func (o Options) installed(ctx context.Context) (distributions, error) {
	sites, err := o.sitePackages(ctx)
	if err != nil {
		return nil, err
	}
	found := distributions{}
	for _, site := range sites {
		entries, err := os.ReadDir(site)
		if err != nil {
			continue // an entry of sys.path need not exist
		}
		for _, entry := range entries {
			base, isDistribution := strings.CutSuffix(entry.Name(), ".dist-info")
			name, version, hasVersion := strings.Cut(base, "-")
			if !isDistribution || !hasVersion {
				continue
			}
			if _, shadowed := found.find(name); !shadowed { // the first on sys.path wins, as for import
				found = append(found, distribution{normalise(name), version, site, filepath.Join(site, entry.Name())})
			}
		}
	}
	slices.SortFunc(found, func(a, b distribution) int { return strings.Compare(a.Name, b.Name) })
	return found, nil
}

// sitePackages lists the directories that packages are imported from. A plain virtual environment says that by its layout;
// otherwise Python is asked.
func (o Options) sitePackages(ctx context.Context) ([]string, error) {
	if settings, err := os.ReadFile(filepath.Join(o.Virtualenv, "pyvenv.cfg")); o.Virtualenv != "" && err == nil &&
		!regexp.MustCompile(`(?im)^include-system-site-packages\s*=\s*true`).Match(settings) {
		sites, err := filepath.Glob(filepath.Join(o.Virtualenv, "lib", "python3*", "site-packages"))
		if err == nil && len(sites) > 0 {
			return withLinked(sites), nil
		}
	}
	python, err := o.Python()
	if err != nil {
		return nil, status.Error(codes.FailedPrecondition, err.Error())
	}
	command := exec.CommandContext(ctx, python, "-c", "import json, sys; print(json.dumps([p for p in sys.path if p]))")
	command.Env = o.Environment(os.Environ())
	output, err := command.Output()
	if err != nil {
		return nil, status.Errorf(codes.FailedPrecondition, "%s does not run: %v", python, err)
	}
	var sites []string
	if err := json.Unmarshal(bytes.TrimSpace(output), &sites); err != nil {
		return nil, fmt.Errorf("%s printed no module path: %w", python, err)
	}
	return sites, nil
}

// withLinked adds the directories that .pth files put on the module path: that is how editable installs work.
func withLinked(sites []string) []string {
	linked := slices.Clone(sites)
	for _, site := range sites {
		links, _ := filepath.Glob(filepath.Join(site, "*.pth"))
		for _, link := range links {
			content, err := os.ReadFile(link)
			if err != nil {
				continue
			}
			for line := range strings.Lines(string(content)) {
				line = strings.TrimSpace(line)
				if line == "" || strings.HasPrefix(line, "#") || strings.HasPrefix(line, "import ") {
					continue
				}
				if !filepath.IsAbs(line) {
					line = filepath.Join(site, line)
				}
				if info, err := os.Stat(line); err == nil && info.IsDir() {
					linked = append(linked, line)
				}
			}
		}
	}
	return linked
}

var separators = regexp.MustCompile(`[-_.]+`)

// normalise gives the canonical form of a package's name (PEP 503).
func normalise(name string) string {
	return separators.ReplaceAllString(strings.ToLower(name), "-")
}
