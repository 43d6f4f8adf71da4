package langhost

import (
	"errors"
	"fmt"
	"path/filepath"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// Options are the `runtime.options` of Pulumi.yaml or PulumiPolicy.yaml, with the directories they are relative to.
type Options struct {
	// Root is the absolute directory of the project file; Program that of the program (`main:`).
	Root, Program string
	// Virtualenv is the absolute path of the virtual environment; empty means the python3 on PATH.
	Virtualenv string
	// VirtualenvSetting is the option as the user wrote it, for messages.
	VirtualenvSetting string
	// TypeChecker is "mypy", "pyright" or empty; it runs before the program.
	TypeChecker string
}

// ParseOptions reads a program's options; the error names every mistake in them. Keys it does not know are left alone, as
// the official host leaves them.
func ParseOptions(info *pulumirpc.ProgramInfo) (Options, error) {
	options := Options{Root: info.GetRootDirectory(), Program: info.GetProgramDirectory()}
	var problems []error
	text := func(key string) string {
		value, set := info.GetOptions().AsMap()[key]
		if !set || value == nil {
			return ""
		}
		text, ok := value.(string)
		if !ok {
			problems = append(problems, fmt.Errorf("runtime option %q: expected a string, got %v", key, value))
		}
		return text
	}

	options.VirtualenvSetting = text("virtualenv")
	if options.VirtualenvSetting != "" {
		options.Virtualenv = options.VirtualenvSetting
		if !filepath.IsAbs(options.Virtualenv) {
			options.Virtualenv = filepath.Join(options.Root, options.Virtualenv)
		}
	}
	if toolchain := text("toolchain"); toolchain != "" && toolchain != "pip" {
		problems = append(problems, fmt.Errorf("runtime option \"toolchain\": %q is not supported by tenantplane's language host; "+
			"allowed: pip (install the official pulumi-language-python for others)", toolchain))
	}
	switch checker := text("typechecker"); checker {
	case "", "none":
	case "mypy", "pyright":
		options.TypeChecker = checker
	default:
		problems = append(problems, fmt.Errorf("runtime option \"typechecker\": unknown type checker %q; allowed: mypy, pyright, none", checker))
	}
	if len(problems) > 0 {
		return Options{}, status.Error(codes.InvalidArgument, errors.Join(problems...).Error())
	}
	return options, nil
}
