// pulumi-language-python lets the Pulumi engine run Python programs where the official language host is absent.
package main

import (
	"fmt"
	"os"

	"tenantplane.dev/localcloud/providers/langhost"
)

func main() {
	if err := langhost.Main(os.Args[1:], os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "pulumi-language-python:", err)
		os.Exit(1)
	}
}
