//go:build tools

// Package tools names the upstream programs that write the manifests of a release.
package tools

import (
	_ "kubevirt.io/containerized-data-importer/tools/manifest-generator"
	_ "kubevirt.io/kubevirt/tools/manifest-templator"
)
