package langhost

import (
	"context"
	"os"
	"os/exec"
	"regexp"
	"strings"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// About gives the interpreter and its version, for `pulumi about`.
func (h *Host) About(ctx context.Context, request *pulumirpc.AboutRequest) (*pulumirpc.AboutResponse, error) {
	options, err := ParseOptions(request.GetInfo())
	if err != nil {
		return nil, err
	}
	python, err := options.Python()
	if err != nil {
		return nil, status.Error(codes.FailedPrecondition, err.Error())
	}
	command := exec.CommandContext(ctx, python, "-c", "import platform, sys; print(sys.executable, platform.python_version(), sep='\\n')")
	command.Env = options.Environment(os.Environ())
	output, err := command.Output()
	executable, version, _ := strings.Cut(strings.TrimSpace(string(output)), "\n")
	if err != nil || version == "" {
		return nil, status.Errorf(codes.FailedPrecondition, "%s does not run: %v", python, err)
	}
	about := &pulumirpc.AboutResponse{Executable: executable, Version: version, Metadata: map[string]string{"toolchain": "pip"}}
	if packages, err := options.installed(ctx); err == nil {
		if pip, found := packages.find("pip"); found {
			about.Metadata["toolchainVersion"] = pip.Version
		}
	}
	if options.TypeChecker != "" {
		about.Metadata["typechecker"] = options.TypeChecker
	}
	return about, nil
}

// GetProgramDependencies lists the installed packages; without TransitiveDependencies only those that no other one requires.
func (h *Host) GetProgramDependencies(ctx context.Context, request *pulumirpc.GetProgramDependenciesRequest,
) (*pulumirpc.GetProgramDependenciesResponse, error) {
	options, err := ParseOptions(request.GetInfo())
	if err != nil {
		return nil, err
	}
	packages, err := options.installed(ctx)
	if err != nil {
		return nil, err
	}
	required := map[string]bool{}
	if !request.GetTransitiveDependencies() {
		for _, one := range packages {
			for _, name := range one.requirements() {
				required[name] = true
			}
		}
	}
	response := &pulumirpc.GetProgramDependenciesResponse{}
	for _, one := range packages {
		if !required[one.Name] {
			response.Dependencies = append(response.Dependencies, &pulumirpc.DependencyInfo{Name: one.Name, Version: one.Version})
		}
	}
	return response, nil
}

// requirement matches what a package needs always, and not only for an extra or a platform.
var requirement = regexp.MustCompile(`(?m)^Requires-Dist:\s*([A-Za-z0-9._-]+)[^;\n]*(?:;(.*))?$`)

func (d distribution) requirements() []string {
	metadata, err := os.ReadFile(d.Metadata + "/METADATA")
	if err != nil {
		return nil
	}
	var names []string
	for _, match := range requirement.FindAllStringSubmatch(string(metadata), -1) {
		if !strings.Contains(match[2], "extra") {
			names = append(names, normalise(match[1]))
		}
	}
	return names
}

// RuntimeOptionsPrompts asks `pulumi new` for the options a new project lacks. There is one toolchain, so only the
// virtual environment is left to ask for.
func (h *Host) RuntimeOptionsPrompts(_ context.Context, request *pulumirpc.RuntimeOptionsRequest,
) (*pulumirpc.RuntimeOptionsResponse, error) {
	response := &pulumirpc.RuntimeOptionsResponse{}
	given := request.GetInfo().GetOptions().AsMap()
	choice := func(value string) *pulumirpc.RuntimeOptionPrompt_RuntimeOptionValue {
		return &pulumirpc.RuntimeOptionPrompt_RuntimeOptionValue{
			PromptType: pulumirpc.RuntimeOptionPrompt_STRING, StringValue: value, DisplayName: value,
		}
	}
	prompt := func(key, description, value string) {
		if _, known := given[key]; known {
			return
		}
		response.Prompts = append(response.Prompts, &pulumirpc.RuntimeOptionPrompt{
			Key: key, Description: description, PromptType: pulumirpc.RuntimeOptionPrompt_STRING,
			Choices: []*pulumirpc.RuntimeOptionPrompt_RuntimeOptionValue{choice(value)}, Default: choice(value),
		})
	}
	prompt("toolchain", "The toolchain to use for installing dependencies and running the program", "pip")
	prompt("virtualenv", "The virtual environment to use", "venv")
	return response, nil
}
