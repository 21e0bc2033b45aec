# Removes what kubevirt-install.sh installed. Sourced, not run.
# shellcheck shell=bash disable=SC2154,SC2034,SC2016 # parts share variables; dollars in templates are kubectl's

uninstall_all() {
  local part crd parts=''
  for part in kubevirt cdi; do
    crd=$(crd "$part")
    must "look for the type $crd" get customresourcedefinitions "$crd" --ignore-not-found -o "$(label_template)"
    printf -v "owner_$part" '%s' "$(owner_of_answer)"
    must "look for the namespace $part" get namespace "$part" --ignore-not-found -o "$(label_template)"
    printf -v "namespace_owner_$part" '%s' "$(owner_of_answer)"
    case $(owner "$part") in
      other) step "$(title "$part") was not installed by this script; it stays" ;;
      us) parts="$parts $part" ;;
      # An earlier run may have removed the type, but not yet the rest.
      none) [ "$(namespace_owner "$part")" != us ] || parts="$parts $part" ;;
    esac
  done
  if [ -z "$parts" ]; then
    step 'there is nothing to remove'
    return 0
  fi
  refuse_while_used "$parts"
  step "to remove:$parts, with their types, rights and namespaces"
  if [ "$dry_run" = yes ]; then
    say 'nothing was changed (--dry-run)'
    return 0
  fi
  if [ "$assume_yes" = no ]; then
    interactive || fail 2 'there is no terminal to ask at' 'Give --yes to agree.'
    agrees "Remove this from $cluster_shown?" || fail 130 'you did not agree; nothing was changed'
  fi
  for part in $parts; do remove_part "$part"; done
  step 'removed'
}

# With the types, their objects go too, and with a DataVolume its disk.
refuse_while_used() {
  local part type types='' found=''
  for part in $1; do
    case $part in
      kubevirt) types="$types virtualmachines.kubevirt.io virtualmachineinstances.kubevirt.io" ;;
      cdi) types="$types datavolumes.cdi.kubevirt.io" ;;
    esac
  done
  for type in $types; do
    must "look for the type $type" get customresourcedefinitions "$type" --ignore-not-found -o name
    [ -n "$answer" ] || continue
    must "list ${type%%.*}" get "$type" -A -o 'go-template={{range .items}}{{.metadata.namespace}}/{{.metadata.name}} {{end}}'
    [ -z "$answer" ] || found="$found
  ${type%%.*}: $(printf '%s' "$answer" | cut -c1-300)"
  done
  [ -z "$found" ] || fail 3 "the cluster still uses them; nothing was removed$found" 'Delete the devices first: edge-vm delete NAME -n NAMESPACE. A DataVolume is a disk; without CDI it would be lost.'
}

remove_part() {
  local part=$1 title why
  title=$(title "$part")
  if [ "$(owner "$part")" = us ]; then
    step "removing $title"
    # The operator removes its parts when its object goes, so it must still run then.
    must "delete the $title object" delete "$(crd "$part")" --all -A --ignore-not-found --wait=false
    while :; do
      must "look for the $title object" get "$(crd "$part")" -A -o name
      [ -n "$answer" ] || break
      why=$(reasons "$part")
      tell_once "remove$part" "waiting until the operator has removed $title${why:+; $why}"
      time_left || fail 4 "the time is up ($timeout): the operator has not removed $title${why:+
$why}" 'Run the command again to go on waiting. The operator must run for this: kubectl get pods -n '"$part"
      sleep "$poll"
    done
  fi
  local selector="$mark=$mark_value" kind object
  for kind in deployments rolebindings roles serviceaccounts; do
    must "delete $kind of $title" delete "$kind" -n "$part" -l "$selector" --ignore-not-found --wait=false
  done
  for kind in clusterrolebindings clusterroles priorityclasses customresourcedefinitions; do
    must "list $kind" get "$kind" -l "$selector" -o name
    for object in $answer; do
      # The names of each part's objects begin with its own name.
      case ${object#*/} in "$part"*) must "delete $object" delete "$object" --ignore-not-found --wait=false ;; esac
    done
  done
  if [ "$(namespace_owner "$part")" = us ]; then
    must "delete the namespace $part" delete namespace "$part" --ignore-not-found --wait=false
    while :; do
      must "look for the namespace $part" get namespace "$part" --ignore-not-found -o name
      [ -n "$answer" ] || break
      tell_once "namespace$part" "waiting until the namespace $part is gone"
      time_left || fail 4 "the time is up ($timeout): the namespace $part is still there" 'Run the command again to go on waiting.'
      sleep "$poll"
    done
  fi
}
