//go:build unix && !linux

package langhost

import "syscall"

// dieWithParent does nothing: only Linux can tie a child's life to its parent's. The end of stdin and signals still end children.
func dieWithParent(*syscall.SysProcAttr) {}
