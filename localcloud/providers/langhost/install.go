package langhost

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"
)

// InstallDependencies makes the program's virtual environment where it is missing and installs its requirements.txt, showing what
// Python and pip print while they do.
func (h *Host) InstallDependencies(request *pulumirpc.InstallDependenciesRequest,
	stream pulumirpc.LanguageRuntime_InstallDependenciesServer,
) error {
	options, err := ParseOptions(request.GetInfo())
	if err != nil {
		return err
	}
	stdout := writerFunc(func(text []byte) error {
		return stream.Send(&pulumirpc.InstallDependenciesResponse{Stdout: text})
	})
	stderr := writerFunc(func(text []byte) error {
		return stream.Send(&pulumirpc.InstallDependenciesResponse{Stderr: text})
	})
	return options.install(stream.Context(), stdout, stderr)
}

// install makes the environment and installs the requirements. Each step may be repeated after an interruption.
func (o Options) install(ctx context.Context, stdout, stderr io.Writer) error {
	if err := o.createVirtualenv(ctx, stdout, stderr); err != nil {
		return err
	}
	requirements := filepath.Join(o.Program, "requirements.txt")
	if _, err := os.Stat(requirements); err != nil {
		_, err := fmt.Fprintf(stdout, "No requirements.txt in %s: nothing to install.\n", o.Program)
		return err
	}
	python, err := o.Python()
	if err != nil {
		return status.Error(codes.FailedPrecondition, err.Error())
	}
	fmt.Fprintln(stdout, "Installing dependencies...")
	if err := o.step(ctx, stdout, stderr, python, "-m", "pip", "install", "--disable-pip-version-check", "-r", requirements); err != nil {
		return err
	}
	_, err = fmt.Fprintln(stdout, "Finished installing dependencies")
	return err
}

func (o Options) createVirtualenv(ctx context.Context, stdout, stderr io.Writer) error {
	if o.Virtualenv == "" || (o.hasVirtualenv() && o.hasPip(ctx)) {
		return nil
	}
	info, err := os.Stat(o.Virtualenv)
	if err == nil && !info.IsDir() {
		return status.Errorf(codes.FailedPrecondition, "the 'virtualenv' option in Pulumi.yaml is set to %q, but %s is not a directory",
			o.VirtualenvSetting, o.Virtualenv)
	}
	python, err := systemPython()
	if err != nil {
		return status.Error(codes.FailedPrecondition, err.Error())
	}
	fmt.Fprintf(stdout, "Creating virtual environment %s...\n", o.Virtualenv)
	if err := (Options{Program: o.Root}).step(ctx, stdout, stderr, python, "-m", "venv", o.Virtualenv); err != nil {
		return err
	}
	_, err = fmt.Fprintln(stdout, "Finished creating virtual environment")
	return err
}

// hasPip is false for an environment whose making was interrupted. One made by a tool that brings its own installer has no pip either;
// `python -m venv` adds it and leaves the rest alone.
func (o Options) hasPip(ctx context.Context) bool {
	packages, err := o.installed(ctx)
	if err != nil {
		return false
	}
	_, found := packages.find("pip")
	return found
}

func (o Options) step(ctx context.Context, stdout, stderr io.Writer, python string, arguments ...string) error {
	command := exec.Command(python, arguments...)
	command.Dir = o.Program
	command.Env = o.Environment(os.Environ())
	command.Stdout, command.Stderr = stdout, stderr
	if err := runGroup(ctx, command); err != nil {
		return status.Errorf(codes.FailedPrecondition, "%s failed: %v", command, err)
	}
	return nil
}

// ensureVirtualenv makes a virtual environment that is configured but not there, or empty, telling the engine what goes on.
func (h *Host) ensureVirtualenv(ctx context.Context, options Options) error {
	if options.Virtualenv == "" || options.hasVirtualenv() {
		return nil
	}
	if entries, err := os.ReadDir(options.Virtualenv); err == nil && len(entries) > 0 {
		return nil // not ours to write into; Run says what is wrong with it
	}
	connection, err := grpc.NewClient(h.engine, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		return status.Errorf(codes.Unavailable, "the engine at %s cannot be reached: %v", h.engine, err)
	}
	defer connection.Close()
	engine := pulumirpc.NewEngineClient(connection)
	progress := writerFunc(func(text []byte) error {
		_, err := engine.Log(ctx, &pulumirpc.LogRequest{
			Severity: pulumirpc.LogSeverity_INFO, Message: string(text), Ephemeral: true, StreamId: progressStream,
		})
		return err
	})
	return options.install(ctx, progress, progress)
}

// progressStream joins the pieces of one installation's output in the engine's display; any number no other message uses will do.
const progressStream = 7326

// writerFunc is an io.Writer that hands a copy of each piece to a function.
type writerFunc func([]byte) error

func (w writerFunc) Write(text []byte) (int, error) {
	if err := w(append([]byte{}, text...)); err != nil {
		return 0, err
	}
	return len(text), nil
}
