package langhost

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// errNoPython says what to install.
var errNoPython = errors.New("no python3 or python on PATH; install Python 3.11 or newer, " +
	"or set the virtualenv option in Pulumi.yaml to a virtual environment")

// Python returns the absolute path of the interpreter that the options choose: that of the virtual environment, or else
// $PULUMI_PYTHON_CMD, python3 or python on PATH.
func (o Options) Python() (string, error) {
	if o.Virtualenv != "" {
		if err := o.checkVirtualenv(); err != nil {
			return "", err
		}
		return o.virtualenvPython(), nil
	}
	return systemPython()
}

func systemPython() (string, error) {
	if named := os.Getenv("PULUMI_PYTHON_CMD"); named != "" {
		path, err := exec.LookPath(named)
		if err != nil {
			return "", fmt.Errorf("PULUMI_PYTHON_CMD: %w", err)
		}
		return path, nil
	}
	for _, name := range []string{"python3", "python"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", errNoPython
}

func (o Options) virtualenvPython() string {
	return filepath.Join(o.Virtualenv, "bin", "python")
}

func (o Options) hasVirtualenv() bool {
	info, err := os.Stat(o.virtualenvPython())
	return err == nil && !info.IsDir()
}

// checkVirtualenv says what is wrong with the virtual environment and what to run.
func (o Options) checkVirtualenv() error {
	if o.hasVirtualenv() {
		return nil
	}
	wrong := "is not a virtual environment"
	if _, err := os.Stat(o.Virtualenv); errors.Is(err, os.ErrNotExist) {
		wrong = "does not exist"
	}
	return fmt.Errorf("the 'virtualenv' option in Pulumi.yaml is set to %q, but %s %s; "+
		"run `pulumi install` to create it, or:\n    python3 -m venv %s\n    %s -m pip install -r requirements.txt",
		o.VirtualenvSetting, o.Virtualenv, wrong, o.Virtualenv, o.virtualenvPython())
}

// Environment returns base with the virtual environment activated: first on PATH, VIRTUAL_ENV set, PYTHONHOME unset.
// Later entries of base win over earlier ones, as they do for a process.
func (o Options) Environment(base []string) []string {
	if o.Virtualenv == "" {
		return base
	}
	path := ""
	environment := make([]string, 0, len(base)+2)
	for _, entry := range base {
		name, value, _ := strings.Cut(entry, "=")
		switch name {
		case "PATH":
			path = value
		case "PYTHONHOME", "VIRTUAL_ENV":
		default:
			environment = append(environment, entry)
		}
	}
	search := filepath.Join(o.Virtualenv, "bin")
	if path != "" {
		search += string(os.PathListSeparator) + path
	}
	return append(environment, "PATH="+search, "VIRTUAL_ENV="+o.Virtualenv)
}
