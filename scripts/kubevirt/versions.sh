# The versions of KubeVirt and CDI that edge-vm is tested with, and the oldest KubeVirt that it can use. Sourced, not run.
# shellcheck shell=bash disable=SC2034 # the scripts that source this use them

TESTED_KUBEVIRT=v1.8.2
TESTED_CDI=v1.65.0
OLDEST_KUBEVIRT=v1.6.0
