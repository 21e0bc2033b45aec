# Why pods of KubeVirt and CDI do not run. Sourced, not run.
# shellcheck shell=bash disable=SC2154,SC2034,SC2016 # parts share variables; dollars in templates are kubectl's

# PART: the reasons that the cluster shows, one a line, each with what to do. Nothing if there is none.
reasons() {
  local namespace=object_namespace_$1
  namespace=${!namespace-}
  namespace=${namespace:-$1}
  {
    refused_pods "$namespace"
    bad_pods "$namespace"
  } | awk 'NF && !seen[$0]++' | head -n 5
}

# Pods that the API server does not take: Pod Security Admission, policies, quotas. A Deployment says so itself; a Job and a
# DaemonSet only by an event.
refused_pods() {
  ask_cluster get deployments -n "$1" -o 'go-template={{range .items}}{{$name := .metadata.name}}{{range .status.conditions}}{{if and (eq .type "ReplicaFailure") (eq .status "True")}}Deployment {{$name}}|{{.message}}
{{end}}{{end}}{{end}}' || return 0
  printf '%s\n' "$answer" | explain_refusal
  ask_cluster get events -n "$1" --field-selector reason=FailedCreate -o 'go-template={{range .items}}{{if ne .involvedObject.kind "ReplicaSet"}}{{.involvedObject.kind}} {{.involvedObject.name}}|{{.message}}
{{end}}{{end}}' || return 0
  printf '%s\n' "$answer" | tail -n 3 | explain_refusal
}

explain_refusal() {
  local what message advice
  while IFS='|' read -r what message; do
    [ -n "$message" ] || continue
    case $message in
      *'violates PodSecurity'*) advice='label the namespace with pod-security.kubernetes.io/enforce=privileged' ;;
      *ValidatingAdmissionPolicy* | *'denied the request'* | *gatekeeper* | *azurepolicy*) advice='a policy refuses it: exempt the namespaces kubevirt and cdi from the policy' ;;
      *'exceeded quota'*) advice='raise the quota of the namespace' ;;
      *) advice= ;;
    esac
    printf '%s: its pods are refused: %s%s\n' "$what" "$(short "$message")" "${advice:+ -> $advice}"
  done
}

# Pods that are there and do not run.
bad_pods() {
  ask_cluster get pods -n "$1" -o 'go-template={{range .items}}{{$pod := .metadata.name}}{{with .status}}{{range .conditions}}{{if and (eq .type "PodScheduled") (eq .status "False")}}{{$pod}}|{{.reason}}|-|{{.message}}
{{end}}{{end}}{{range .initContainerStatuses}}{{$image := .image}}{{with .state.waiting}}{{$pod}}|{{.reason}}|{{$image}}|{{with .message}}{{.}}{{end}}
{{end}}{{end}}{{range .containerStatuses}}{{$image := .image}}{{with .state.waiting}}{{$pod}}|{{.reason}}|{{$image}}|{{with .message}}{{.}}{{end}}
{{end}}{{end}}{{end}}{{end}}' || return 0
  local pod reason image message
  printf '%s\n' "$answer" | while IFS='|' read -r pod reason image message; do
    case $reason in
      Unschedulable | SchedulerError)
        case $message in
          *'node affinity/selector'*) message="$message -> if no node has the control-plane role, give --infra-anywhere" ;;
          *Insufficient*) message="$message -> add a node, or a larger one" ;;
        esac
        echo "pod $pod has no node: $(short "$message")" ;;
      ErrImagePull | ImagePullBackOff | InvalidImageName | ErrImageNeverPull)
        echo "pod $pod: the image $image cannot be pulled: $(short "$message") -> check that the nodes reach the registry, or give --image-registry" ;;
      CrashLoopBackOff | CreateContainerConfigError | CreateContainerError | RunContainerError)
        echo "pod $pod: $reason: $(short "$message") -> kubectl logs -n $1 $pod --all-containers --previous" ;;
    esac
  done
}

short() { printf '%s' "$1" | cut -c1-400; }
