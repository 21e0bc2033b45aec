//go:build tools

// Package kwok pins KWOK, which plays nodes, pods and VMIs in the lab. It has a
// module of its own because it needs a newer k8s.io than KubeVirt does.
package kwok

import _ "sigs.k8s.io/kwok/cmd/kwok"
