# Is there a storage class for the disks of devices? It only tells. Sourced, not run.
# shellcheck shell=bash disable=SC2154,SC2034,SC2016 # parts share variables; dollars in templates are kubectl's

tell_storage() {
  local classes class mode defaults name
  must 'list the storage classes' get storageclass -o 'go-template={{range .items}}{{.metadata.name}}|{{with .volumeBindingMode}}{{.}}{{end}}|{{range $key, $value := .metadata.annotations}}{{if and (eq $key "storageclass.kubernetes.io/is-default-class") (eq $value "true")}}default{{end}}{{end}}
{{end}}'
  classes=$answer
  class=$storage_class
  if [ -z "$class" ]; then
    defaults=$(printf '%s\n' "$classes" | awk -F'|' '$3 == "default" { print $1 }')
    case $(printf '%s' "$defaults" | grep -c .) in
      0)
        warn "the cluster has no default storage class. Name one for each device: edge-vm create NAME --storage-class CLASS"
        name=$(printf '%s\n' "$classes" | awk -F'|' 'NF { printf "%s%s", sep, $1; sep = ", " }')
        say "    storage classes: ${name:-none; install a storage driver first}"
        return 0 ;;
      1) class=$defaults ;;
      *)
        warn "more than one storage class is the default: $(printf '%s' "$defaults" | tr '\n' ' '). Kubernetes takes the newest; better name one: --storage-class"
        return 0 ;;
    esac
  fi
  mode=$(printf '%s\n' "$classes" | awk -F'|' -v class="$class" '$1 == class { print $2 }')
  case $mode in
    WaitForFirstConsumer) step "storage class $class: a disk is made when its virtual machine has a node (WaitForFirstConsumer)" ;;
    *) step "storage class $class: a disk is made at once (Immediate)" ;;
  esac
  tell_profile "$class"
}

# CDI keeps a StorageProfile for each class. It makes it a moment after it starts.
tell_profile() {
  local from=$SECONDS sets=
  while :; do
    if ask_cluster get storageprofiles.cdi.kubevirt.io "$1" --ignore-not-found -o 'go-template=found{{with .status}}{{range .claimPropertySets}} {{range .accessModes}}{{.}} {{end}}{{with .volumeMode}}{{.}}{{end}},{{end}}{{end}}'; then
      case $answer in found*) sets=${answer#found}; break ;; esac
    fi
    if [ $((SECONDS - from)) -ge "$profile_patience" ] || ! time_left; then break; fi
    sleep "$poll"
  done
  if [ -n "$sets" ]; then
    say "    CDI knows how to use it:${sets%,}"
  else
    warn "CDI does not know which disks storage class $1 can make (no claimPropertySets in its StorageProfile)"
    say "    Say it for each device: edge-vm create NAME --storage-class $1 --access-mode ReadWriteOnce --volume-mode Filesystem"
  fi
}
