package langhost

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// pluginFile is the pulumi-plugin.json that an SDK package carries to name its provider.
type pluginFile struct {
	Resource         bool              `json:"resource"`
	Name             string            `json:"name"`
	Version          string            `json:"version"`
	Server           string            `json:"server"`
	Parameterization *parameterization `json:"parameterization"`
	Extension        *parameterization `json:"extension"`
}

type parameterization struct {
	Name    string `json:"name"`
	Version string `json:"version"`
	Value   []byte `json:"value"`
}

func (p *parameterization) message() *pulumirpc.PackageParameterization {
	if p == nil {
		return nil
	}
	return &pulumirpc.PackageParameterization{Name: p.Name, Version: p.Version, Value: p.Value}
}

// GetRequiredPackages names the providers of all Pulumi SDKs in the program's environment, so that the engine loads the versions they
// were made for. A virtual environment that is configured but does not exist is made first.
func (h *Host) GetRequiredPackages(ctx context.Context, request *pulumirpc.GetRequiredPackagesRequest,
) (*pulumirpc.GetRequiredPackagesResponse, error) {
	options, err := ParseOptions(request.GetInfo())
	if err != nil {
		return nil, err
	}
	if err := h.ensureVirtualenv(ctx, options); err != nil {
		return nil, err
	}
	packages, err := options.requiredPackages(ctx)
	if err != nil {
		return nil, err
	}
	return &pulumirpc.GetRequiredPackagesResponse{Packages: packages}, nil
}

// GetRequiredPlugins is what engines before GetRequiredPackages call.
func (h *Host) GetRequiredPlugins(ctx context.Context, request *pulumirpc.GetRequiredPluginsRequest,
) (*pulumirpc.GetRequiredPluginsResponse, error) {
	packages, err := h.GetRequiredPackages(ctx, &pulumirpc.GetRequiredPackagesRequest{Info: request.GetInfo()})
	if err != nil {
		return nil, err
	}
	response := &pulumirpc.GetRequiredPluginsResponse{}
	for _, one := range packages.GetPackages() {
		response.Plugins = append(response.Plugins, &pulumirpc.PluginDependency{
			Name: one.GetName(), Kind: one.GetKind(), Version: one.GetVersion(), Server: one.GetServer(),
		})
	}
	return response, nil
}

func (o Options) requiredPackages(ctx context.Context) ([]*pulumirpc.PackageDependency, error) {
	packages, err := o.installed(ctx)
	if err != nil {
		return nil, err
	}
	var required []*pulumirpc.PackageDependency
	var problems []error
	for _, one := range packages {
		dependency, err := one.requires()
		if err != nil {
			problems = append(problems, err)
		} else if dependency != nil {
			required = append(required, dependency)
		}
	}
	if len(problems) > 0 {
		return nil, status.Error(codes.FailedPrecondition, errors.Join(problems...).Error())
	}
	return required, nil
}

// requires names the provider of one package, or nil when it has none. The module of an SDK is named as its package is; a package named
// pulumi-<provider> without a pulumi-plugin.json is an old SDK whose provider has the package's version.
func (d distribution) requires() (*pulumirpc.PackageDependency, error) {
	path := filepath.Join(d.Site, strings.ReplaceAll(d.Name, "-", "_"), "pulumi-plugin.json")
	content, err := os.ReadFile(path)
	var plugin pluginFile
	switch {
	case err == nil:
		if err := json.Unmarshal(content, &plugin); err != nil {
			return nil, fmt.Errorf("%s: not the JSON of a Pulumi SDK: %w", path, err)
		}
		if !plugin.Resource {
			return nil, nil
		}
	case !strings.HasPrefix(d.Name, "pulumi-") || d.Name == "pulumi-policy":
		return nil, nil
	}
	if plugin.Name == "" {
		plugin.Name = strings.TrimPrefix(d.Name, "pulumi-")
	}
	if plugin.Version == "" {
		version, err := pluginVersion(d.Version)
		if err != nil {
			return nil, nil // an alpha SDK's version does not tell its provider's; the engine asks for the newest then
		}
		plugin.Version = version
	}
	return &pulumirpc.PackageDependency{
		Kind:             "resource",
		Name:             plugin.Name,
		Version:          "v" + strings.TrimPrefix(plugin.Version, "v"),
		Server:           plugin.Server,
		Parameterization: plugin.Parameterization.message(),
		Extension:        plugin.Extension.message(),
	}, nil
}
